import type { Random } from "../../model/random.ts";
import { Annealer } from "./anneal.ts";
import type { FlatProblem } from "./problem.ts";
import { Record } from "./record.ts";
import { FlatState } from "./state.ts";

/** Temperatures as shares of what the load of a typical workload costs: where a round starts, and where it is frozen. */
export interface Heat {
  readonly from: number;
  readonly to: number;
  /** Price of a unit above a hard limit, in typical load prices: low while everything flows, high at the end. */
  readonly priceFrom: number;
  readonly priceTo: number;
}

/** A round from scratch, and one that only loosens what is there. */
export const melting: Heat = { from: 0.05, to: 5e-4, priceFrom: 1, priceTo: 50 };
/** Share of a round after which limits that are still exceeded get dearer until they are kept. */
const insistFrom = 0.7;
/** Share of a round after which it cools down to single units of cost. */
const settleFrom = 0.85;
/** How much dearer at each look, and how much cheaper while a limit is kept. */
const dearer = 1.03;
const cheaper = 0.9925;
const dearest = 1e6;
/** Looks at what is exceeded in one round. */
export const looksPerRound = 2000;

/**
 * Anneals a placement in rounds. While it is hot, hard limits may be exceeded at a low price, in proportion to how scarce
 * a dimension is; the price rises as it cools, and from some point on for each dimension that is still exceeded.
 */
export class Cooling {
  readonly record: Record;
  readonly #state: FlatState;
  readonly #annealer: Annealer;
  readonly #problem: FlatProblem;
  /** Price of a unit of each dimension when prices are 1. */
  readonly #unitPrices: Float64Array;
  /** What the load of a typical workload costs. */
  readonly #scale: number;
  readonly #factors: Float64Array;
  readonly #penalties: Float64Array;

  constructor(problem: FlatProblem, start: Int32Array, random: Random) {
    this.#problem = problem;
    this.#state = new FlatState(problem, start);
    this.record = new Record(this.#state);
    this.#annealer = new Annealer(this.#state, this.record, random);
    const { unitPrices, scale } = pricesOf(problem);
    this.#unitPrices = unitPrices;
    this.#scale = scale;
    this.#factors = new Float64Array(problem.dimensionCount + 2);
    this.#penalties = new Float64Array(problem.dimensionCount);
  }

  /** Proposals weighed so far. */
  get weighed(): number {
    return this.#annealer.counters.weighed;
  }

  /** A new round from a placement, which also counts as found; null goes on from where the last round ended. */
  begin(from: Int32Array | null): void {
    this.record.forget();
    if (from !== null) {
      this.#state.load(from);
      this.record.note();
      this.record.keep();
    }
    this.#factors.fill(1);
  }

  /** A look and some proposals, at the given share (0 to 1) of a round. */
  step(heat: Heat, share: number, proposals: number): void {
    const cooled = Math.min(1, share / settleFrom);
    const frozen = this.#scale * heat.to;
    const temperature = share < settleFrom
      ? this.#scale * heat.from * Math.pow(heat.to / heat.from, cooled)
      : frozen * Math.pow(Math.min(1, 1 / frozen), (share - settleFrom) / (1 - settleFrom));
    const price = heat.priceFrom * Math.pow(heat.priceTo / heat.priceFrom, cooled);
    this.#setPrices(price, share >= insistFrom);
    this.#annealer.run(temperature, proposals);
  }

  #setPrices(price: number, insists: boolean): void {
    const state = this.#state;
    const { dimensionCount } = this.#problem;
    const factors = this.#factors;
    if (insists) {
      const overload = state.overload();
      for (let d = 0; d < dimensionCount; d++) factors[d] = adapted(factors[d] as number, (overload[d] as number) > 0);
      factors[dimensionCount] = adapted(factors[dimensionCount] as number, state.groups.spreadShort > 0);
      factors[dimensionCount + 1] = adapted(factors[dimensionCount + 1] as number, state.groups.nearBroken > 0);
    }
    for (let d = 0; d < dimensionCount; d++) this.#penalties[d] = price * (this.#unitPrices[d] as number) * (factors[d] as number);
    const groupPrice = price * this.#scale / 10;
    this.#annealer.spreadPenalty = groupPrice * (factors[dimensionCount] as number);
    this.#annealer.nearPenalty = groupPrice * (factors[dimensionCount + 1] as number);
    state.setPenalties(this.#penalties);
  }
}

function adapted(factor: number, isExceeded: boolean): number {
  return Math.min(dearest, Math.max(1, factor * (isExceeded ? dearer : cheaper)));
}

/** Dimensions with little in them get dear units, so that a share of a host costs the same in each. */
function pricesOf({ dimensionCount, workloadCount, sizes, softWeights }: FlatProblem): { readonly unitPrices: Float64Array; readonly scale: number } {
  const totals = new Float64Array(dimensionCount);
  sizes.forEach((size, i) => { totals[i % dimensionCount] = (totals[i % dimensionCount] as number) + Math.abs(size); });
  const most = totals.reduce((max, total) => Math.max(max, total), 1);
  const scale = totals.reduce((sum, total, d) => sum + (softWeights[d] as number) * total, 0) / workloadCount;
  const weight = softWeights.reduce((max, value) => Math.max(max, value), 1);
  return { unitPrices: totals.map((total) => (total === 0 ? weight : weight * most / total)), scale: Math.max(1, scale) };
}
