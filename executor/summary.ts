import type { PlannedAction } from "../model/plan.ts";
import type { Leg, RunState, Step } from "./state.ts";

/** How one action of an execution went. */
export interface ActionSummary {
  readonly planned: PlannedAction;
  /** `undone`: it has not been begun, or has failed and changed nothing. `unknown`: nobody could say. */
  readonly outcome: "done" | "undone" | "unknown" | "underWay" | "waiting";
  readonly because: string;
  readonly estimateMs: number;
  /** Null when it has not ended well. */
  readonly tookMs: number | null;
}

export interface RunSummary {
  readonly status: RunState["status"];
  readonly because: string;
  readonly wayThere: readonly ActionSummary[];
  readonly hasTurnedBack: boolean;
  readonly hasNoWayBack: boolean;
  /** Empty unless the execution has turned back, and then where there was nothing to undo. */
  readonly wayBack: readonly ActionSummary[];
  /** What the way back has left as it was. */
  readonly left: readonly string[];
  readonly done: number;
  readonly all: number;
  /** Share of the estimated time of all actions that is behind, per thousand. */
  readonly permille: number;
  /** Estimated from how long what is done took against its estimate; null before anything is done, and at the end. */
  readonly remainsMs: number | null;
}

/** How an execution stands, action by action. */
export function summaryOf(state: RunState): RunSummary {
  const ended = state.status === "ended";
  const current = actionsOf(state.leg, state.steps, ended);
  const there = state.wayThere === null ? current : actionsOf(state.wayThere.leg, state.wayThere.steps, true);
  const done = current.filter(({ outcome }) => outcome === "done");
  const allMs = sum(current.map(({ estimateMs }) => estimateMs));
  const behindMs = sum(done.map(({ estimateMs }) => estimateMs));
  const tookMs = sum(done.map((action) => action.tookMs ?? 0));
  const planEndsMs = Math.max(0, ...current.filter(({ outcome }) => outcome === "underWay" || outcome === "waiting").map(({ planned }) => planned.endMs));
  const reachedMs = Math.max(0, ...done.map(({ planned }) => planned.endMs));
  return {
    status: state.status, because: state.because, wayThere: there, wayBack: state.wayThere === null ? [] : current, hasTurnedBack: state.wayThere !== null, hasNoWayBack: state.hasNoWayBack, left: state.left,
    done: done.length, all: current.length, permille: allMs === 0 ? 1000 : Math.floor((behindMs * 1000) / allMs),
    remainsMs: ended || behindMs === 0 ? null : Math.round((Math.max(0, planEndsMs - reachedMs) * tookMs) / behindMs),
  };
}

function actionsOf({ actions, position }: Leg, steps: readonly Step[], ended: boolean): readonly ActionSummary[] {
  return actions.map((planned, n): ActionSummary => {
    const step = steps[n];
    const estimateMs = planned.endMs - planned.startMs;
    if (step?.kind === "done") return { planned, outcome: "done", because: "", estimateMs, tookMs: step.tookMs };
    if (step?.kind === "failed") return { planned, outcome: "undone", because: step.because, estimateMs, tookMs: null };
    if (step?.kind === "unknown") return { planned, outcome: "unknown", because: step.because, estimateMs, tookMs: null };
    if (step?.kind === "underWay") return { planned, outcome: "underWay", because: "", estimateMs, tookMs: null };
    const waitsFor = planned.after.filter((id) => steps[position.get(id) ?? -1]?.kind !== "done");
    const because = waitsFor.length === 0 ? "" : `it waits for ${waitsFor.slice(0, 3).join(", ")}`;
    return { planned, outcome: ended ? "undone" : "waiting", because, estimateMs, tookMs: null };
  });
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
