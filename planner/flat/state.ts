import { GroupRules } from "./group-rules.ts";
import type { FlatProblem } from "./problem.ts";
import { Roster } from "./roster.ts";

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
  /** Hosts x dimensions: load less soft limit. */
  readonly #over: Float64Array;
  /** Hosts x dimensions: load that counts against the hard limit, less that limit. */
  readonly #short: Float64Array;
  readonly #penalties: Float64Array;
  /** Per host: cost of its load, with penalties. */
  readonly #hostCost: Float64Array;
  /** Cells of `#short` above zero. */
  #overloaded = 0;
  /** One cell: what a proposal may still cost, see `affordsLeaving`. */
  readonly budget = new Float64Array(1);
  /** Without penalties. */
  cost = 0;

  constructor(problem: FlatProblem, hostOf: Int32Array) {
    this.problem = problem;
    this.hostOf = hostOf.slice();
    this.#over = new Float64Array(problem.softLimits.length);
    this.#short = new Float64Array(problem.hardLimits.length);
    this.#penalties = new Float64Array(problem.dimensionCount);
    this.#hostCost = new Float64Array(problem.hostCount);
    this.groups = new GroupRules(problem, this.hostOf);
    this.roster = new Roster(problem);
    this.load(hostOf);
  }

  /** Starts again from a placement in which every workload has a host and nobody meets whom it must be apart from. */
  load(hostOf: Int32Array): void {
    const { workloadCount, dimensionCount, sizes, home, bothEndsCount, softLimits, softWeights, hardLimits } = this.problem;
    this.hostOf.set(hostOf);
    for (let i = 0; i < softLimits.length; i++) {
      this.#over[i] = -(softLimits[i] as number);
      this.#short[i] = -(hardLimits[i] as number);
    }
    this.groups.load(hostOf);
    this.roster.load(hostOf);
    this.cost = this.groups.mostMovedCost();
    for (let w = 0; w < workloadCount; w++) {
      const here = (hostOf[w] as number) * dimensionCount;
      const from = home[w] === hostOf[w] ? -1 : (home[w] as number) * dimensionCount;
      for (let d = 0; d < dimensionCount; d++) {
        const size = sizes[w * dimensionCount + d] as number;
        this.#over[here + d] = (this.#over[here + d] as number) + size;
        this.#short[here + d] = (this.#short[here + d] as number) + size;
        if (d < bothEndsCount && from >= 0) this.#short[from + d] = (this.#short[from + d] as number) + size;
      }
      this.cost += this.awayCost(w, hostOf[w] as number);
    }
    this.#overloaded = 0;
    for (let i = 0; i < this.#over.length; i++) {
      this.cost += (softWeights[i % dimensionCount] as number) * Math.max(0, this.#over[i] as number);
      if ((this.#short[i] as number) > 0) this.#overloaded++;
    }
    this.#weighHosts();
  }

  /** Price of each unit above a hard limit, per dimension. */
  setPenalties(penalties: ArrayLike<number>): void {
    this.#penalties.set(penalties);
    this.#weighHosts();
  }

  get isFeasible(): boolean {
    return this.#overloaded === 0 && this.groups.isWhole;
  }

  /** Units above hard limits, per dimension. */
  overload(): Float64Array {
    const { dimensionCount } = this.problem;
    const sums = new Float64Array(dimensionCount);
    this.#short.forEach((value, i) => { sums[i % dimensionCount] = (sums[i % dimensionCount] as number) + Math.max(0, value); });
    return sums;
  }

  /** What being on `host` costs a workload by itself. */
  awayCost(w: number, host: number): number {
    const { home, perMove, between, hostCount } = this.problem;
    const from = home[w] as number;
    const moved = from >= 0 && host !== from ? (perMove[w] as number) : 0;
    return between === null ? moved : moved + between.weight * (between.values[(between.rows[w] as number) * hostCount + host] as number);
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
    const { dimensionCount, sizes, softWeights, home, bothEndsCount } = this.problem;
    const over = this.#over;
    const short = this.#short;
    const penalties = this.#penalties;
    const mine = w * dimensionCount;
    const row = h * dimensionCount;
    const staying = home[w] === h ? bothEndsCount : 0;
    let left = this.budget[0] as number;
    for (let d = 0; d < staying; d++) {
      left -= (softWeights[d] as number) * Math.max(0, (over[row + d] as number) - (sizes[mine + d] as number))
        + (penalties[d] as number) * Math.max(0, short[row + d] as number);
    }
    for (let d = staying; d < dimensionCount; d++) {
      const size = sizes[mine + d] as number;
      left -= (softWeights[d] as number) * Math.max(0, (over[row + d] as number) - size)
        + (penalties[d] as number) * Math.max(0, (short[row + d] as number) - size);
    }
    this.budget[0] = left;
  }

  /** The same for the load of host `h` once the workload is there. */
  affordsArriving(w: number, h: number): boolean {
    const { dimensionCount, sizes, softWeights, home, bothEndsCount } = this.problem;
    const over = this.#over;
    const short = this.#short;
    const penalties = this.#penalties;
    const mine = w * dimensionCount;
    const row = h * dimensionCount;
    const known = home[w] === h ? bothEndsCount : 0;
    let left = this.budget[0] as number;
    for (let d = 0; d < known; d++) {
      left -= (softWeights[d] as number) * Math.max(0, (over[row + d] as number) + (sizes[mine + d] as number))
        + (penalties[d] as number) * Math.max(0, short[row + d] as number);
    }
    for (let d = known; d < dimensionCount && left >= 0; d++) {
      const size = sizes[mine + d] as number;
      left -= (softWeights[d] as number) * Math.max(0, (over[row + d] as number) + size)
        + (penalties[d] as number) * Math.max(0, (short[row + d] as number) + size);
    }
    this.budget[0] = left;
    return left >= 0;
  }

  /** The same for the load of the host of `out` once `out` has left it for `into`. */
  affordsExchange(out: number, into: number): boolean {
    const h = this.hostOf[out] as number;
    const { dimensionCount, sizes, softWeights, home, bothEndsCount } = this.problem;
    const over = this.#over;
    const short = this.#short;
    const penalties = this.#penalties;
    const row = h * dimensionCount;
    const away = out * dimensionCount;
    const here = into * dimensionCount;
    const lessCounts = home[out] === h ? 0 : 1;
    const moreCounts = home[into] === h ? 0 : 1;
    let left = this.budget[0] as number;
    for (let d = 0; d < bothEndsCount && left >= 0; d++) {
      const less = sizes[away + d] as number;
      const more = sizes[here + d] as number;
      left -= (softWeights[d] as number) * Math.max(0, (over[row + d] as number) + more - less)
        + (penalties[d] as number) * Math.max(0, (short[row + d] as number) + moreCounts * more - lessCounts * less);
    }
    for (let d = bothEndsCount; d < dimensionCount && left >= 0; d++) {
      const net = (sizes[here + d] as number) - (sizes[away + d] as number);
      left -= (softWeights[d] as number) * Math.max(0, (over[row + d] as number) + net)
        + (penalties[d] as number) * Math.max(0, (short[row + d] as number) + net);
    }
    this.budget[0] = left;
    return left >= 0;
  }

  /** Moves a workload; the caller has asked the group rules. */
  move(w: number, to: number): void {
    const from = this.hostOf[w] as number;
    if (from === to) return;
    const { home, bothEndsCount } = this.problem;
    this.cost += this.awayCost(w, to) - this.awayCost(w, from)
      + this.#shift(w, from, -1, home[w] === from ? bothEndsCount : 0)
      + this.#shift(w, to, 1, home[w] === to ? bothEndsCount : 0)
      + this.groups.move(w, from, to);
    this.roster.move(w, from, to);
    this.hostOf[w] = to;
  }

  /** Adds (sign 1) or takes away (-1) a workload's load; the first `held` dimensions count against hard limits anyway. */
  #shift(w: number, h: number, sign: number, held: number): number {
    const { dimensionCount, sizes, softWeights } = this.problem;
    const over = this.#over;
    const short = this.#short;
    const penalties = this.#penalties;
    const row = h * dimensionCount;
    const mine = w * dimensionCount;
    let change = 0;
    let hostCost = 0;
    for (let d = 0; d < dimensionCount; d++) {
      const size = sign * (sizes[mine + d] as number);
      const before = over[row + d] as number;
      const after = before + size;
      over[row + d] = after;
      const load = (softWeights[d] as number) * Math.max(0, after);
      change += load - (softWeights[d] as number) * Math.max(0, before);
      let s = short[row + d] as number;
      if (d >= held) {
        const then = s + size;
        if (s > 0) this.#overloaded--;
        if (then > 0) this.#overloaded++;
        short[row + d] = then;
        s = then;
      }
      hostCost += load + (penalties[d] as number) * Math.max(0, s);
    }
    this.#hostCost[h] = hostCost;
    return change;
  }

  #weighHosts(): void {
    const { dimensionCount, softWeights, hostCount } = this.problem;
    for (let h = 0; h < hostCount; h++) {
      let cost = 0;
      for (let i = h * dimensionCount, d = 0; d < dimensionCount; d++, i++) {
        cost += (softWeights[d] as number) * Math.max(0, this.#over[i] as number) + (this.#penalties[d] as number) * Math.max(0, this.#short[i] as number);
      }
      this.#hostCost[h] = cost;
    }
  }
}
