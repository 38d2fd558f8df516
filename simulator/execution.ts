import { lettersFor } from "../executor/commands.ts";
import { decide, wakesAtMs, type Input } from "../executor/decide.ts";
import type { Moment, RunEvent } from "../executor/event.ts";
import { evolve } from "../executor/evolve.ts";
import type { Report } from "../executor/protocol.ts";
import { newRun, type RunState, type Step, type UnderWay } from "../executor/state.ts";
import type { Terms } from "../executor/terms.ts";
import type { ActionId, RunId } from "../model/ids.ts";
import type { PlannedAction } from "../model/plan.ts";
import type { Agents } from "./agents.ts";
import type { Core } from "./core.ts";

/** `unknown`: nobody who could tell has answered. `given up`: it has not begun when nothing was left to wait for. */
export type ActionOutcome = "waiting" | "under way" | "done" | "failed" | "given up" | "unknown";

/** How an action of a plan went; times since the simulation began, null when it never began. */
export interface ActionRecord {
  readonly planned: PlannedAction;
  readonly outcome: ActionOutcome;
  readonly beganMs: number | null;
  readonly endedMs: number | null;
  readonly because: string;
}

export interface ExecutionOptions {
  /** Counts executions from 1: its name, and the token with which it shuts out those before. */
  readonly number: number;
  readonly actions: readonly PlannedAction[];
  readonly terms: Terms;
  /** The beginning of the simulation as milliseconds since 1970 UTC, for windows. */
  readonly epochMs: number;
}

type InputWithoutTime = Input extends infer Each ? (Each extends Input ? Omit<Each, "at"> : never) : never;

/**
 * Carries a plan out as the executor does, because it is the executor: its own `decide` says what happens, its own
 * `evolve` what follows. Only time, agents and their messages, which never get lost, are simulated. Agents that are at
 * work are not really asked every few seconds how it goes: the state is as if they had been (`#catchUp`).
 */
export class Execution {
  readonly #core: Core;
  readonly #agents: Agents;
  readonly #options: ExecutionOptions;
  #state: RunState;
  readonly #beganMs = new Map<ActionId, number>();
  readonly #endedMs = new Map<ActionId, number>();
  #wakesMs = Infinity;
  #wake = 0;
  #ringsAnew = false;

  constructor(core: Core, agents: Agents, options: ExecutionOptions) {
    this.#core = core;
    this.#agents = agents;
    this.#options = options;
    this.#state = newRun(options.terms.index);
  }

  begin(): void {
    const { number, actions } = this.#options;
    this.#take({ kind: "begin", run: runOf(number), epoch: number, digest: "", actions });
  }

  get isOver(): boolean {
    return this.#state.status === "ended";
  }

  hear(report: Report): void {
    if (!this.isOver) this.#take({ kind: "report", report });
  }

  /** It is time to look at the clock, unless that has been put off meanwhile. */
  look(wake: number): void {
    if (wake !== this.#wake || this.isOver) return;
    this.#wakesMs = Infinity;
    this.#catchUp();
    this.#take({ kind: "time" });
  }

  /** Begins nothing new from now on, but ends what is half-way. */
  cancel(by: string): void {
    if (!this.isOver) this.#take({ kind: "wish", wish: "cancel", by });
  }

  /** A host is about to fail: until now its agent has answered. */
  hostFails(): void {
    if (this.isOver) return;
    this.#catchUp();
    this.#ringsAnew = true;
  }

  /** An event is over. */
  settle(): void {
    if (!this.#ringsAnew || this.isOver) return;
    this.#ringsAnew = false;
    this.#ring(this.#moment());
  }

  records(): readonly ActionRecord[] {
    const { leg, steps } = this.#state;
    return leg.actions.map((planned, n): ActionRecord => ({
      planned, ...this.#outcomeOf(planned, steps[n]), beganMs: this.#beganMs.get(planned.id) ?? null, endedMs: this.#endedMs.get(planned.id) ?? null,
    }));
  }

  #take(input: InputWithoutTime): void {
    const { terms } = this.#options;
    const at = this.#moment();
    for (const event of decide(terms, this.#state, { ...input, at })) {
      this.#state = evolve(terms.settings, this.#state, event);
      this.#note(event);
      for (const letter of lettersFor(this.#state, event)) this.#agents.receive(letter);
    }
    if (this.isOver) this.#close();
    else this.#ring(at);
  }

  /** Everybody who is at work has been asked, and has answered, as often as the settings say. */
  #catchUp(): void {
    const { terms: { settings } } = this.#options;
    const { nowMs, utcMs } = this.#moment();
    for (const [n, step] of this.#atWork()) {
      const planned = this.#state.leg.actions[n];
      if (planned === undefined || step.askAtMs >= nowMs) continue;
      const agoMs = (nowMs - step.askAtMs) % settings.askEveryMs;
      const about = { at: { nowMs: nowMs - agoMs, utcMs: utcMs - agoMs }, action: planned.id, attempt: step.attempt, passing: true } as const;
      this.#state = evolve(settings, this.#state, { kind: "asked", ...about });
      this.#state = evolve(settings, this.#state, { kind: "heard", ...about, permille: 0 });
    }
  }

  /** What is under way and would be said to be so. */
  #atWork(): readonly (readonly [number, UnderWay])[] {
    const run = runOf(this.#options.number);
    return this.#state.underWay.flatMap((n) => {
      const [step, planned] = [this.#state.steps[n], this.#state.leg.actions[n]];
      const isAtWork = step?.kind === "underWay" && planned !== undefined && this.#agents.isAt({ run, action: planned.id, attempt: step.attempt });
      return isAtWork ? [[n, step] as const] : [];
    });
  }

  /** When time alone may change something. Simulated clocks do not jump, so that windows are looked at when they open. */
  #ring(at: Moment): void {
    const { terms } = this.#options;
    const atWork = new Map(this.#atWork());
    const others = this.#state.underWay.filter((n) => !atWork.has(n));
    let wakesMs = wakesAtMs(terms, { ...this.#state, underWay: others, ready: [] }, at) ?? Infinity;
    for (const { deadlineMs, overdueMs } of atWork.values()) wakesMs = Math.min(wakesMs, overdueMs === null ? deadlineMs : overdueMs + terms.settings.patienceMs);
    for (const n of this.#state.ready) {
      const [step, planned] = [this.#state.steps[n], this.#state.leg.actions[n]];
      if (step?.kind !== "waiting" || planned === undefined) continue;
      const opensMs = terms.guard.opensMs(planned.action, at.utcMs, planned.endMs - planned.startMs) ?? Infinity;
      const mayBeginMs = Math.max(step.notBeforeMs, opensMs - this.#options.epochMs);
      if (mayBeginMs > at.nowMs) wakesMs = Math.min(wakesMs, mayBeginMs);
    }
    if (wakesMs === this.#wakesMs || wakesMs === Infinity) return;
    this.#wakesMs = wakesMs;
    this.#core.schedule("executor", Math.max(wakesMs, at.nowMs), this.#options.number, ++this.#wake);
  }

  #moment(): Moment {
    return { nowMs: this.#core.nowMs, utcMs: this.#options.epochMs + this.#core.nowMs };
  }

  #note(event: RunEvent): void {
    const tell = (action: ActionId, outcome: "started" | "done" | "failed" | "tries again" | "unknown", because = ""): void => {
      if (outcome !== "started" && outcome !== "tries again") this.#endedMs.set(action, this.#core.nowMs);
      this.#core.timeline.add(this.#core.nowMs, { kind: "action", action, outcome, because });
    };
    if (event.kind === "dispatched") {
      if (!this.#beganMs.has(event.action)) this.#beganMs.set(event.action, this.#core.nowMs);
      tell(event.action, "started", event.attempt > 1 ? `attempt ${event.attempt}` : "");
    } else if (event.kind === "succeeded") tell(event.action, "done");
    else if (event.kind === "failed") tell(event.action, event.again ? "tries again" : "failed", event.because);
    else if (event.kind === "lostTrack") tell(event.action, "unknown", event.because);
  }

  /** Says which actions it has given up. */
  #close(): void {
    const { leg, steps } = this.#state;
    leg.actions.forEach((planned, n) => {
      const { outcome, because } = this.#outcomeOf(planned, steps[n]);
      if (outcome !== "given up") return;
      this.#endedMs.set(planned.id, this.#core.nowMs);
      this.#core.timeline.add(this.#core.nowMs, { kind: "action", action: planned.id, outcome, because });
    });
    this.#agents.forget();
  }

  #outcomeOf({ after }: PlannedAction, step: Step | undefined): { readonly outcome: ActionOutcome; readonly because: string } {
    switch (step?.kind) {
      case "done": return { outcome: "done", because: "" };
      case "failed": return { outcome: "failed", because: step.because };
      case "unknown": return { outcome: "unknown", because: step.because };
      case "underWay": return { outcome: "under way", because: "" };
      case "waiting": case undefined: {
        if (!this.isOver) return { outcome: "waiting", because: "" };
        const { leg, steps, because } = this.#state;
        const missing = after.find((id) => steps[leg.position.get(id) ?? -1]?.kind !== "done");
        return { outcome: "given up", because: missing === undefined ? because : `${missing} did not succeed` };
      }
    }
  }
}

function runOf(number: number): RunId {
  return `run-${number}` as RunId;
}
