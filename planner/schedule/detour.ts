import { amountOf } from "../../model/resource.ts";
import { movesLive } from "../durations.ts";
import type { Course } from "./course.ts";
import { placesOf } from "./fleet-state.ts";
import { afterwards, type Step } from "./step.ts";

/** How often one workload may be sent over another host. */
const detoursPerWorkload = 3;

/**
 * Ways out of a deadlock, cheapest first: send one of those that wait over another host so that somebody else can go
 * on; stop one that may be stopped; move somebody who has no part in it out of the way. Each is tried on the state
 * before it is taken.
 */
export class WaysOut {
  readonly #course: Course;
  readonly #detours = new Map<number, number>();
  readonly #stoppedFirst = new Set<number>();
  #left: number;

  constructor(course: Course) {
    this.#course = course;
    this.#left = 20 + 4 * course.blocked.size;
  }

  /** Takes one way out; false when there is none that helps. */
  take(): boolean {
    if (this.#left-- <= 0) return false;
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

  /** Those that wait on hosts that others want, least data first. */
  #movers(): readonly number[] {
    const { blocked, state, index } = this.#course;
    const wanted = this.#wantedHosts();
    const weight = (w: number): number => (index.workloads[w]?.dataMiB ?? 0) + amountOf(index.workloads[w]?.reservation ?? {}, "memoryMiB");
    return [...blocked.keys()]
      .filter((w) => {
        const { host, activity, leaving } = state.where(w);
        return host >= 0 && leaving < 0 && wanted.has(host) && (activity === "running" || activity === "stopped");
      })
      .sort((a, b) => weight(a) - weight(b) || a - b);
  }

  #wantedHosts(): ReadonlySet<number> {
    const { blocked, state, target, waypoint } = this.#course;
    return new Set([...blocked.keys()].flatMap((w) => {
      const goal = (waypoint[w] ?? -1) >= 0 ? (waypoint[w] ?? -1) : (target[w] ?? -1);
      return goal >= 0 && goal !== state.hostOf(w) ? [goal] : [];
    }));
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
    for (const wanted of [...this.#wantedHosts()].sort((a, b) => a - b)) {
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
    const { index, state, target } = this.#course;
    const from = state.hostOf(w);
    const wanted = this.#wantedHosts();
    const candidates = [...index.hosts.keys()].filter((h) => h !== from && h !== target[w] && this.#course.isReady(h));
    const spare = [...candidates.filter((h) => !wanted.has(h)), ...candidates.filter((h) => wanted.has(h))];
    return spare.find((h) => this.#canGo(w, h) && (!mustHelp || this.#helps(w, h))) ?? -1;
  }

  #canGo(w: number, to: number): boolean {
    const { index, state, rules } = this.#course;
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

  /** Could one of those that wait go on, were this one on the other host? */
  #helps(w: number, to: number): boolean {
    const { state } = this.#course;
    const before = state.where(w);
    state.set(w, afterwards({ kind: "migrate", workload: w, from: before.host, to, source: -1 }, before));
    const helped = this.#someoneGoes(w, before.host);
    state.set(w, before);
    return helped;
  }

  #someoneGoes(except: number, freed: number): boolean {
    const { blocked, rules, target, state, index } = this.#course;
    for (const other of blocked.keys()) {
      if (other === except) continue;
      const next = this.#course.next(other);
      if (next.kind !== "step") continue;
      const goal = target[other] ?? -1;
      const concerned = goal === freed || next.step.to === freed || next.step.from === freed;
      const toStop = next.step.kind === "stop" && index.workloads[other]?.desired === "running" && goal >= 0 && goal !== state.hostOf(other);
      const refusal = toStop
        ? rules.refusalWhenStopped({ ...next.step, kind: "transfer", to: goal })
        : rules.refusalOf(next.step);
      if (concerned && refusal === null) return true;
    }
    return false;
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
