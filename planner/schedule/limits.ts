import type { FleetIndex } from "../../model/snapshot.ts";
import { limitsOf, windowsOf, type ActionWindow, type Constraint, type MoveLimit } from "../../policies/index.ts";
import { carries, type Step } from "./step.ts";

interface Limit extends Omit<MoveLimit, "policy"> {
  /** Steps under way by place: a host, a pair of sites, or 0 for everything. */
  readonly underWay: Map<number, number>;
}

/** A limit that is reached. */
export interface Full {
  /** Where a step waits for it, with all that count against it at the same place. */
  readonly line: number;
  readonly words: string;
}

/** Rules about the way that need no `check`: how many moves at once, and when. */
export class Limits {
  readonly #limits: readonly Limit[];
  readonly #index: FleetIndex;
  readonly #windows: readonly { readonly window: ActionWindow; readonly workloads: ReadonlySet<number> }[];
  readonly #startsAtMs: number | null;
  readonly #siteNumber: ReadonlyMap<string, number>;

  constructor(index: FleetIndex, constraints: readonly Constraint[], startsAtMs: number | null) {
    this.#limits = limitsOf(constraints)
      .map(({ counts, atMost, workloads, hosts }) => ({ counts, atMost, workloads, hosts, underWay: new Map<number, number>() }));
    this.#index = index;
    this.#windows = windowsOf(constraints).map((window) => ({ window, workloads: new Set(window.workloads) }));
    this.#startsAtMs = startsAtMs;
    this.#siteNumber = new Map(index.fleet.sites.map(({ id }, s) => [id, s]));
  }

  /** Can any step have to wait for a window? */
  get hasWindows(): boolean {
    return this.#startsAtMs !== null && this.#windows.length > 0;
  }

  /** The first limit that a step would pass; null for none. */
  full(step: Step): Full | null {
    if (!carries(step)) return null;
    for (const [l, limit] of this.#limits.entries()) {
      const place = this.#placeOf(limit, step);
      if (place < 0 || (limit.underWay.get(place) ?? 0) < limit.atMost) continue;
      return { line: this.#lineOf(l, place), words: `${limit.atMost} ${this.#wordsOf(limit, step)} are under way already` };
    }
    return null;
  }

  /** The lines that may go on when a step ends. */
  lines(step: Step): readonly number[] {
    if (!carries(step)) return [];
    return this.#limits.flatMap((limit, l) => {
      const place = this.#placeOf(limit, step);
      return place < 0 ? [] : [this.#lineOf(l, place)];
    });
  }

  /** Counts a step that starts (1) or ends (-1). */
  count(step: Step, change: 1 | -1): void {
    if (!carries(step)) return;
    for (const limit of this.#limits) {
      const place = this.#placeOf(limit, step);
      if (place >= 0) limit.underWay.set(place, (limit.underWay.get(place) ?? 0) + change);
    }
  }

  /** The first time from `fromMs` on, counted from the start of the plan, at which all windows allow the step; null for never. */
  nextStartMs(step: Step, fromMs: number, durationMs: number): number | null {
    const base = this.#startsAtMs;
    if (base === null || step.workload < 0) return fromMs;
    const windows = this.#windows.filter(({ workloads }) => workloads.has(step.workload));
    let atMs = fromMs;
    for (let round = 0; round < 1000; round++) {
      const before = atMs;
      for (const { window } of windows) {
        const opens = window.nextStart(base + atMs, durationMs);
        if (opens === null) return null;
        atMs = opens - base;
      }
      if (atMs === before) return atMs;
    }
    return null;
  }

  /** One number for each pair of limit and place: a host, a pair of sites, or the whole. */
  #lineOf(limit: number, place: number): number {
    return place * this.#limits.length + limit;
  }

  #placeOf({ counts, workloads, hosts }: Limit, step: Step): number {
    if (workloads !== null && workloads[step.workload] !== 1) return -1;
    const from = hosts === null || hosts[step.from] === 1;
    const to = hosts === null || hosts[step.to] === 1;
    switch (counts) {
      case "perHostIn": return to ? step.to : -1;
      case "perHostOut": return from ? step.from : -1;
      case "perSiteLink": return from || to ? this.#linkOf(step) : -1;
      case "total": return from || to ? 0 : -1;
    }
  }

  /** A number for the pair of sites that a step crosses; -1 within one site. */
  #linkOf(step: Step): number {
    const a = this.#siteNumber.get(this.#index.hosts[step.from]?.site ?? "") ?? -1;
    const b = this.#siteNumber.get(this.#index.hosts[step.to]?.site ?? "") ?? -1;
    return a === b || a < 0 || b < 0 ? -1 : Math.min(a, b) * this.#siteNumber.size + Math.max(a, b);
  }

  #wordsOf({ counts }: Limit, step: Step): string {
    switch (counts) {
      case "perHostIn": return `moves to host ${this.#index.hosts[step.to]?.id}`;
      case "perHostOut": return `moves from host ${this.#index.hosts[step.from]?.id}`;
      case "perSiteLink": return `moves between sites ${this.#index.hosts[step.from]?.site} and ${this.#index.hosts[step.to]?.site}`;
      case "total": return "moves in all";
    }
  }
}
