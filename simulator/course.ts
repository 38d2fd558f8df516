import { deleteMs } from "../model/carrying.ts";
import type { PlannedAction } from "../model/plan.ts";
import { amountOf } from "../model/resource.ts";
import type { Carriage, Carriages, CarriageStep } from "./carriage.ts";
import type { Core } from "./core.ts";
import type { MoveGate } from "./move-gate.ts";
import { obstacleTo } from "./obstacle.ts";
import { stepOf, type Step } from "./step.ts";

export type ActionOutcome = "waiting" | "under way" | "done" | "failed" | "given up";

interface Running {
  readonly step: Step;
  readonly dependents: number[];
  waitsFor: number;
  outcome: ActionOutcome;
  carriage: number;
  beganMs: number;
  endedMs: number;
  because: string;
}

/** How an action of a plan went; times since the simulation began, null when it never began. */
export interface ActionRecord {
  readonly planned: PlannedAction;
  readonly outcome: ActionOutcome;
  readonly beganMs: number | null;
  readonly endedMs: number | null;
  readonly because: string;
}

/**
 * Carries out the actions of a plan: each starts when those before it are done, its own precondition holds, and limits
 * and windows allow it. One that fails takes with it only those that wait for it.
 */
export class Course {
  readonly #core: Core;
  readonly #carriages: Carriages;
  readonly #gate: MoveGate;
  readonly #offset: number;
  readonly #actions: readonly Running[];
  readonly #byCarriage = new Map<number, number>();
  readonly #held = new Set<number>();
  #open: number;
  readonly beganMs: number;

  /** Events name its actions by `offset` + position. */
  constructor(core: Core, carriages: Carriages, gate: MoveGate, actions: readonly PlannedAction[], offset: number) {
    this.#core = core;
    this.#carriages = carriages;
    this.#gate = gate;
    this.#offset = offset;
    this.beganMs = core.nowMs;
    const position = new Map(actions.map(({ id }, n) => [id, n]));
    this.#actions = actions.map((planned) => ({
      step: stepOf(core.index, planned), dependents: [], waitsFor: planned.after.length, outcome: "waiting", carriage: -1, beganMs: -1, endedMs: -1, because: "",
    }));
    actions.forEach(({ after }, n) => {
      for (const id of after) this.#actions[position.get(id) ?? -1]?.dependents.push(n);
    });
    this.#open = actions.length;
  }

  get isOver(): boolean {
    return this.#open === 0;
  }

  /** How many failed or were given up. */
  get failures(): number {
    return this.#actions.filter(({ outcome }) => outcome === "failed" || outcome === "given up").length;
  }

  records(): readonly ActionRecord[] {
    return this.#actions.map(({ step, outcome, beganMs, endedMs, because }) => ({
      planned: step.planned, outcome, beganMs: beganMs < 0 ? null : beganMs, endedMs: endedMs < 0 ? null : endedMs, because,
    }));
  }

  begin(): void {
    this.#actions.forEach((action, n) => {
      if (action.waitsFor === 0) this.#start(n);
    });
  }

  /** Is event number `subject` one of this course? */
  owns(subject: number): boolean {
    return subject >= this.#offset && subject < this.#offset + this.#actions.length;
  }

  /** The time of an action is over, or it may be tried again. */
  due(subject: number): void {
    const n = subject - this.#offset;
    const action = this.#actions[n];
    if (action === undefined) return;
    if (action.outcome === "waiting") this.#start(n);
    else if (action.outcome === "under way" && action.carriage < 0) this.#finish(n);
  }

  /** A transfer has ended; false when it is not of this course. */
  carried(flow: number): boolean {
    const n = this.#byCarriage.get(flow);
    if (n === undefined) return false;
    this.#byCarriage.delete(flow);
    const ended = this.#carriages.ended(flow);
    if (ended !== null) this.#carry(n, ended.id, ended.step);
    return true;
  }

  /** What is under way at a host that fails, fails; workloads that were on their way there stay where they were. */
  hostFails(host: number): void {
    this.#actions.forEach(({ outcome, step }, n) => {
      if (outcome === "under way" && (step.from === host || step.to === host)) this.#fail(n, `host ${this.#core.index.hosts[host]?.id} failed`);
    });
  }

  #start(n: number): void {
    const action = this.#actions[n];
    if (action === undefined || action.outcome !== "waiting") return;
    const { step } = action;
    const because = obstacleTo(step, this.#core.world);
    if (because !== null) {
      this.#fail(n, because);
      return;
    }
    const opensMs = this.#gate.opensMs(step, this.#core.nowMs);
    if (opensMs > this.#core.nowMs) {
      if (opensMs < Infinity) this.#core.schedule("action", opensMs, this.#offset + n);
      else this.#fail(n, "no window is long enough for it");
      return;
    }
    const carriage = this.#carriageOf(step);
    if ((carriage !== null && !this.#carriages.hasRoomFor(carriage)) || !this.#gate.enter(step)) {
      this.#held.add(n);
      return;
    }
    action.outcome = "under way";
    action.beganMs = this.#core.nowMs;
    this.#core.timeline.add(this.#core.nowMs, { kind: "action", action: step.planned.id, outcome: "started", because: "" });
    this.#act(n, step, carriage);
  }

  #act(n: number, { kind, workload: w, from, to }: Step, carriage: Carriage | null): void {
    const core = this.#core;
    const [host, workload] = [core.index.hosts[from], core.index.workloads[w]];
    const there = core.world.where(w);
    const wait = (ms: number): void => core.schedule("action", core.nowMs + Math.max(1, ms), this.#offset + n);
    switch (kind) {
      case "bootHost":
        core.setHost(from, "booting", "plan");
        return wait(host?.bootMs ?? 1);
      case "shutdownHost":
        core.setHost(from, "stopping", "plan");
        return wait(host?.shutdownMs ?? 1);
      case "stop":
        core.put(w, { ...there, activity: "stopping" }, "stopping");
        return wait(workload?.stopMs ?? 1);
      case "start":
        core.want(w, true);
        core.put(w, { ...there, host: from, activity: "starting" }, "starting");
        return wait(workload?.startMs ?? 1);
      case "deleteSource": case "remove":
        return wait(deleteMs);
      case "migrate": case "transfer": case "copy":
        core.put(w, { ...there, arriving: to }, kind === "migrate" ? "moving" : "stopped");
        if (carriage !== null) this.#carriageBegins(n, carriage);
    }
  }

  /** What an action carries over the network; null for those that carry nothing. */
  #carriageOf({ kind, workload: w, source, from, to }: Step): Carriage | null {
    const { workloads } = this.#core.index;
    const cold = { workload: w, from, to, live: false, memoryMiB: 0, changeMiBPerSecond: 0 };
    switch (kind) {
      case "migrate": {
        const { dataMiB = 0, reservation = {}, memoryChangeMiBPerSecond = 0 } = workloads[w] ?? {};
        return { workload: w, from, to, live: true, dataMiB, memoryMiB: amountOf(reservation, "memoryMiB"), changeMiBPerSecond: memoryChangeMiBPerSecond };
      }
      case "transfer": return { ...cold, dataMiB: workloads[w]?.dataMiB ?? 0 };
      case "copy": return { ...cold, dataMiB: workloads[source]?.dataMiB ?? 0 };
      case "bootHost": case "shutdownHost": case "stop": case "start": case "deleteSource": case "remove": return null;
    }
  }

  #carriageBegins(n: number, carriage: Carriage): void {
    const { id, step } = this.#carriages.begin(carriage);
    this.#carry(n, id, step);
  }

  #carry(n: number, id: number, step: CarriageStep): void {
    const action = this.#actions[n];
    if (action === undefined) return;
    const { workload: w } = action.step;
    if (step === "arrived") {
      action.carriage = -1;
      this.#finish(n);
      return;
    }
    if (step === "refuses") {
      action.carriage = -1;
      this.#fail(n, `it changes its memory faster than ${this.#core.index.hosts[action.step.from]?.id} can send it to ${this.#core.index.hosts[action.step.to]?.id}`);
      return;
    }
    if (step === "pauses") this.#core.put(w, this.#core.world.where(w), "paused");
    action.carriage = id;
    this.#byCarriage.set(id, n);
  }

  #finish(n: number): void {
    const action = this.#actions[n];
    if (action === undefined) return;
    this.#arrive(action.step);
    this.#end(n, "done", "");
    for (const next of action.dependents) {
      const waiting = this.#actions[next];
      if (waiting !== undefined && --waiting.waitsFor === 0) this.#start(next);
    }
    this.retryHeld();
  }

  /** What the end of an action makes true. */
  #arrive({ kind, workload: w, from, to }: Step): void {
    const core = this.#core;
    const there = core.world.where(w);
    switch (kind) {
      case "bootHost": return core.setHost(from, "on", "plan");
      case "shutdownHost": return core.setHost(from, "off", "plan");
      case "migrate": return core.put(w, { host: to, arriving: -1, leaving: -1, activity: "running" }, "running");
      case "transfer": return core.put(w, { host: to, arriving: -1, leaving: from, activity: "stopped" }, "stopped");
      case "copy": return core.put(w, { host: to, arriving: -1, leaving: -1, activity: "stopped" }, "stopped");
      case "start": return core.put(w, { ...there, activity: "running" }, "running");
      case "stop": return core.put(w, { ...there, activity: "stopped" }, "stopped");
      case "deleteSource": return core.put(w, { ...there, leaving: -1 }, core.world.stateOf(w));
      case "remove": return core.put(w, { host: -1, arriving: -1, leaving: -1, activity: "stopped" }, "absent");
    }
  }

  #fail(n: number, because: string): void {
    const action = this.#actions[n];
    if (action === undefined || action.outcome === "done" || action.outcome === "failed" || action.outcome === "given up") return;
    const began = action.outcome === "under way";
    if (action.carriage >= 0) {
      this.#byCarriage.delete(action.carriage);
      this.#carriages.abandon(action.carriage);
      action.carriage = -1;
    }
    if (began) this.#undo(action.step);
    this.#end(n, began || action.waitsFor === 0 ? "failed" : "given up", because);
    for (const next of action.dependents) this.#fail(next, `${action.step.planned.id} did not succeed`);
    if (began) this.retryHeld();
  }

  /** What remains of an action that failed on its way. */
  #undo({ kind, workload: w, from }: Step): void {
    const core = this.#core;
    const there = core.world.where(w);
    switch (kind) {
      case "migrate": return core.put(w, { ...there, arriving: -1 }, core.world.runsWorkloads(from) ? "running" : core.world.stateOf(w));
      case "transfer": return core.put(w, { ...there, arriving: -1 }, "stopped");
      case "copy": return core.put(w, { ...there, arriving: -1 }, "absent");
      case "start": case "stop": return core.put(w, { ...there, activity: "stopped" }, "stopped");
      case "bootHost": case "shutdownHost": case "deleteSource": case "remove": return;
    }
  }

  #end(n: number, outcome: ActionOutcome, because: string): void {
    const action = this.#actions[n];
    if (action === undefined) return;
    if (action.outcome === "under way") this.#gate.leave(action.step);
    action.outcome = outcome;
    action.endedMs = this.#core.nowMs;
    action.because = because;
    this.#open--;
    this.#held.delete(n);
    if (outcome === "done" || outcome === "failed" || outcome === "given up") this.#core.timeline.add(this.#core.nowMs, { kind: "action", action: action.step.planned.id, outcome, because });
  }

  /** Tries those again that were held back by limits or for room on the network. */
  retryHeld(): void {
    for (const n of Array.from(this.#held)) {
      this.#held.delete(n);
      this.#start(n);
    }
  }
}
