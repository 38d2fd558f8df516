import type { FleetIndex } from "../../model/snapshot.ts";
import { converges, linkMbps } from "../durations.ts";
import { carries, type Step } from "./step.ts";

/** A place that moves share: a host or the link between two sites; -1 for the one that it is not. */
export interface SharedPlace {
  readonly host: number;
  readonly link: number;
}

/**
 * Who carries data now, and what is left of the network for one more. Each of those that share an end, or the link
 * between two sites, is taken to get an equal part of it. A step keeps the estimate that it started with: what starts
 * or ends later changes the real duration, which no order of actions rests on.
 */
export class Traffic {
  readonly #index: FleetIndex;
  readonly #siteOfHost: Int32Array;
  readonly #siteCount: number;
  readonly #atHost: Int32Array;
  readonly #onLink: Int32Array;
  /** By pair of sites; 0 where nobody has asked yet. */
  readonly #linkMbps: Float64Array;

  constructor(index: FleetIndex) {
    this.#index = index;
    const siteNumber = new Map<string, number>(index.fleet.sites.map(({ id }, s) => [id, s]));
    this.#siteCount = siteNumber.size;
    this.#siteOfHost = Int32Array.from(index.hosts, ({ site }) => siteNumber.get(site) ?? -1);
    this.#atHost = new Int32Array(index.hosts.length);
    this.#onLink = new Int32Array(this.#siteCount ** 2);
    this.#linkMbps = new Float64Array(this.#siteCount ** 2);
  }

  /** A number for the pair of sites that a step crosses; -1 within one site. */
  linkOf({ from, to }: Step): number {
    const [a, b] = [this.#siteOfHost[from] ?? -1, this.#siteOfHost[to] ?? -1];
    return a < 0 || b < 0 || a === b ? -1 : Math.min(a, b) * this.#siteCount + Math.max(a, b);
  }

  /** Counts a step that starts (1) or ends (-1). */
  count(step: Step, change: 1 | -1): void {
    if (!carries(step)) return;
    this.#atHost[step.from] = this.#usersOf(step.from) + change;
    if (step.to !== step.from) this.#atHost[step.to] = this.#usersOf(step.to) + change;
    const link = this.linkOf(step);
    if (link >= 0) this.#onLink[link] = (this.#onLink[link] ?? 0) + change;
  }

  /** The part of the tightest end or link that one more step would get, at least 1. */
  mbpsFor(step: Step): number {
    if (!carries(step) || this.#index.hosts[step.from] === undefined || this.#index.hosts[step.to] === undefined) return 1;
    const ends = Math.min(this.#partAt(step.from), this.#partAt(step.to));
    return Math.max(1, Math.floor(Math.min(ends, this.#partOfLink(step))));
  }

  /**
   * A live move sends memory again until it gets ahead of the changes. Where others share the way it waits rather than
   * spend more than half of what they leave on changes alone: the rounds would take longer than the wait.
   */
  isTooSlowFor(step: Step): boolean {
    const workload = this.#index.workloads[step.workload];
    return step.kind === "migrate" && workload !== undefined && !converges(workload, this.mbpsFor(step) / 2) && this.#isShared(step);
  }

  /**
   * Where others must end before more is left for a step: the tightest place when somebody uses it, for its part does
   * not grow before, else any that is used.
   */
  busiest(step: Step): SharedPlace {
    const link = this.linkOf(step);
    const places = [
      { place: { host: step.from, link: -1 }, part: this.#partAt(step.from), users: this.#usersOf(step.from) },
      { place: { host: step.to, link: -1 }, part: this.#partAt(step.to), users: this.#usersOf(step.to) },
      { place: { host: -1, link }, part: this.#partOfLink(step), users: link < 0 ? 0 : (this.#onLink[link] ?? 0) },
    ].sort((a, b) => a.part - b.part);
    return (places.find(({ users }) => users > 0) ?? places[0])?.place ?? { host: step.from, link: -1 };
  }

  #isShared(step: Step): boolean {
    const link = this.linkOf(step);
    return this.#usersOf(step.from) > 0 || this.#usersOf(step.to) > 0 || (link >= 0 && (this.#onLink[link] ?? 0) > 0);
  }

  #usersOf(host: number): number {
    return this.#atHost[host] ?? 0;
  }

  #partAt(host: number): number {
    return (this.#index.hosts[host]?.migrationMbps ?? 1) / (this.#usersOf(host) + 1);
  }

  #partOfLink(step: Step): number {
    const link = this.linkOf(step);
    const [from, to] = [this.#index.hosts[step.from], this.#index.hosts[step.to]];
    if (link < 0 || from === undefined || to === undefined) return Infinity;
    if (this.#linkMbps[link] === 0) this.#linkMbps[link] = linkMbps(this.#index, from, to);
    return (this.#linkMbps[link] ?? 0) / ((this.#onLink[link] ?? 0) + 1);
  }
}
