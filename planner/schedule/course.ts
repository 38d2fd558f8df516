import type { FleetIndex } from "../../model/snapshot.ts";
import type { Constraint } from "../../policies/index.ts";
import { Agenda } from "./agenda.ts";
import { copiesOf } from "./copies.ts";
import { FleetState } from "./fleet-state.ts";
import { Limits, type Full } from "./limits.ts";
import { nextStep, type Next } from "./next-step.ts";
import { fillers, ranks } from "./ranks.ts";
import { Rules, type Refusal } from "./rules.ts";
import { StartOrder } from "./start-order.ts";
import { arrivesAt, carries, hostsOf, stepMs, workloadsOf, type Step } from "./step.ts";
import type { Traffic } from "./traffic.ts";
import { scopeOfRoom, Waiting } from "./waiting.ts";

/** A step with its place in time, and the rules in whose scope it is. */
export interface Taken {
  readonly step: Step;
  readonly startMs: number;
  /** Changes, while the step is under way, when others come to share its way or leave it. */
  endMs: number;
  readonly touched: readonly number[];
}

/** Why a workload does not go on, and the end of what could change that. */
export interface Blocked {
  readonly scope: number;
  readonly because: string;
  /** True when everybody who waits for the same waits as long. */
  readonly inLine?: boolean;
}

export interface CourseOptions {
  readonly target: Int32Array;
  /** Workloads that stay exactly as they are, whatever the target says. */
  readonly frozen: ReadonlySet<number>;
  readonly startsAtMs: number | null;
  readonly stopped: () => boolean;
  /** True to keep those back that fill hosts which nobody leaves, until `release` lets them go. */
  readonly fillLast?: boolean;
}

const nothing = -1;

/**
 * A schedule in the making: at each event everything that may start is started, in order of rank, and what may not
 * waits for the end of an action that touches what keeps it. Nothing here looks ahead; ways out of a deadlock are
 * given from outside, as waypoints.
 */
export class Course {
  readonly index: FleetIndex;
  readonly state: FleetState;
  readonly rules: Rules;
  readonly limits: Limits;
  readonly order: StartOrder;
  readonly taken: Taken[] = [];
  /** Workloads that have steps left but cannot take the next one now. */
  readonly blocked = new Map<number, Blocked>();
  readonly target: Int32Array;
  readonly frozen: ReadonlySet<number>;
  readonly waypoint: Int32Array;
  readonly #cold: Uint8Array;
  readonly #rank: Int32Array;
  readonly #begun: Uint8Array;
  readonly #comesBack: Uint8Array;
  readonly #busy: Uint8Array;
  readonly #source: Int32Array;
  readonly #copiesLeft: Int32Array;
  readonly #copying: Int32Array;
  readonly #booting: Uint8Array;
  readonly #agenda: Agenda<Taken>;
  readonly #waiting: Waiting;
  readonly #stopped: () => boolean;
  readonly #keptBack: number[];

  constructor(index: FleetIndex, constraints: readonly Constraint[], { target, frozen, startsAtMs, stopped, fillLast = false }: CourseOptions) {
    this.index = index;
    this.state = new FleetState(index);
    this.rules = new Rules(index, constraints, this.state);
    this.limits = new Limits(index, constraints, startsAtMs);
    this.#agenda = new Agenda(index);
    this.target = target;
    this.frozen = frozen;
    this.waypoint = new Int32Array(index.workloads.length).fill(nothing);
    this.#cold = new Uint8Array(index.workloads.length);
    this.#begun = new Uint8Array(index.workloads.length);
    this.#comesBack = new Uint8Array(index.workloads.length);
    this.#busy = new Uint8Array(index.workloads.length);
    this.#booting = new Uint8Array(index.hosts.length);
    this.#copying = new Int32Array(index.workloads.length);
    this.#stopped = stopped;
    const { source, copiesLeft } = copiesOf(index, this.state, target, frozen);
    this.#source = source;
    this.#copiesLeft = copiesLeft;
    const jobs = [...index.workloads.keys()].filter((w) => this.next(w).kind !== "done");
    const beginning = { index, target, state: this.state, next: (w: number): Next => this.next(w) };
    const isGiven = (w: number): boolean => !frozen.has(w) && (target[w] ?? nothing) >= 0;
    this.order = new StartOrder(index, constraints, { ...beginning, isGiven, isMade: (w) => this.state.hostOf(w) < 0 && source[w] === nothing });
    this.#rank = ranks(beginning, jobs);
    this.#waiting = new Waiting((a, b) =>
      (this.#comesBack[a] ?? 0) - (this.#comesBack[b] ?? 0) || (this.#begun[b] ?? 0) - (this.#begun[a] ?? 0) || (this.#rank[a] ?? 0) - (this.#rank[b] ?? 0) || a - b);
    this.#keptBack = fillLast ? fillers(beginning, jobs, this.#rank) : [];
    const keptBack = new Set(this.#keptBack);
    this.#waiting.wake(jobs.filter((w) => !keptBack.has(w)));
  }

  get nowMs(): number { return this.#agenda.nowMs; }

  get traffic(): Traffic { return this.#agenda.traffic; }

  get interrupted(): boolean {
    return this.#stopped();
  }

  /** Goes on until nothing is under way and nothing more can start. */
  run(): void {
    for (;;) {
      this.#waiting.tryAll((w) => this.#attempt(w));
      if (this.#agenda.isEmpty || this.#stopped()) return;
      this.#advance();
    }
  }

  get keepsBack(): boolean {
    return this.#keptBack.length > 0;
  }

  /** Lets one go that was kept back; false when there is none. */
  release(): boolean {
    const next = this.#keptBack.pop();
    if (next !== undefined) this.#waiting.wake([next]);
    return next !== undefined;
  }

  /** Sends a workload over another host first; one that comes back lets everybody else go before. */
  detour(workload: number, host: number): void {
    this.waypoint[workload] = host;
    if (this.target[workload] === this.state.hostOf(workload)) this.#comesBack[workload] = 1;
    this.#waiting.wake([workload]);
  }

  /** Stops a waiting workload where it is, to be carried while it is stopped. */
  stopFirst(workload: number): void {
    this.#cold[workload] = 1;
    this.#waiting.wake([workload]);
  }

  /** One step at a time, each after the end of the one before; false when a rule refuses one. */
  follow(steps: readonly Step[]): boolean {
    for (const step of steps) {
      const startMs = this.limits.nextStartMs(step, this.nowMs, this.#lastsMs(step));
      if (startMs === null || this.order.blocking(step, this.state) >= 0 || this.#stopped()) return false;
      this.#agenda.nowMs = startMs;
      if (this.rules.begin(step) !== null) return false;
      this.#take(step);
      this.#advance();
    }
    this.blocked.clear();
    this.#waiting.clear();
    this.#waiting.wake([...this.index.workloads.keys()].filter((w) => this.next(w).kind !== "done"));
    return true;
  }

  /** Switches off a host right now; false when a rule refuses it. */
  shutdown(host: number): boolean {
    const step: Step = { kind: "shutdownHost", workload: nothing, from: host, to: nothing, source: nothing };
    if (this.#booting[host] === 1 || this.rules.begin(step) !== null) return false;
    this.#take(step);
    return true;
  }

  /** Can a host take part in a step now? */
  isReady(host: number): boolean {
    return this.state.isOn(host) && this.#booting[host] === 0;
  }

  next(w: number): Next {
    if (this.frozen.has(w)) return { kind: "done" };
    const source = this.#source[w] ?? nothing;
    const where = this.state.where(w);
    const settled = where.leaving < 0 && (where.activity === "running" || this.index.workloads[w]?.desired !== "running");
    if (settled && this.waypoint[w] === where.host) this.waypoint[w] = nothing;
    const waypoint = this.waypoint[w] ?? nothing;
    return nextStep(this.index, w, {
      where, goal: waypoint >= 0 ? waypoint : (this.target[w] ?? nothing), cold: this.#cold[w] === 1,
      stopForCopies: this.#stopsForCopies(w), source, sourceHost: source < 0 ? nothing : this.state.hostOf(source),
    });
  }

  #stopsForCopies(w: number): boolean {
    return (this.#copiesLeft[w] ?? 0) > 0 && this.index.workloads[w]?.liveMove === false;
  }

  #attempt(w: number): void {
    if (this.#busy[w] === 1) return;
    const next = this.next(w);
    if (next.kind === "done") {
      this.blocked.delete(w);
      return;
    }
    const blocked = next.kind === "stuck" ? { scope: nothing, because: next.because } : this.#admit(next.step);
    if (blocked === null) {
      this.blocked.delete(w);
      return;
    }
    this.blocked.set(w, blocked);
    if (blocked.scope === nothing) return;
    if (blocked.inLine === true) this.#waiting.standInLine(blocked.scope, w);
    else this.#waiting.waitAt(blocked.scope, w);
  }

  /** Starts a step, or says what it waits for. */
  #admit(step: Step): Blocked | null {
    return this.#waitsForHosts(step) ?? this.#waitsForCopies(step) ?? this.#waitsForOthers(step) ?? this.#waitsForRules(step);
  }

  #waitsForHosts(step: Step): Blocked | null {
    for (const h of hostsOf(step)) {
      if (this.isReady(h)) continue;
      const id = this.index.hosts[h]?.id;
      if (this.#booting[h] === 1) return { scope: h, because: `host ${id} is being switched on` };
      if (this.index.hosts[h]?.state === "failed" || this.index.hosts[h]?.powerManaged === false) return { scope: nothing, because: `host ${id} is ${this.index.hosts[h]?.state} and nobody may switch it on` };
      const boot: Step = { kind: "bootHost", workload: nothing, from: h, to: nothing, source: nothing };
      const refusal = this.rules.begin(boot);
      if (refusal !== null) return this.#refused(refusal);
      this.#booting[h] = 1;
      this.#take(boot);
      return { scope: h, because: `host ${id} is being switched on` };
    }
    return null;
  }

  #waitsForCopies(step: Step): Blocked | null {
    const w = step.workload;
    const scope = this.#scopeOfWorkload(step.kind === "copy" ? step.source : w);
    if (step.kind === "copy") {
      const where = this.state.where(step.source);
      const live = this.index.workloads[step.source]?.liveMove === true && where.activity === "running";
      const quiet = where.activity === "stopped" || live;
      const idle = this.#busy[step.source] === 0 && where.arriving < 0;
      return quiet && idle ? null : { scope, because: `its source ${this.index.workloads[step.source]?.id} is not at rest` };
    }
    const waits = (this.#copying[w] ?? 0) > 0 || ((this.#copiesLeft[w] ?? 0) > 0 &&
      (step.kind === "remove" || (step.kind === "start" && this.#stopsForCopies(w))));
    return waits ? { scope, because: "copies of it are still to be made" } : null;
  }

  #waitsForOthers(step: Step): Blocked | null {
    const need = this.order.blocking(step, this.state);
    if (need >= 0) return { scope: this.#scopeOfNeed(need), because: this.order.needs[need]?.words ?? "" };
    const full = this.limits.full(step);
    if (full !== null) return this.#blockedByLimit(full);
    if (this.traffic.isTooFull(step) || this.#keepsOthersFromEnding(step)) return this.#waitsForTraffic(step);
    if (!this.limits.hasWindows) return null;
    const startMs = this.limits.nextStartMs(step, this.nowMs, this.#lastsMs(step));
    if (startMs === null) return this.#neverOpens(step);
    if (startMs > this.nowMs) {
      this.#agenda.retryAt(startMs, step);
      return { scope: nothing, because: "its window is closed" };
    }
    return null;
  }

  /** For the end of what shares the way with a step. */
  #waitsForTraffic(step: Step): Blocked {
    const { host, link } = this.traffic.busiest(step);
    return {
      scope: host >= 0 ? host : this.#scopeOfLink(link),
      because: `others share the network between ${this.index.hosts[step.from]?.id} and ${this.index.hosts[step.to]?.id}`,
    };
  }

  /** Would it take so much of the network that somebody's window closes before the end? */
  #keepsOthersFromEnding(step: Step): boolean {
    return this.limits.hasWindows && carries(step) && this.traffic.delaysBy(step, this.nowMs)
      .some(({ step: other, startMs, endMs }) => this.limits.nextStartMs(other, startMs, endMs - startMs) !== startMs);
  }

  #neverOpens(step: Step): Blocked {
    const alone = this.limits.nextStartMs(step, this.nowMs, stepMs(this.index, step));
    return alone === null ? { scope: nothing, because: "no window is long enough for it" } : this.#waitsForTraffic(step);
  }

  #lastsMs(step: Step): number {
    return stepMs(this.index, step, carries(step) ? this.traffic.mbpsFor(step) : undefined);
  }

  #waitsForRules(step: Step): Blocked | null {
    const onward = this.#transferAfter(step);
    if (onward !== null) {
      const host = this.#waitsForHosts(onward);
      if (host !== null) return host;
      const full = this.limits.full(onward);
      if (full !== null) return this.#blockedByLimit(full);
      const refusal = this.rules.refusalWhenStopped(onward);
      if (refusal !== null) return this.#refused(refusal);
    }
    const refusal = this.rules.begin(step);
    if (refusal !== null) return this.#refused(refusal);
    this.#take(step);
    return null;
  }

  /** The transfer for which a workload is stopped: it is not stopped before there is room, unless that is what makes room. */
  #transferAfter(step: Step): Step | null {
    const w = step.workload;
    const goal = this.waypoint[w] !== nothing ? (this.waypoint[w] ?? nothing) : (this.target[w] ?? nothing);
    if (step.kind !== "stop" || this.#cold[w] === 1 || goal < 0 || goal === step.from || this.index.workloads[w]?.desired !== "running") return null;
    return { kind: "transfer", workload: w, from: step.from, to: goal, source: nothing };
  }

  #blockedByLimit({ line, words }: Full): Blocked {
    return { scope: this.#lineOfLimit(line), because: words, inLine: true };
  }

  #refused(refusal: Refusal): Blocked {
    const { rules } = this;
    // Most refusals are forgotten before anybody asks for their words.
    const words = { get because() { return rules.explain(refusal); } };
    if (refusal.violation === null) return Object.assign(words, { scope: refusal.constraint, inLine: true });
    const rule = rules.constraints[refusal.constraint];
    const only = rule?.workloads === null && rule.hosts?.length === 1 ? rule.hosts[0] : undefined;
    if (only !== undefined && rule?.kind === "capacity") return Object.assign(words, { scope: scopeOfRoom(only) });
    return Object.assign(words, { scope: only ?? this.index.hosts.length + refusal.constraint });
  }

  #take(step: Step): void {
    const taken: Taken = { step, startMs: this.nowMs, endMs: this.nowMs + this.#lastsMs(step), touched: this.rules.touchedBy(step) };
    this.taken.push(taken);
    this.limits.count(step, 1);
    if (step.kind === "copy") this.#copying[step.source] = (this.#copying[step.source] ?? 0) + 1;
    if (step.workload >= 0) {
      this.#busy[step.workload] = 1;
      this.#begun[step.workload] = 1;
    }
    this.#agenda.begin(taken);
  }

  /** To the next event, and everything that ends with it. */
  #advance(): void {
    this.#agenda.forward();
    for (let due = this.#agenda.take(); due !== null; due = this.#agenda.take()) {
      if (due.kind === "retry") this.#waiting.wake([due.workload]);
      else this.#end(due.entry.step);
    }
  }

  #end(step: Step): void {
    this.rules.finish(step);
    this.limits.count(step, -1);
    if (step.kind === "bootHost") this.#booting[step.from] = 0;
    if (step.kind === "copy") {
      this.#copying[step.source] = (this.#copying[step.source] ?? 0) - 1;
      this.#copiesLeft[step.source] = (this.#copiesLeft[step.source] ?? 0) - 1;
      this.#source[step.workload] = nothing;
      this.#waiting.wake([step.source]);
    }
    if (step.workload >= 0) {
      this.#busy[step.workload] = 0;
      this.#waiting.wake([step.workload]);
    }
    this.#wakeAfter(step);
  }

  /** Everybody who may have waited for the end of a step. */
  #wakeAfter(step: Step): void {
    const reached = arrivesAt(step);
    for (const h of hostsOf(step)) {
      this.#waiting.freePlace(h);
      // Who arrives leaves no room: nine of ten would try in vain.
      if (h !== reached) this.#waiting.freePlace(scopeOfRoom(h));
    }
    for (const k of this.rules.touchedBy(step)) {
      this.#waiting.freePlace(this.index.hosts.length + k);
      this.#waiting.moveLine(k);
    }
    for (const w of workloadsOf(step)) this.#waiting.freePlace(this.#scopeOfWorkload(w));
    for (const n of this.order.touchedBy(step)) this.#waiting.freePlace(this.#scopeOfNeed(n));
    for (const line of this.limits.lines(step)) this.#waiting.moveLine(this.#lineOfLimit(line));
    const link = this.traffic.linkOf(step);
    if (carries(step) && link >= 0) this.#waiting.freePlace(this.#scopeOfLink(link));
  }

  #scopeOfWorkload(w: number): number {
    return this.index.hosts.length + this.rules.constraints.length + w;
  }

  #scopeOfNeed(n: number): number {
    return this.#scopeOfWorkload(this.index.workloads.length) + n;
  }

  #scopeOfLink(link: number): number {
    return this.#scopeOfNeed(this.order.needs.length) + link;
  }

  /** Lines are numbered by themselves: first the rules, then the limits. */
  #lineOfLimit(line: number): number {
    return this.rules.constraints.length + line;
  }
}
