import type { FleetIndex } from "../../model/snapshot.ts";
import { limitsOf, windowsOf, type Constraint } from "../../policies/index.ts";
import { carries, type Step } from "./step.ts";

/** How many moves a host takes in and lets out at once when no policy says. */
const perHostDefault = 2;

/** Rules about the way that need no `check`: how many moves at once, and when. */
export class Limits {
  readonly perHostIn: number;
  readonly perHostOut: number;
  readonly perSiteLink: number;
  readonly inAll: number;
  readonly #index: FleetIndex;
  readonly #windows: ReturnType<typeof windowsOf>;
  readonly #startsAtMs: number | null;
  readonly #siteNumber: ReadonlyMap<string, number>;
  readonly #in: Int32Array;
  readonly #out: Int32Array;
  readonly #onLink = new Map<number, number>();
  #total = 0;

  constructor(index: FleetIndex, constraints: readonly Constraint[], startsAtMs: number | null) {
    const said = limitsOf(constraints);
    this.perHostIn = said.perHostIn ?? perHostDefault;
    this.perHostOut = said.perHostOut ?? perHostDefault;
    this.perSiteLink = said.perSiteLink ?? Infinity;
    this.inAll = said.total ?? Infinity;
    this.#index = index;
    this.#windows = windowsOf(constraints);
    this.#startsAtMs = startsAtMs;
    this.#siteNumber = new Map(index.fleet.sites.map(({ id }, s) => [id, s]));
    this.#in = new Int32Array(index.hosts.length);
    this.#out = new Int32Array(index.hosts.length);
  }

  /** A number for the pair of sites that a step crosses; -1 within one site. */
  linkOf(step: Step): number {
    const a = this.#siteNumber.get(this.#index.hosts[step.from]?.site ?? "") ?? -1;
    const b = this.#siteNumber.get(this.#index.hosts[step.to]?.site ?? "") ?? -1;
    return !carries(step) || a === b || a < 0 || b < 0 ? -1 : Math.min(a, b) * this.#siteNumber.size + Math.max(a, b);
  }

  /** What is full: the host that takes in, the one that lets out, the link, or everything. */
  full(step: Step): "in" | "out" | "link" | "all" | null {
    if (!carries(step)) return null;
    if ((this.#in[step.to] ?? 0) >= this.perHostIn) return "in";
    if ((this.#out[step.from] ?? 0) >= this.perHostOut) return "out";
    const link = this.linkOf(step);
    if (link >= 0 && (this.#onLink.get(link) ?? 0) >= this.perSiteLink) return "link";
    return this.#total >= this.inAll ? "all" : null;
  }

  /** Counts a step that starts (1) or ends (-1). */
  count(step: Step, change: 1 | -1): void {
    if (!carries(step)) return;
    this.#in[step.to] = (this.#in[step.to] ?? 0) + change;
    this.#out[step.from] = (this.#out[step.from] ?? 0) + change;
    this.#total += change;
    const link = this.linkOf(step);
    if (link >= 0) this.#onLink.set(link, (this.#onLink.get(link) ?? 0) + change);
  }

  /** The first time from `fromMs` on, counted from the start of the plan, at which all windows allow the step; null for never. */
  nextStartMs(step: Step, fromMs: number, durationMs: number): number | null {
    const base = this.#startsAtMs;
    if (base === null || step.workload < 0) return fromMs;
    let atMs = fromMs;
    for (let round = 0; round < 1000; round++) {
      const before = atMs;
      for (const window of this.#windows) {
        if (window.workloads !== null && !window.workloads.includes(step.workload)) continue;
        const opens = window.nextStart(base + atMs, durationMs);
        if (opens === null) return null;
        atMs = opens - base;
      }
      if (atMs === before) return atMs;
    }
    return null;
  }
}
