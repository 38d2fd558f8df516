import { compareIds, type ActionId, type RunId, type WorkloadId } from "../model/ids.ts";
import type { PlannedAction } from "../model/plan.ts";
import type { FleetIndex, Whereabouts } from "../model/snapshot.ts";
import type { Found } from "./protocol.ts";
import { KnownFleet } from "./known-fleet.ts";

/** How far one action is. Times are those of the clock that only measures. */
export type Step =
  /** `waitsFor` counts the actions before it that have not succeeded. */
  | { readonly kind: "waiting"; readonly waitsFor: number; readonly sends: number; readonly failures: number; readonly notBeforeMs: number }
  | UnderWay
  | { readonly kind: "done"; readonly tookMs: number; /** How many were done before it. */ readonly order: number }
  | { readonly kind: "failed"; readonly because: string }
  | { readonly kind: "unknown"; readonly because: string; readonly attempt: number; readonly sentUtcMs: number; readonly before: Whereabouts };

export interface UnderWay {
  readonly kind: "underWay";
  readonly attempt: number;
  readonly failures: number;
  readonly sinceMs: number;
  /** A date, which outlives its executor: how long it took is counted from here. */
  readonly sentUtcMs: number;
  readonly deadlineMs: number;
  readonly askAtMs: number;
  /** When its agent was last heard about it. */
  readonly heardMs: number;
  /** Set when the deadline has passed and the attempt is to be ended. */
  readonly overdueMs: number | null;
  readonly asks: number;
  readonly permille: number;
  /** What the other side of a move has said of the workload. */
  readonly otherSide: Found | null;
  /** Where its workload was when it began. */
  readonly before: Whereabouts;
}

/** The actions of one direction, in the order in which they would begin if nothing held them. */
export interface Leg {
  readonly actions: readonly PlannedAction[];
  readonly position: ReadonlyMap<ActionId, number>;
  readonly dependents: readonly (readonly number[])[];
}

/** `pausing` and `cancelling` still end what must not stay half-way; `turningBack` waits for what is under way. */
export type Status = "new" | "running" | "pausing" | "paused" | "cancelling" | "turningBack" | "ended";

/** One execution as its journal tells it: a value that only `evolve` makes. */
export interface RunState {
  readonly run: RunId | null;
  readonly digest: string;
  readonly epoch: number;
  readonly status: Status;
  readonly leg: Leg;
  readonly steps: readonly Step[];
  /** Positions of waiting actions that wait for no other, ascending. */
  readonly ready: readonly number[];
  readonly underWay: readonly number[];
  readonly doneCount: number;
  readonly known: KnownFleet;
  /** Workloads that may have run in an action that failed: data that they came from are older than theirs. */
  readonly ran: readonly WorkloadId[];
  /** The way there, once the way back has begun. */
  readonly wayThere: { readonly leg: Leg; readonly steps: readonly Step[] } | null;
  /** What the way back leaves as it is, in words. */
  readonly left: readonly string[];
  readonly because: string;
  /** It was to go back, and no way back keeps every rule. */
  readonly hasNoWayBack: boolean;
}

export function newRun(index: FleetIndex): RunState {
  return {
    run: null, digest: "", epoch: 0, status: "new", leg: legOf([]), steps: [], ready: [], underWay: [], doneCount: 0,
    known: KnownFleet.atRest(index), ran: [], wayThere: null, left: [], because: "", hasNoWayBack: false,
  };
}

export function legOf(actions: readonly PlannedAction[]): Leg {
  const sorted = [...actions].sort((a, b) => a.startMs - b.startMs || compareIds(a.id, b.id));
  const position = new Map(sorted.map(({ id }, n) => [id, n]));
  const dependents: number[][] = sorted.map(() => []);
  sorted.forEach(({ after }, n) => {
    for (const id of after) dependents[position.get(id) ?? -1]?.push(n);
  });
  return { actions: sorted, position, dependents };
}

/** Every action of a leg, before any has begun. */
export function stepsOf(leg: Leg): readonly Step[] {
  return leg.actions.map(({ after }) => ({ kind: "waiting", waitsFor: after.length, sends: 0, failures: 0, notBeforeMs: 0 }));
}

/** Nobody says any more how it goes, and nothing begins by itself. */
export function isAtRest({ status }: RunState): boolean {
  return status === "new" || status === "paused" || status === "ended";
}
