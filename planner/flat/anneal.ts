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
    const a = state.hostOf[p] as number;
    const b = state.hostOf[q] as number;
    if (a === b || !state.groups.allowsSwap(p, q, a, b)) return;
    this.counters.weighed++;
    const rest = state.awayCost(p, b) - state.awayCost(p, a) + state.awayCost(q, a) - state.awayCost(q, b)
      + state.groups.swapChange(p, q, a, b) + state.groups.movedChange(p, a, b) + state.groups.movedChange(q, b, a);
    const limit = allowance - rest + state.hostCost(a) + state.hostCost(b);
    const first = state.exchanged(p, q, limit);
    if (first > limit || first + state.exchanged(q, p, limit - first) > limit) return;
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
    const { groups, problem } = state;
    const a = state.hostOf[w] as number;
    const b = state.hostOf[q] as number;
    if (a === b) return;
    const r = this.#random.uint32();
    const c = problem.home[q] === b || (r & 7) === 0 ? Math.floor(r * this.#hostScale) : (problem.home[q] as number);
    if (c === b || c === a || !groups.allows(q, c) || !groups.allowsReplace(w, q, b)) return;
    this.counters.weighed++;
    const rest = state.awayCost(w, b) - state.awayCost(w, a) + state.awayCost(q, c) - state.awayCost(q, b)
      + groups.change(w, a, b) + groups.change(q, b, c) + groups.movedChange(w, a, b) + groups.movedChange(q, b, c);
    const limit = allowance - rest + state.hostCost(a) + state.hostCost(b) + state.hostCost(c);
    let sum = state.exchanged(q, w, limit);
    if (sum > limit) return;
    sum += state.withWorkload(q, c, limit - sum);
    if (sum > limit || sum + state.without(w, limit - sum) > limit) return;
    this.#record.keep();
    state.move(q, c);
    state.move(w, b);
    this.#record.moved(w);
    this.#record.moved(q);
    this.#accepted();
  }

  #shift(w: number, temperature: number, goesHome: boolean): void {
    const state = this.#state;
    const { groups } = state;
    const a = state.hostOf[w] as number;
    const left = state.without(w, Infinity) - state.awayCost(w, a) - state.hostCost(a);
    for (let tried = 0; tried < targetsTried; tried++) {
      const r = this.#random.uint32();
      const b = goesHome && tried === 0 ? (state.problem.home[w] as number) : Math.floor(r * this.#hostScale);
      if (b === a || !groups.allows(w, b)) continue;
      this.counters.weighed++;
      const rest = left + state.awayCost(w, b) + groups.movedChange(w, a, b) + groups.change(w, a, b);
      const limit = temperature * (chances[r & 4095] as number) - rest + state.hostCost(b);
      if (limit < 0 || state.withWorkload(w, b, limit) > limit) continue;
      this.#record.keep();
      state.move(w, b);
      this.#record.moved(w);
      this.#accepted();
      return;
    }
  }

  #accepted(): void {
    this.counters.accepted++;
    if (this.#state.cost < this.#record.cost) this.#record.note();
  }
}
