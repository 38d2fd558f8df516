import type { Random } from "../../model/random.ts";
import type { FlatState } from "./state.ts";
import type { Record } from "./record.ts";

/** Answers to "how unlikely may this be?": -ln of evenly spread chances, so that accepting needs no logarithm. */
const chances = Float64Array.from({ length: 4096 }, (_, i) => -Math.log((i + 0.5) / 4096));
/** Hosts tried for a workload once it has been looked at. */
const targetsTried = 4;
/** Of 1024 proposals: exchanges of two workloads, then replacements; the rest are shifts. */
const swapShare = 400;
const replaceShare = 700;
const wordSize = 4_294_967_296;

export interface Counters {
  weighed: number;
  accepted: number;
}

/** Proposals at one temperature after another, kept when they are better, or worse by no more than chance allows. */
export class Annealer {
  readonly counters: Counters = { weighed: 0, accepted: 0 };
  readonly #state: FlatState;
  readonly #record: Record;
  readonly #random: Random;
  readonly #workloadScale: number;
  readonly #hostScale: number;
  /** Prices of a domain that a group lacks, and of a need that is not met. */
  spreadPenalty = 0;
  nearPenalty = 0;

  constructor(state: FlatState, record: Record, random: Random) {
    this.#state = state;
    this.#record = record;
    this.#random = random;
    this.#workloadScale = state.problem.workloadCount / wordSize;
    this.#hostScale = state.problem.hostCount / wordSize;
  }

  run(temperature: number, proposals: number): void {
    const random = this.#random;
    for (let i = 0; i < proposals; i++) {
      const dice = random.uint32();
      const w = Math.floor(random.uint32() * this.#workloadScale);
      const allowance = temperature * (chances[dice & 4095] as number);
      const kind = dice >>> 12 & 1023;
      if (kind < swapShare) this.#swap(w, Math.floor(random.uint32() * this.#workloadScale), allowance);
      else if (kind < replaceShare) this.#replace(w, Math.floor(random.uint32() * this.#workloadScale), allowance);
      else this.#shift(w, temperature, (dice >>> 22) < 64);
    }
  }

  #swap(p: number, q: number, allowance: number): void {
    const state = this.#state;
    const { groups, budget } = state;
    const a = state.hostOf[p] as number;
    const b = state.hostOf[q] as number;
    if (a === b || !groups.allowsSwap(p, q, a, b)) return;
    this.counters.weighed++;
    const isWhole = groups.isWhole;
    budget[0] = allowance + state.hostCost(a) + state.hostCost(b)
      + state.awayCost(p, a) - state.awayCost(p, b) + state.awayCost(q, b) - state.awayCost(q, a);
    if (!isWhole) this.#chargeSwap(p, q, a, b);
    if (!state.affordsExchange(p, q) || !state.affordsExchange(q, p)) return;
    if (isWhole) this.#chargeSwap(p, q, a, b);
    if (budget[0] < groups.movedChange(p, a, b) + groups.movedChange(q, b, a)) return;
    this.#record.keep();
    state.move(p, b);
    state.move(q, a);
    this.#record.moved(p);
    this.#record.moved(q);
    this.#accepted();
  }

  /** One goes to where another is, which makes way: home when it is away, else anywhere. */
  #replace(w: number, q: number, allowance: number): void {
    const state = this.#state;
    const { groups, problem, budget } = state;
    const a = state.hostOf[w] as number;
    const b = state.hostOf[q] as number;
    if (a === b) return;
    const r = this.#random.uint32();
    const c = problem.home[q] === b || (r & 7) === 0 ? Math.floor(r * this.#hostScale) : (problem.home[q] as number);
    if (c === b || c === a || !groups.allows(q, c) || !groups.allowsReplace(w, q, b)) return;
    this.counters.weighed++;
    const isWhole = groups.isWhole;
    budget[0] = allowance + state.hostCost(a) + state.hostCost(b) + state.hostCost(c)
      + state.awayCost(w, a) - state.awayCost(w, b) + state.awayCost(q, b) - state.awayCost(q, c);
    if (!isWhole) this.#charge(w, a, b);
    if (!isWhole) this.#charge(q, b, c);
    if (!state.affordsExchange(q, w) || !state.affordsArriving(q, c) || !state.affordsLeaving(w)) return;
    if (isWhole) this.#charge(w, a, b);
    if (isWhole) this.#charge(q, b, c);
    if (budget[0] < groups.movedChange(w, a, b) + groups.movedChange(q, b, c)) return;
    this.#record.keep();
    state.move(q, c);
    state.move(w, b);
    this.#record.moved(w);
    this.#record.moved(q);
    this.#accepted();
  }

  #shift(w: number, temperature: number, goesHome: boolean): void {
    const state = this.#state;
    const { groups, budget } = state;
    const a = state.hostOf[w] as number;
    const isWhole = groups.isWhole;
    budget[0] = state.hostCost(a) + state.awayCost(w, a);
    state.weighLeaving(w);
    const left = budget[0];
    for (let tried = 0; tried < targetsTried; tried++) {
      const r = this.#random.uint32();
      const b = goesHome && tried === 0 ? (state.problem.home[w] as number) : Math.floor(r * this.#hostScale);
      if (b === a || !groups.allows(w, b)) continue;
      this.counters.weighed++;
      budget[0] = left + temperature * (chances[r & 4095] as number) - state.awayCost(w, b) + state.hostCost(b);
      if (!isWhole) this.#charge(w, a, b);
      if (budget[0] < 0 || !state.affordsArriving(w, b)) continue;
      if (isWhole) this.#charge(w, a, b);
      if (budget[0] < groups.movedChange(w, a, b)) continue;
      this.#record.keep();
      state.move(w, b);
      this.#record.moved(w);
      this.#accepted();
      return;
    }
  }

  /**
   * Takes the penalties for spread and near from the budget. They are asked last while no rule is broken, because then
   * they can only cost, and few proposals get so far.
   */
  #charge(w: number, from: number, to: number): void {
    const { groups, budget } = this.#state;
    budget[0] = (budget[0] as number) - groups.spreadChange(w, from, to) * this.spreadPenalty - groups.nearChange(w, from, to) * this.nearPenalty;
  }

  /**
   * The same for two that change places; those of one group change nothing by it. Groups that need each other are
   * weighed as if each went alone, which is near enough to decide by: what is counted after a move is exact.
   */
  #chargeSwap(p: number, q: number, a: number, b: number): void {
    const { groups, budget } = this.#state;
    let penalty = 0;
    if (!groups.sharesSpread(p, q)) penalty = (groups.spreadChange(p, a, b) + groups.spreadChange(q, b, a)) * this.spreadPenalty;
    if (!groups.sharesNear(p, q)) penalty += (groups.nearChange(p, a, b) + groups.nearChange(q, b, a)) * this.nearPenalty;
    budget[0] = (budget[0] as number) - penalty;
  }

  #accepted(): void {
    this.counters.accepted++;
    if (this.#state.cost < this.#record.cost) this.#record.note();
  }
}
