import { hostIsOnWhen } from "../../model/snapshot.ts";
import type { Problem } from "../problem.ts";

/** Values of all linear objectives kept as one table up to this many; beyond it they are kept in a cache. */
const tableCellsMax = 16_000_000;
const cacheSlots = 1 << 16;

/**
 * All linear objectives of all levels, already weighted: for a workload on a host one number for each level, side by
 * side. `values` holds them from the position that `find` returns.
 */
export class ObjectiveTable {
  readonly levels: number;
  readonly values: Float64Array;
  /** By host and level: what switching it on adds; 0 where it does not depend on us. */
  readonly on: Float64Array;
  /** By level: what is on whatever we do. */
  readonly base: Float64Array;
  readonly #terms: readonly { readonly level: number; readonly weight: number; readonly at: (workload: number, host: number) => number }[];
  readonly #hostCount: number;
  readonly #keys: Float64Array | null;
  /** 1 for pairs that have been asked about, where there is a table: a repair asks about few of them. */
  readonly #known: Uint8Array;

  constructor(problem: Problem) {
    const { index, levels } = problem;
    this.levels = levels.length;
    this.#hostCount = index.hosts.length;
    this.on = new Float64Array(index.hosts.length * levels.length);
    this.base = new Float64Array(levels.length);
    this.#terms = levels.flatMap(({ terms }, level) => terms.flatMap(({ objective, weight }) =>
      objective.kind === "linear" ? [{ level, weight, at: (workload: number, host: number) => objective.at(workload, host) }] : []));
    levels.forEach(({ terms }, level) => {
      for (const { objective, weight } of terms) {
        if (objective.kind !== "linear") continue;
        index.hosts.forEach((host, h) => {
          if (!hostIsOnWhen(host, true)) return;
          const value = weight * objective.on(h);
          if (hostIsOnWhen(host, false)) this.base[level] = (this.base[level] as number) + value;
          else this.on[h * this.levels + level] = (this.on[h * this.levels + level] as number) + value;
        });
      }
    });
    const cells = index.workloads.length * index.hosts.length * Math.max(1, levels.length);
    if (cells <= tableCellsMax) {
      this.#keys = null;
      this.values = new Float64Array(cells);
      this.#known = new Uint8Array(index.workloads.length * index.hosts.length);
    } else {
      this.#known = new Uint8Array(0);
      this.#keys = new Float64Array(cacheSlots).fill(-1);
      this.values = new Float64Array(cacheSlots * this.levels);
    }
  }

  /** True when the table has room for every value. */
  get complete(): boolean {
    return this.#keys === null;
  }

  /** Position in `values` of the levels of a workload on a host; good until the next call. */
  find(workload: number, host: number): number {
    const pair = workload * this.#hostCount + host;
    const keys = this.#keys;
    if (keys === null) {
      const start = pair * this.levels;
      if (this.#known[pair] === 0) {
        this.#known[pair] = 1;
        this.#fill(start, workload, host);
      }
      return start;
    }
    const slot = (Math.imul(workload, 0x9e3779b1) ^ Math.imul(host, 0x85ebca6b)) & (cacheSlots - 1);
    if (keys[slot] !== pair) {
      keys[slot] = pair;
      this.#fill(slot * this.levels, workload, host);
    }
    return slot * this.levels;
  }

  #fill(start: number, workload: number, host: number): void {
    for (let l = 0; l < this.levels; l++) this.values[start + l] = 0;
    for (const { level, weight, at } of this.#terms) {
      this.values[start + level] = (this.values[start + level] as number) + weight * at(workload, host);
    }
  }
}
