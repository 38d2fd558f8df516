import { deleteMs } from "../model/carrying.ts";
import type { Workload } from "../model/fleet.ts";
import type { ActionId } from "../model/ids.ts";
import type { Action, PlannedAction } from "../model/plan.ts";
import type { Guard } from "./guard.ts";
import { afterwards, during, placesOf, type KnownFleet } from "./known-fleet.ts";
import type { RunState, Step } from "./state.ts";

/** One step of a way back, the action that it undoes, and how long it may take. */
export interface Undo {
  readonly action: Action;
  readonly of: ActionId;
  readonly tookMs: number;
}

/** What undoes a run, in the order in which it may be carried out one after the other. */
export interface Undoing {
  readonly steps: readonly Undo[];
  /** The fleet to begin from: where data lie on two hosts, the workload counts as where it came from. */
  readonly begins: KnownFleet;
  readonly ends: KnownFleet;
  readonly putBack: readonly number[];
  /** Workloads that stay as they are. */
  readonly kept: ReadonlySet<number>;
  readonly left: readonly string[];
}

/** Works out what undoes all that has been done, last first. */
export function undoing(guard: Guard, state: RunState): Undoing {
  const done = state.leg.actions.flatMap((planned, n) => {
    const step = state.steps[n];
    return step?.kind === "done" ? [{ planned, step }] : [];
  }).sort((a, b) => b.step.order - a.step.order);
  const course = new Course(guard, state.known, unknownsOf(state), new Set(state.ran.map((id) => state.known.index.workloadIndex.get(id) ?? -1)));
  for (const { planned } of done) course.keepNew(planned);
  for (const { planned } of done) course.putBackHalfWay(planned);
  const begins = course.fleet;
  for (const { planned } of done) course.undo(planned);
  return { steps: course.steps, begins, ends: course.fleet, putBack: course.putBack, kept: course.kept, left: course.left };
}

/** Workloads of whom nobody knows how an action with them ended. */
function unknownsOf({ leg, steps, known }: RunState): ReadonlyMap<number, string> {
  return new Map(leg.actions.flatMap(({ action, id }, n) => {
    const step: Step | undefined = steps[n];
    return step?.kind !== "unknown" || !("workload" in action) ? []
      : [[known.index.workloadIndex.get(action.workload) ?? -1, `${action.workload} stays as it is: how ${id} ended is unknown, ${step.because}`] as const];
  }));
}

class Course {
  fleet: KnownFleet;
  readonly steps: Undo[] = [];
  readonly left: string[];
  readonly putBack: number[] = [];
  readonly kept: Set<number>;
  readonly #met = new Set<number>();
  readonly #ran: ReadonlySet<number>;

  readonly #guard: Guard;

  constructor(guard: Guard, fleet: KnownFleet, unknowns: ReadonlyMap<number, string>, ran: ReadonlySet<number>) {
    this.#guard = guard;
    this.fleet = fleet;
    this.#ran = ran;
    this.kept = new Set(unknowns.keys());
    this.left = [...unknowns.values()];
  }

  /** A new workload that has run stays: going back deletes nothing that anybody may have used. */
  keepNew({ action }: PlannedAction): void {
    const { workload: w } = placesOf(this.fleet.index, action);
    if (action.kind !== "start" || this.#workload(w)?.state !== "new" || this.kept.has(w)) return;
    this.#keep(w, `${action.workload} is new and stays on ${action.host}: going back deletes nothing that has run`);
  }

  /**
   * One that was carried but has not started since has all its data where it came from, too: it counts as being there.
   * Called with what was done, last first, so that the first time a workload is met tells what was done last.
   */
  putBackHalfWay({ action }: PlannedAction): void {
    const { workload: w } = placesOf(this.fleet.index, action);
    if (w < 0 || this.#met.has(w)) return;
    this.#met.add(w);
    const { host, leaving, activity } = this.fleet.where(w);
    if (action.kind !== "transfer" || leaving < 0 || activity !== "stopped" || this.kept.has(w)) return;
    if (this.#ran.has(w)) {
      this.#keep(w, `${action.workload} stays on ${action.to}: it may have run there, so its data on ${action.from} are older`);
      return;
    }
    const back = this.fleet.put(w, { host: leaving, arriving: -1, leaving: host, activity });
    const because = this.#guard.objectionTo(this.fleet, back, w);
    if (because !== null) {
      this.#keep(w, `${action.workload} stays on ${action.to}: ${because}`);
      return;
    }
    this.fleet = back;
    this.putBack.push(w);
  }

  undo(planned: PlannedAction): void {
    const { action } = planned;
    const { workload: w, from } = placesOf(this.fleet.index, action);
    if (this.kept.has(w)) return;
    switch (action.kind) {
      case "bootHost":
        if (this.fleet.present(from).length === 0) this.#do(planned, { kind: "shutdownHost", host: action.host }, this.fleet.index.hosts[from]?.shutdownMs);
        return;
      case "shutdownHost": return this.#do(planned, { kind: "bootHost", host: action.host }, this.fleet.index.hosts[from]?.bootMs);
      case "deleteSource": return;
      case "remove": return this.#keep(w, `${action.workload} has been removed and cannot be brought back`);
      case "copy": return this.#do(planned, { kind: "remove", workload: action.workload, host: action.to }, deleteMs);
      case "stop":
        if (this.fleet.where(w).activity === "stopped") this.#do(planned, { kind: "start", workload: action.workload, host: action.host }, this.#workload(w)?.startMs);
        return;
      case "start": return this.#undoStart(planned, action, w);
      case "migrate": return this.#undoMigrate(planned, action, w);
      case "transfer": return this.#carryBack(planned, action, w);
    }
  }

  #undoStart(planned: PlannedAction, { workload, host }: Extract<Action, { readonly kind: "start" }>, w: number): void {
    const { leaving } = this.fleet.where(w);
    const old = this.fleet.index.hosts[leaving];
    if (old !== undefined) this.#do(planned, { kind: "deleteSource", workload, host: old.id }, deleteMs);
    if (this.fleet.where(w).activity === "running") this.#do(planned, { kind: "stop", workload, host }, this.#workload(w)?.stopMs);
  }

  #undoMigrate(planned: PlannedAction, action: Extract<Action, { readonly kind: "migrate" }>, w: number): void {
    const { workload, from, to } = action;
    const running = this.fleet.where(w).activity === "running";
    if (running && this.#movesLive(action)) return this.#do(planned, { kind: "migrate", workload, from: to, to: from }, planned.endMs - planned.startMs);
    if (running && this.#workload(w)?.mayStop !== true) return this.#keep(w, `${workload} stays on ${to}: it may not stop, and cannot go back to ${from} while it runs`);
    if (running) this.#do(planned, { kind: "stop", workload, host: to }, this.#workload(w)?.stopMs);
    this.#carryBack(planned, action, w);
  }

  /** From where it was carried to, or only the deletion there when it counts as back already. */
  #carryBack(planned: PlannedAction, { workload, from, to }: Extract<Action, { readonly kind: "migrate" | "transfer" }>, w: number): void {
    const { index } = this.fleet;
    if (this.fleet.where(w).host !== index.hostIndex.get(from)) {
      this.#do(planned, { kind: "transfer", workload, from: to, to: from }, planned.endMs - planned.startMs);
    }
    if (this.#workload(w)?.state === "running") this.#do(planned, { kind: "start", workload, host: from }, this.#workload(w)?.startMs);
    this.#do(planned, { kind: "deleteSource", workload, host: to }, deleteMs);
  }

  #movesLive({ from, to }: Extract<Action, { readonly kind: "migrate" }>): boolean {
    const { hosts, hostIndex } = this.fleet.index;
    return (hosts[hostIndex.get(from) ?? -1]?.cpuLevel ?? 0) >= (hosts[hostIndex.get(to) ?? -1]?.cpuLevel ?? 0);
  }

  #do(planned: PlannedAction, action: Action, tookMs = 1): void {
    this.steps.push({ action, of: planned.id, tookMs });
    this.fleet = afterwards(during(this.fleet, action), action);
  }

  #keep(w: number, words: string): void {
    this.kept.add(w);
    this.left.push(words);
  }

  #workload(w: number): Workload | undefined {
    return this.fleet.index.workloads[w];
  }
}
