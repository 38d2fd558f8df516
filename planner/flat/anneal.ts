import type { Random } from "../../model/random.ts";
import type { Reach } from "./reach.ts";
import type { Record } from "./record.ts";
import type { FlatState } from "./state.ts";

/** Answers to "how unlikely may this be?": -ln of evenly spread chances, so that accepting needs no logarithm. */
const chances = Float64Array.from({ length: 4096 }, (_, i) => -Math.log((i + 0.5) / 4096));
const wordSize = 4_294_967_296;
/** Swaps of two of about one size look for the other within this share of those that may move, by rank of size. */
const peerSpan = 0.3;
/** So many of the largest may always move. */
const movableMin = 20;

/** Of 1024 proposals, how many are of each kind; the rest are shifts to any host. */
export interface MoveMix {
  /** Two on different hosts change places, wherever they are. */
  readonly swap: number;
  /** The same, of about one size. */
  readonly peerSwap: number;
  /** One goes to where another is, which makes way. */
  readonly replace: number;
  /** Somebody goes home. */
  readonly goHome: number;
  /** The same, and somebody there makes way: what is left for the last digits when all homes are full. */
  readonly comeHome: number;
}

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
  readonly #reach: Reach;
  /** Those that can go anywhere at all, the largest first, and the place of each there (-1 for the others). */
  readonly #bySize: Int32Array;
  readonly #rankOf: Int32Array;
  readonly #sizeOf: Float64Array;
  /** What a workload costs while it is away, for the room that it keeps at home, when that room has the price 1. */
  readonly #keptOf: Float64Array;
  /** Prices of a domain that a group lacks, of a need that is not met, and of room kept at home. */
  spreadPenalty = 0;
  nearPenalty = 0;
  keptPrice = 0;

  /** `prices`: per dimension, what a unit is worth, to tell large workloads from small ones. */
  constructor(state: FlatState, reach: Reach, record: Record, random: Random, prices: Float64Array) {
    this.#state = state;
    this.#record = record;
    this.#random = random;
    this.#reach = reach;
    const { workloadCount, dimensionCount, bothEndsCount, sizes } = state.problem;
    const worth = (w: number, until: number): number => {
      let sum = 0;
      for (let d = 0; d < until; d++) sum += (prices[d] as number) * Math.abs(sizes[w * dimensionCount + d] as number);
      return sum;
    };
    this.#sizeOf = Float64Array.from({ length: workloadCount }, (_, w) => worth(w, dimensionCount));
    this.#keptOf = Float64Array.from({ length: workloadCount }, (_, w) => worth(w, bothEndsCount));
    this.#bySize = Int32Array.from({ length: workloadCount }, (_, w) => w).filter((w) => reach.counts[w] !== 0)
      .sort((a, b) => (this.#sizeOf[b] as number) - (this.#sizeOf[a] as number) || a - b);
    this.#rankOf = new Int32Array(workloadCount).fill(-1);
    this.#bySize.forEach((w, i) => { this.#rankOf[w] = i; });
  }

  /**
   * Only workloads at least `sizeMin` large may move: at a high temperature small ones would do so without any use, and
   * take the room that large ones need.
   */
  run(temperature: number, sizeMin: number, { swap, peerSwap, replace, goHome, comeHome }: MoveMix, proposals: number): void {
    const random = this.#random;
    const bySize = this.#bySize;
    const movable = this.#movable(sizeMin);
    if (movable === 0) return;
    const scale = movable / wordSize;
    for (let i = 0; i < proposals; i++) {
      const dice = random.uint32();
      const w = bySize[Math.floor(random.uint32() * scale)] as number;
      const allowance = temperature * (chances[dice & 4095] as number);
      let kind = dice >>> 12 & 1023;
      if (kind < peerSwap) {
        const peer = this.#peer(w, movable, (dice >>> 22) / 1024);
        if (peer >= 0) this.#swap(w, peer, allowance);
        continue;
      }
      kind -= peerSwap;
      if (kind < comeHome) {
        this.#comeHome(allowance);
        continue;
      }
      kind -= comeHome;
      if (kind < goHome) this.#goHome(allowance);
      else if (kind < goHome + swap + replace) {
        const q = this.#someoneWithin(w);
        if (q < 0) continue;
        if (kind < goHome + swap) this.#swap(w, q, allowance);
        else this.#replace(w, q, allowance);
      } else {
        const b = this.#drawHost(w);
        if (b >= 0) this.#shift(w, b, allowance);
      }
    }
  }

  #movable(sizeMin: number): number {
    const bySize = this.#bySize;
    let low = 0;
    let high = bySize.length;
    while (low < high) {
      const middle = low + high >>> 1;
      if ((this.#sizeOf[bySize[middle] as number] as number) >= sizeMin) low = middle + 1;
      else high = middle;
    }
    return Math.min(bySize.length, Math.max(movableMin, low));
  }

  /** One whose size has nearly the same rank; -1 when there is none there. */
  #peer(w: number, movable: number, share: number): number {
    const away = Math.floor((share - 0.5) * peerSpan * movable);
    const rank = Math.abs((this.#rankOf[w] as number) + (away >= 0 ? away + 1 : away));
    return rank < this.#bySize.length ? this.#bySize[rank] as number : -1;
  }

  /** A host that the workload can ever be on; -1 when the draw was in vain. */
  #drawHost(w: number): number {
    const { starts, hosts } = this.#reach;
    const start = starts[w] as number;
    const count = (starts[w + 1] as number) - start;
    const draw = this.#random.uint32() / wordSize;
    if (count > 0) return hosts[start + Math.floor(draw * count)] as number;
    const h = Math.floor(draw * this.#state.problem.hostCount);
    return this.#reaches(w, h) ? h : -1;
  }

  #reaches(w: number, h: number): boolean {
    const { rowOf, bits, wordCount } = this.#reach;
    const row = rowOf[w] as number;
    return row < 0 || ((bits[row * wordCount + (h >> 5)] as number) >>> (h & 31) & 1) === 1;
  }

  /** Somebody on a host that the workload can be on. */
  #someoneWithin(w: number): number {
    const { roster } = this.#state;
    const b = this.#drawHost(w);
    if (b < 0) return -1;
    const count = roster.countOn(b);
    return count === 0 ? -1 : roster.on(b, Math.floor(this.#random.uint32() / wordSize * count));
  }

  /** What being on a host costs a workload by itself, with the price of room kept at home. */
  #awayCost(w: number, h: number): number {
    const state = this.#state;
    return state.awayCost(w, h) + (h === state.problem.home[w] ? 0 : this.keptPrice * (this.#keptOf[w] as number));
  }

  /** The same for the host where it is. */
  #awayNow(w: number, h: number): number {
    const state = this.#state;
    return state.awayNow(w) + (h === state.problem.home[w] ? 0 : this.keptPrice * (this.#keptOf[w] as number));
  }

  #swap(p: number, q: number, allowance: number): void {
    const state = this.#state;
    const { groups, budget } = state;
    const a = state.hostOf[p] as number;
    const b = state.hostOf[q] as number;
    if (a === b || !this.#reaches(p, b) || !this.#reaches(q, a) || !groups.allowsSwap(p, q, a, b)) return;
    this.counters.weighed++;
    const isWhole = groups.isWhole;
    budget[0] = allowance + state.hostCost(a) + state.hostCost(b)
      + this.#awayNow(p, a) - this.#awayCost(p, b) + this.#awayNow(q, b) - this.#awayCost(q, a);
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
    const goesHome = problem.home[q] !== b && (this.#random.uint32() & 7) !== 0;
    const c = goesHome ? problem.home[q] as number : this.#drawHost(q);
    if (c < 0 || c === b || c === a || !groups.allows(q, c) || !groups.allowsReplace(w, q, b)) return;
    this.counters.weighed++;
    const isWhole = groups.isWhole;
    budget[0] = allowance + state.hostCost(a) + state.hostCost(b) + state.hostCost(c)
      + this.#awayNow(w, a) - this.#awayCost(w, b) + this.#awayNow(q, b) - this.#awayCost(q, c);
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

  #goHome(allowance: number): void {
    const { roster, problem } = this.#state;
    if (roster.awayCount === 0) return;
    const w = roster.away(Math.floor(this.#random.uint32() / wordSize * roster.awayCount));
    this.#shift(w, problem.home[w] as number, allowance);
  }

  /** Somebody goes home, and somebody there goes where that one was (once in four), home, or anywhere. */
  #comeHome(allowance: number): void {
    const { roster, problem } = this.#state;
    if (roster.awayCount === 0) return;
    const w = roster.away(Math.floor(this.#random.uint32() / wordSize * roster.awayCount));
    const home = problem.home[w] as number;
    const count = roster.countOn(home);
    if (count === 0) return;
    const dice = this.#random.uint32();
    const q = roster.on(home, Math.floor((dice >>> 2) / (wordSize / 4) * count));
    if ((dice & 3) === 0) this.#swap(w, q, allowance);
    else this.#replace(w, q, allowance);
  }

  #shift(w: number, b: number, allowance: number): void {
    const state = this.#state;
    const { groups, budget } = state;
    const a = state.hostOf[w] as number;
    if (b === a || !groups.allows(w, b)) return;
    this.counters.weighed++;
    const isWhole = groups.isWhole;
    budget[0] = allowance + state.hostCost(a) + state.hostCost(b) + this.#awayNow(w, a) - this.#awayCost(w, b);
    if (!isWhole) this.#charge(w, a, b);
    if (!state.affordsArriving(w, b) || !state.affordsLeaving(w)) return;
    if (isWhole) this.#charge(w, a, b);
    if (budget[0] < groups.movedChange(w, a, b)) return;
    this.#record.keep();
    state.move(w, b);
    this.#record.moved(w);
    this.#accepted();
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
