import type { FleetIndex } from "../../model/snapshot.ts";
import { converges, linkMbps } from "../durations.ts";
import { carries, hostsOf, type Step } from "./step.ts";

/**
 * Who carries data now, and what is left of the network for one more. Each of those that share an end, or the link
 * between two sites, is taken to get an equal part of it. A step keeps the estimate that it started with: what starts
 * or ends later changes the real duration, which no order of actions rests on.
 */
export class Traffic {
  readonly #index: FleetIndex;
  readonly #atHost: Int32Array;
  readonly #onLink = new Map<string, number>();

  constructor(index: FleetIndex) {
    this.#index = index;
    this.#atHost = new Int32Array(index.hosts.length);
  }

  /** Counts a step that starts (1) or ends (-1). */
  count(step: Step, change: 1 | -1): void {
    if (!carries(step)) return;
    for (const h of hostsOf(step)) this.#atHost[h] = (this.#atHost[h] ?? 0) + change;
    const link = this.#linkOf(step);
    if (link !== null) this.#onLink.set(link, (this.#onLink.get(link) ?? 0) + change);
  }

  /** The part of the tightest end or link that one more step would get, at least 1. */
  mbpsFor(step: Step): number {
    const [from, to] = [this.#index.hosts[step.from], this.#index.hosts[step.to]];
    if (!carries(step) || from === undefined || to === undefined) return 1;
    const link = this.#linkOf(step);
    const parts = hostsOf(step).map((h) => (this.#index.hosts[h]?.migrationMbps ?? 1) / ((this.#atHost[h] ?? 0) + 1));
    if (link !== null) parts.push(linkMbps(this.#index, from, to) / ((this.#onLink.get(link) ?? 0) + 1));
    return Math.max(1, Math.floor(parts.reduce((least, part) => Math.min(least, part))));
  }

  /**
   * A live move sends memory again until it gets ahead of the changes. Where others share the way it waits rather than
   * spend more than half of what they leave on changes alone: the rounds would take longer than the wait.
   */
  isTooSlowFor(step: Step): boolean {
    const workload = this.#index.workloads[step.workload];
    return step.kind === "migrate" && workload !== undefined && !converges(workload, this.mbpsFor(step) / 2) && this.#isShared(step);
  }

  #isShared(step: Step): boolean {
    const link = this.#linkOf(step);
    return hostsOf(step).some((h) => (this.#atHost[h] ?? 0) > 0) || (link !== null && (this.#onLink.get(link) ?? 0) > 0);
  }

  #linkOf(step: Step): string | null {
    const [a, b] = [this.#index.hosts[step.from]?.site, this.#index.hosts[step.to]?.site];
    if (a === undefined || b === undefined || a === b) return null;
    return a < b ? `${a} ${b}` : `${b} ${a}`;
  }
}
