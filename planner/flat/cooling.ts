import { assert } from "../../model/assert.ts";
import type { Random } from "../../model/random.ts";
import { Annealer, type MoveMix } from "./anneal.ts";
import type { FlatProblem } from "./problem.ts";
import type { Reach } from "./reach.ts";
import { Record } from "./record.ts";
import { FlatState } from "./state.ts";

/** How a round cools down. */
export interface Heat {
  /** Temperatures as shares of what the load of a typical workload costs: where a round starts, and where it is frozen. */
  readonly from: number;
  readonly to: number;
  /** Price of a unit above a hard limit, in typical load prices: low while everything flows, high at the end. */
  readonly priceFrom: number;
  readonly priceTo: number;
  /** Price of a spread or near rule that is broken, in typical loads, when the price of a unit is 1. */
  readonly groupPrice: number;
  /**
   * Price of a unit of room kept at home by those away from it, at the start of a round; it falls to nothing. So those go
   * first who gain most for the room that it takes, which is what runs out where dimensions count on both ends.
   */
  readonly keptPrice: number;
  /** A workload may move once it is larger than the temperature by this factor. */
  readonly sizePerTemperature: number;
  readonly mix: MoveMix;
}

/** Share of a round after which limits that are still exceeded get dearer until they are kept. */
const insistFrom = 0.5;
/** Share of a round after which it cools down to single units of cost. */
const settleFrom = 0.85;
/** How much dearer at each look, and how much cheaper while a limit is kept. */
const dearer = 1.01;
const cheaper = 0.9975;
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

  constructor(problem: FlatProblem, reach: Reach, random: Random) {
    this.#problem = problem;
    this.#state = new FlatState(problem, problem.home);
    this.record = new Record(this.#state);
    const { prices, unitPrices, scale } = pricesOf(problem);
    this.#annealer = new Annealer(this.#state, reach, this.record, random, prices);
    this.#unitPrices = unitPrices;
    this.#scale = scale;
    this.#factors = new Float64Array(problem.dimensionCount + 2);
    this.#penalties = new Float64Array(problem.dimensionCount);
  }

  /** Hosts x dimensions: what each look goes over. */
  get cellCount(): number {
    return this.#problem.hardLimits.length;
  }

  /** Proposals weighed so far. */
  get weighed(): number {
    return this.#annealer.counters.weighed;
  }

  /** Moves made so far. */
  get accepted(): number {
    return this.#annealer.counters.accepted;
  }

  /** How often it has been counted afresh. */
  audited = 0;
  /** Moves that had been made then. */
  auditedAt = 0;

  /** Throws when what was counted move by move is not what counting afresh gives. */
  audit(): void {
    const fresh = new FlatState(this.#problem, this.#state.hostOf);
    const [counted, anew] = [this.#state, fresh].map((state) => [state.cost, ...state.overload(), state.groups.spreadShort, state.groups.nearBroken].join(", "));
    assert(counted === anew, `the search counted ${counted}, from scratch it is ${anew}`);
    this.audited++;
    this.auditedAt = this.accepted;
  }

  /** A new round from a placement; the record counts what is found from now on. */
  begin(from: Int32Array): void {
    this.#state.load(from);
    this.record.restart();
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
    this.#setPrices(price, price * this.#scale * heat.groupPrice, share >= insistFrom);
    this.#annealer.keptPrice = heat.keptPrice * (1 - cooled);
    this.#annealer.run(temperature, temperature * heat.sizePerTemperature, heat.mix, proposals);
  }

  #setPrices(price: number, groupPrice: number, insists: boolean): void {
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
    this.#annealer.spreadPenalty = groupPrice * (factors[dimensionCount] as number);
    this.#annealer.nearPenalty = groupPrice * (factors[dimensionCount + 1] as number);
    state.setPenalties(this.#penalties);
  }
}

function adapted(factor: number, isExceeded: boolean): number {
  return Math.min(dearest, Math.max(1, factor * (isExceeded ? dearer : cheaper)));
}

interface Prices {
  /** Per dimension, what a unit of load is worth: its soft limit's weight, or where there are none at all, as `unitPrices`. */
  readonly prices: Float64Array;
  /** Dimensions with little in them get dear units, so that a share of a host costs the same in each. */
  readonly unitPrices: Float64Array;
  /** What the load of a typical workload costs. */
  readonly scale: number;
}

/** What the load of a typical workload costs. */
export function loadScaleOf(problem: FlatProblem): number {
  return pricesOf(problem).scale;
}

function pricesOf({ dimensionCount, workloadCount, sizes, softWeights }: FlatProblem): Prices {
  const totals = new Float64Array(dimensionCount);
  sizes.forEach((size, i) => { totals[i % dimensionCount] = (totals[i % dimensionCount] as number) + Math.abs(size); });
  const most = totals.reduce((max, total) => Math.max(max, total), 1);
  const weight = softWeights.reduce((max, value) => Math.max(max, value), 0);
  const unitPrices = totals.map((total) => Math.max(1, weight) * (total === 0 ? 1 : most / total));
  const prices = weight > 0 ? softWeights : unitPrices;
  const scale = totals.reduce((sum, total, d) => sum + (prices[d] as number) * total, 0) / workloadCount;
  return { prices, unitPrices, scale: Math.max(1, scale) };
}
