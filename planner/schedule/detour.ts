import { amountOf } from "../../model/resource.ts";
import { movesLive } from "../durations.ts";
import type { Course } from "./course.ts";
import { placesOf } from "./fleet-state.ts";
import { afterwards, type Step } from "./step.ts";

/** How often one workload may be sent over another host. */
const detoursPerWorkload = 3;
/** How many rules' answers are asked for in all: a bound on the work in large fleets. Whole hosts help soon or not at all. */
const questionsMax = { each: 100_000, wholeHosts: 30_000 };

/** Which ways out may be taken. */
export interface WaysAllowed {
  /** False leaves only what costs no additional move. */
  readonly detours: boolean;
  /** True to empty one host of those who wait to leave it before the next is begun. */
  readonly wholeHosts?: boolean;
}

/**
 * Ways out of a deadlock, cheapest first: send one of those that wait over another host so that somebody else can go
 * on; stop one that may be stopped; move somebody who has no part in it out of the way. Each is tried on the state
 * before it is taken.
 */
export class WaysOut {
  readonly #course: Course;
  readonly #mayDetour: boolean;
  readonly #wholeHosts: boolean;
  readonly #questionsMax: number;
  readonly #detours = new Map<number, number>();
  readonly #stoppedFirst = new Set<number>();
  #wanted = new Set<number>();
  #waitingFor = new Map<number, Step[]>();
  #spare: readonly number[] = [];
  #left: number;
  #asked = 0;

  constructor(course: Course, { detours, wholeHosts = false }: WaysAllowed) {
    this.#course = course;
    this.#wholeHosts = wholeHosts;
    this.#questionsMax = wholeHosts ? questionsMax.wholeHosts : questionsMax.each;
    this.#mayDetour = detours;
    this.#left = 20 + 4 * course.blocked.size;
  }

  /** Once somebody more goes, ways that led nowhere may lead on; what may be asked in all stays what it was. */
  beginAgain(): void {
    this.#left = 20 + 4 * this.#course.blocked.size;
    this.#detours.clear();
  }

  /** Takes one way out; false when there is none that helps. */
  take(): boolean {
    if (this.#left-- <= 0 || this.#asked >= this.#questionsMax) return false;
    this.#lookAgain();
    if (!this.#mayDetour) return this.#shutIdleHosts() || this.#stop();
    if (this.#wholeHosts && (this.#shutIdleHosts() || this.#emptyHost())) return true;
    return this.#shutIdleHosts() || this.#detour(true) || this.#stop() || this.#bystander() || this.#detour(false);
  }

  /** A host that nobody needs may keep another one from being switched on. */
  #shutIdleHosts(): boolean {
    const { index, state, blocked, target, waypoint } = this.#course;
    const needed = new Set([...blocked.keys()].flatMap((w) => [target[w] ?? -1, waypoint[w] ?? -1]));
    const waitsForBoot = [...needed].some((h) => h >= 0 && !state.isOn(h));
    if (!waitsForBoot) return false;
    const idle = index.hosts.findIndex((host, h) =>
      host.powerManaged && host.state !== "failed" && state.isOn(h) && state.present(h).length === 0 && !needed.has(h));
    return idle >= 0 && this.#course.shutdown(idle);
  }

  /**
   * Those that wait on hosts that others want: first where the fewest wait to leave, so that one host is emptied before
   * the next is begun and spare room is not spent on beginnings; then least data first.
   */
  #movers(): readonly number[] {
    const { blocked, state } = this.#course;
    const leaving = new Map<number, number>();
    for (const w of blocked.keys()) leaving.set(state.hostOf(w), (leaving.get(state.hostOf(w)) ?? 0) + 1);
    const left = (w: number): number => leaving.get(state.hostOf(w)) ?? 0;
    const wanted = this.#wanted;
    return [...blocked.keys()]
      .filter((w) => {
        const { host, activity, leaving } = state.where(w);
        return host >= 0 && leaving < 0 && wanted.has(host) && (activity === "running" || activity === "stopped");
      })
      .sort((a, b) => left(a) - left(b) || this.#weight(a) - this.#weight(b) || a - b);
  }

  /** Hosts that those who wait want, who could go on if somebody left a host, and hosts to go to, those that nobody wants first. */
  #lookAgain(): void {
    const { blocked, state, target, waypoint } = this.#course;
    this.#wanted = new Set();
    this.#waitingFor = new Map();
    for (const w of blocked.keys()) {
      const next = this.#course.next(w);
      const goal = (waypoint[w] ?? -1) >= 0 ? (waypoint[w] ?? -1) : (target[w] ?? -1);
      if (goal >= 0 && goal !== state.hostOf(w)) this.#wanted.add(goal);
      if (next.kind !== "step") continue;
      for (const h of new Set([target[w] ?? -1, next.step.to, next.step.from])) {
        const known = this.#waitingFor.get(h);
        if (known === undefined) this.#waitingFor.set(h, [next.step]);
        else known.push(next.step);
      }
    }
    const ready = [...this.#course.index.hosts.keys()].filter((h) => this.#course.isReady(h));
    this.#spare = [...ready.filter((h) => !this.#wanted.has(h)), ...ready.filter((h) => this.#wanted.has(h))];
  }

  /**
   * All that wait to leave one host go elsewhere together. Then everybody who wants to be there can come, for a target
   * has room for its own, and those behind them in a circle too: no room is spent on beginnings. The host with the least
   * to carry first.
   */
  #emptyHost(): boolean {
    const { state, target } = this.#course;
    const loads = [...this.#wanted].flatMap((host) => {
      const leavers = state.present(host).filter((w) => target[w] !== host && !this.#course.frozen.has(w));
      return leavers.length > 0 && leavers.every((w) => this.#mayDetourNow(w)) ? [{ host, leavers, size: leavers.reduce((sum, w) => sum + this.#weight(w), 0) }] : [];
    }).sort((a, b) => a.size - b.size || a.host - b.host);
    for (const { leavers } of loads) {
      const places = this.#placesFor([...leavers].sort((a, b) => this.#weight(b) - this.#weight(a) || a - b));
      if (places === null) continue;
      for (const [w, host] of places) {
        this.#detours.set(w, (this.#detours.get(w) ?? 0) + 1);
        this.#course.detour(w, host);
      }
      return true;
    }
    return false;
  }

  /** Where each of these can be at once meanwhile, on hosts that nobody waits for; null when they cannot. */
  #placesFor(workloads: readonly number[]): ReadonlyMap<number, number> | null {
    const { state } = this.#course;
    const before = workloads.map((w) => state.where(w));
    const places = new Map<number, number>();
    for (const w of workloads) {
      const host = this.#spare.find((h) => !this.#wanted.has(h) && h !== state.hostOf(w) && this.#asked < this.#questionsMax && this.#canGo(w, h)) ?? -1;
      if (host < 0) break;
      places.set(w, host);
      state.set(w, afterwards({ kind: "migrate", workload: w, from: state.hostOf(w), to: host, source: -1 }, state.where(w)));
    }
    workloads.forEach((w, i) => state.set(w, before[i] ?? state.where(w)));
    return places.size === workloads.length ? places : null;
  }

  #mayDetourNow(w: number): boolean {
    const { host, activity, leaving } = this.#course.state.where(w);
    return this.#course.blocked.has(w) && host >= 0 && leaving < 0 && (activity === "running" || activity === "stopped") &&
      (this.#detours.get(w) ?? 0) < detoursPerWorkload;
  }

  #weight(w: number): number {
    const workload = this.#course.index.workloads[w];
    return (workload?.dataMiB ?? 0) + amountOf(workload?.reservation ?? {}, "memoryMiB");
  }

  /** With `mustHelp`, only when somebody can go on once it is gone; otherwise any that leaves a host that others want. */
  #detour(mustHelp: boolean): boolean {
    for (const w of this.#movers()) {
      if ((this.#detours.get(w) ?? 0) >= detoursPerWorkload) continue;
      const host = this.#spareFor(w, mustHelp);
      if (host < 0) continue;
      this.#detours.set(w, (this.#detours.get(w) ?? 0) + 1);
      this.#course.detour(w, host);
      return true;
    }
    return false;
  }

  /** Somebody at rest on a host that others want, who goes away and comes back. */
  #bystander(): boolean {
    const { state, blocked } = this.#course;
    for (const wanted of [...this.#wanted].sort((a, b) => a - b)) {
      for (const w of state.present(wanted)) {
        if (blocked.has(w) || this.#course.frozen.has(w) || (this.#detours.get(w) ?? 0) >= 1) continue;
        const { activity, arriving, leaving } = state.where(w);
        if (activity !== "running" || arriving >= 0 || leaving >= 0) continue;
        const host = this.#spareFor(w, true);
        if (host < 0) continue;
        this.#detours.set(w, 1);
        this.#course.detour(w, host);
        return true;
      }
    }
    return false;
  }

  /** The first host, those that nobody waits for before others, on which it may be meanwhile; -1 for none. */
  #spareFor(w: number, mustHelp: boolean): number {
    const { state, target } = this.#course;
    const from = state.hostOf(w);
    const helped = mustHelp ? this.#helpedBy(w) : [];
    if (mustHelp && helped.length === 0) return -1;
    return this.#spare.find((h) => h !== from && h !== target[w] && this.#asked < this.#questionsMax && this.#canGo(w, h) && (!mustHelp || this.#helps(w, h, helped))) ?? -1;
  }

  /** The steps that could be taken were it nowhere: no host that it goes to can help anybody else. */
  #helpedBy(w: number): readonly Step[] {
    const { state, rules } = this.#course;
    const before = state.where(w);
    const steps = (this.#waitingFor.get(before.host) ?? []).filter(({ workload }) => workload !== w);
    const away: Step = { kind: "remove", workload: w, from: before.host, to: -1, source: -1 };
    // Rules that fewer presences can break may be helped by where it goes, so they say nothing here.
    if (steps.length === 0 || rules.touchedBy(away).some((k) => rules.constraints[k]?.monotone === false)) return steps;
    state.set(w, afterwards(away, before));
    const helped = steps.filter((step) => this.#goes(step));
    state.set(w, before);
    return helped;
  }

  #canGo(w: number, to: number): boolean {
    const { index, state, rules } = this.#course;
    this.#asked++;
    const { host, activity } = state.where(w);
    const workload = index.workloads[w];
    const from = index.hosts[host];
    const target = index.hosts[to];
    if (workload === undefined || from === undefined || target === undefined) return false;
    const step: Step = { kind: activity === "running" ? "migrate" : "transfer", workload: w, from: host, to, source: -1 };
    if (step.kind === "migrate" && !movesLive(index, workload, from, target)) {
      return workload.mayStop && rules.refusalWhenStopped({ ...step, kind: "transfer" }) === null;
    }
    return rules.refusalOf(step) === null;
  }

  /** Could one of these steps be taken, were this one on the other host? */
  #helps(w: number, to: number, steps: readonly Step[]): boolean {
    const { state } = this.#course;
    const before = state.where(w);
    state.set(w, afterwards({ kind: "migrate", workload: w, from: before.host, to, source: -1 }, before));
    const helped = steps.some((step) => this.#goes(step));
    state.set(w, before);
    return helped;
  }

  /** Does no rule speak against a step, or, where it stops a workload for a move, against the move? */
  #goes(step: Step): boolean {
    const { rules, target, state, index } = this.#course;
    this.#asked++;
    const goal = target[step.workload] ?? -1;
    const toMove = step.kind === "stop" && index.workloads[step.workload]?.desired === "running" && goal >= 0 && goal !== state.hostOf(step.workload);
    const refusal = toMove ? rules.refusalWhenStopped({ ...step, kind: "transfer", to: goal }) : rules.refusalOf(step);
    return refusal === null;
  }

  /** Stopping gives back memory and processors; what was stopped is carried later and started there. */
  #stop(): boolean {
    const { blocked, state, index, rules } = this.#course;
    for (const w of [...blocked.keys()].sort((a, b) => a - b)) {
      const workload = index.workloads[w];
      const where = state.where(w);
      if (workload === undefined || !workload.mayStop || this.#stoppedFirst.has(w)) continue;
      if (where.host < 0 || where.activity !== "running" || where.leaving >= 0 || !placesOf(where).includes(where.host)) continue;
      if (this.#course.next(w).kind !== "step") continue;
      if (rules.refusalOf({ kind: "stop", workload: w, from: where.host, to: -1, source: -1 }) !== null) continue;
      this.#stoppedFirst.add(w);
      this.#course.stopFirst(w);
      return true;
    }
    return false;
  }
}
