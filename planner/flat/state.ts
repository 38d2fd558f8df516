import { GroupRules } from "./group-rules.ts";
import type { FlatProblem } from "./problem.ts";
import { Roster } from "./roster.ts";

/** Stands for a limit of Infinity: no sum gets there, and sums with it stay numbers. */
const boundless = 2 ** 53;

/**
 * The one mutable thing of the flat search: where each workload is and what that costs, kept up to date move by move.
 * Hard limits may be exceeded on the way at a price per unit (`setPenalties`), and so may spread and near (`GroupRules`),
 * because a full fleet can hardly be stirred otherwise.
 */
export class FlatState {
  readonly problem: FlatProblem;
  readonly hostOf: Int32Array;
  readonly groups: GroupRules;
  readonly roster: Roster;
  /** Hosts x dimensions, two cells each: load less soft limit, and load that counts against the hard limit, less that limit. */
  readonly #excess: Float64Array;
  /** Dimensions, two cells each: half of what a unit costs above the soft limit, and above the hard one. */
  readonly #prices: Float64Array;
  /** Per host: cost of its load, with penalties. */
  readonly #hostCost: Float64Array;
  /** Per workload: what being where it is costs it by itself. */
  readonly #awayNow: Float64Array;
  /** As in the problem; of half the width where they fit, since large fleets are bound by memory. */
  readonly #sizes: Int32Array | Float64Array;
  /** Cells of load above a hard limit. */
  #overloaded = 0;
  /** One cell: what a proposal may still cost, see `affordsLeaving`. */
  readonly budget = new Float64Array(1);
  /** Without penalties. */
  cost = 0;

  constructor(problem: FlatProblem, hostOf: Int32Array) {
    this.problem = problem;
    this.hostOf = hostOf.slice();
    this.#excess = new Float64Array(2 * problem.softLimits.length);
    this.#prices = Float64Array.from({ length: 2 * problem.dimensionCount }, (_, i) => (i % 2 === 0 ? (problem.softWeights[i / 2] as number) / 2 : 0));
    this.#hostCost = new Float64Array(problem.hostCount);
    this.#sizes = problem.sizes.every((size) => size === (size | 0)) ? Int32Array.from(problem.sizes) : problem.sizes;
    this.#awayNow = new Float64Array(problem.workloadCount);
    this.groups = new GroupRules(problem, this.hostOf);
    this.roster = new Roster(problem);
    this.load(hostOf);
  }

  /** Starts again from a placement in which every workload has a host and nobody meets whom it must be apart from. */
  load(hostOf: Int32Array): void {
    const { workloadCount, dimensionCount, sizes, home, bothEndsCount, softLimits, softWeights, hardLimits } = this.problem;
    const excess = this.#excess;
    this.hostOf.set(hostOf);
    for (let i = 0; i < softLimits.length; i++) {
      excess[2 * i] = -Math.min(softLimits[i] as number, boundless);
      excess[2 * i + 1] = -Math.min(hardLimits[i] as number, boundless);
    }
    this.groups.load(hostOf);
    this.roster.load(hostOf);
    this.cost = this.groups.mostMovedCost();
    for (let w = 0; w < workloadCount; w++) {
      const here = 2 * (hostOf[w] as number) * dimensionCount;
      const from = home[w] === hostOf[w] ? -1 : 2 * (home[w] as number) * dimensionCount;
      for (let d = 0; d < dimensionCount; d++) {
        const size = sizes[w * dimensionCount + d] as number;
        excess[here + 2 * d] = (excess[here + 2 * d] as number) + size;
        excess[here + 2 * d + 1] = (excess[here + 2 * d + 1] as number) + size;
        if (d < bothEndsCount && from >= 0) excess[from + 2 * d + 1] = (excess[from + 2 * d + 1] as number) + size;
      }
      const away = this.awayCost(w, hostOf[w] as number);
      this.#awayNow[w] = away;
      this.cost += away;
    }
    this.#overloaded = 0;
    for (let i = 0; i < softLimits.length; i++) {
      this.cost += (softWeights[i % dimensionCount] as number) * Math.max(0, excess[2 * i] as number);
      if ((excess[2 * i + 1] as number) > 0) this.#overloaded++;
    }
    this.#weighHosts();
  }

  /** Price of each unit above a hard limit, per dimension. */
  setPenalties(penalties: ArrayLike<number>): void {
    for (let d = 0; d < penalties.length; d++) this.#prices[2 * d + 1] = (penalties[d] as number) / 2;
    this.#weighHosts();
  }

  get isFeasible(): boolean {
    return this.#overloaded === 0 && this.groups.isWhole;
  }

  /** Units above hard limits, per dimension. */
  overload(): Float64Array {
    const { dimensionCount } = this.problem;
    const sums = new Float64Array(dimensionCount);
    for (let i = 0; i < this.#excess.length; i += 2 * dimensionCount) {
      for (let d = 0; d < dimensionCount; d++) sums[d] = (sums[d] as number) + Math.max(0, this.#excess[i + 2 * d + 1] as number);
    }
    return sums;
  }

  /** What being on `host` costs a workload by itself. */
  awayCost(w: number, host: number): number {
    const { home, perMove, between, hostCount } = this.problem;
    const from = home[w] as number;
    const moved = from >= 0 && host !== from ? (perMove[w] as number) : 0;
    return between === null ? moved : moved + between.weight * (between.values[(between.rows[w] as number) * hostCount + host] as number);
  }

  /** The same where it is. */
  awayNow(w: number): number {
    return this.#awayNow[w] as number;
  }

  /** Cost of a host's load as it is. */
  hostCost(h: number): number {
    return this.#hostCost[h] as number;
  }

  /**
   * Takes from `budget` the cost of the load of its host once the workload has left it; false as soon as that is more
   * than there is. Budgets are cells of an array, because a number handed to a function costs an allocation.
   */
  affordsLeaving(w: number): boolean {
    this.weighLeaving(w);
    return (this.budget[0] as number) >= 0;
  }

  /** The same to the end, whatever it costs. */
  weighLeaving(w: number): void {
    const h = this.hostOf[w] as number;
    const { dimensionCount, home, bothEndsCount } = this.problem;
    const sizes = this.#sizes;
    const excess = this.#excess;
    const prices = this.#prices;
    const staying = home[w] === h ? 2 * bothEndsCount : 0;
    const row = 2 * h * dimensionCount;
    let mine = w * dimensionCount;
    let left = this.budget[0] as number;
    let i = 0;
    for (; i < staying; i += 2, mine++) {
      left -= (prices[i] as number) * twiceAbove((excess[row + i] as number) - (sizes[mine] as number))
        + (prices[i + 1] as number) * twiceAbove(excess[row + i + 1] as number);
    }
    for (; i < 2 * dimensionCount; i += 2, mine++) {
      const size = sizes[mine] as number;
      left -= (prices[i] as number) * twiceAbove((excess[row + i] as number) - size)
        + (prices[i + 1] as number) * twiceAbove((excess[row + i + 1] as number) - size);
    }
    this.budget[0] = left;
  }

  /** The same for the load of host `h` once the workload is there. */
  affordsArriving(w: number, h: number): boolean {
    const { dimensionCount, home, bothEndsCount } = this.problem;
    const sizes = this.#sizes;
    const excess = this.#excess;
    const prices = this.#prices;
    const known = home[w] === h ? 2 * bothEndsCount : 0;
    const row = 2 * h * dimensionCount;
    let mine = w * dimensionCount;
    let left = this.budget[0] as number;
    let i = 0;
    for (; i < known; i += 2, mine++) {
      left -= (prices[i] as number) * twiceAbove((excess[row + i] as number) + (sizes[mine] as number))
        + (prices[i + 1] as number) * twiceAbove(excess[row + i + 1] as number);
    }
    for (; i < 2 * dimensionCount && left >= 0; i += 2, mine++) {
      const size = sizes[mine] as number;
      left -= (prices[i] as number) * twiceAbove((excess[row + i] as number) + size)
        + (prices[i + 1] as number) * twiceAbove((excess[row + i + 1] as number) + size);
    }
    this.budget[0] = left;
    return left >= 0;
  }

  /** The same for the load of the host of `out` once `out` has left it for `into`. */
  affordsExchange(out: number, into: number): boolean {
    const h = this.hostOf[out] as number;
    const { dimensionCount, home, bothEndsCount } = this.problem;
    const sizes = this.#sizes;
    const excess = this.#excess;
    const prices = this.#prices;
    const row = 2 * h * dimensionCount;
    let away = out * dimensionCount;
    let here = into * dimensionCount;
    const lessCounts = home[out] === h ? 0 : 1;
    const moreCounts = home[into] === h ? 0 : 1;
    let left = this.budget[0] as number;
    let i = 0;
    for (; i < 2 * bothEndsCount && left >= 0; i += 2) {
      const less = sizes[away++] as number;
      const more = sizes[here++] as number;
      left -= (prices[i] as number) * twiceAbove((excess[row + i] as number) + more - less)
        + (prices[i + 1] as number) * twiceAbove((excess[row + i + 1] as number) + moreCounts * more - lessCounts * less);
    }
    for (; i < 2 * dimensionCount && left >= 0; i += 2) {
      const net = (sizes[here++] as number) - (sizes[away++] as number);
      left -= (prices[i] as number) * twiceAbove((excess[row + i] as number) + net)
        + (prices[i + 1] as number) * twiceAbove((excess[row + i + 1] as number) + net);
    }
    this.budget[0] = left;
    return left >= 0;
  }

  /** Moves a workload; the caller has asked the group rules. */
  move(w: number, to: number): void {
    const from = this.hostOf[w] as number;
    if (from === to) return;
    const { home, bothEndsCount } = this.problem;
    const away = this.awayCost(w, to);
    const awayBefore = this.#awayNow[w] as number;
    this.#awayNow[w] = away;
    this.cost += away - awayBefore
      + this.#shift(w, from, -1, home[w] === from ? bothEndsCount : 0)
      + this.#shift(w, to, 1, home[w] === to ? bothEndsCount : 0)
      + this.groups.move(w, from, to);
    this.roster.move(w, from, to);
    this.hostOf[w] = to;
  }

  /** Adds (sign 1) or takes away (-1) a workload's load; the first `held` dimensions count against hard limits anyway. */
  #shift(w: number, h: number, sign: number, held: number): number {
    const { dimensionCount, softWeights } = this.problem;
    const sizes = this.#sizes;
    const excess = this.#excess;
    const prices = this.#prices;
    const row = 2 * h * dimensionCount;
    const mine = w * dimensionCount;
    let change = 0;
    let hostCost = 0;
    for (let d = 0; d < dimensionCount; d++) {
      const size = sign * (sizes[mine + d] as number);
      const i = row + 2 * d;
      const before = excess[i] as number;
      const after = before + size;
      excess[i] = after;
      const load = (softWeights[d] as number) * Math.max(0, after);
      change += load - (softWeights[d] as number) * Math.max(0, before);
      let s = excess[i + 1] as number;
      if (d >= held) {
        const then = s + size;
        if (s > 0) this.#overloaded--;
        if (then > 0) this.#overloaded++;
        excess[i + 1] = then;
        s = then;
      }
      hostCost += load + (prices[2 * d + 1] as number) * twiceAbove(s);
    }
    this.#hostCost[h] = hostCost;
    return change;
  }

  #weighHosts(): void {
    const { dimensionCount, hostCount } = this.problem;
    const prices = this.#prices;
    for (let h = 0, row = 0; h < hostCount; h++, row += prices.length) {
      let cost = 0;
      for (let i = 0; i < 2 * dimensionCount; i += 2) {
        cost += (prices[i] as number) * twiceAbove(this.#excess[row + i] as number) + (prices[i + 1] as number) * twiceAbove(this.#excess[row + i + 1] as number);
      }
      this.#hostCost[h] = cost;
    }
  }
}

/** Twice what is above zero, without a branch, which no processor could foretell. */
function twiceAbove(value: number): number {
  return value + Math.abs(value);
}
