import type { Random } from "../../model/random.ts";
import type { MoveMix } from "./anneal.ts";
import type { Heat } from "./cooling.ts";

/** What one round does: how it cools, and whether it starts from where everybody is now or from the best that is known. */
export interface Recipe {
  readonly heat: Heat;
  readonly startsAt: "home" | "best";
  /** The reheat of which this one is a variant. */
  readonly variantOf?: Heat;
}

/** A round of the whole search. */
export interface RoundPlan {
  readonly recipe: Recipe;
  /** Of the time and the proposals of the whole search. */
  readonly share: number;
}

/** Lengths in shares of the whole search; what is screened first depends on how much there is to spend. */
const quenchShare = 0.02;
const screenedShare = 0.3;
const screeningsMax = 7;
/** A round shorter than so many proposals for each workload says nothing about a recipe, and one as long as the most says enough. */
const screeningProposals = { min: 500, most: 10_000 };
/** Rounds after screening: long ones from home by what was best, then shorter ones that loosen the best and cool it again. */
const longShares = [0.12, 0.1, 0.08];
/** What screening leaves goes to more of them. */
const furtherLongShare = 0.08;
/** Proposals for each workload from which on a further one pays. */
const reheatProposals = 10_000;
const reheats = { min: 3, max: 12 };
/** When nothing is left to save but moves all rounds settle, and so many of a thousand reheats. */
const settlingPermille = 750;
/** How hot they start, in what a move costs, and at most in what a load costs. */
const settlingRange = { from: 0.2, to: 10, most: 0.05 };
/** Recipes that long rounds vary, the best ones so far. */
const parentsMax = 3;

const evenMix: MoveMix = { swap: 150, peerSwap: 200, replace: 400, goHome: 50, comeHome: 60 };
/** Goes straight downhill: something better than now is there at once. */
const quench: Recipe = {
  startsAt: "home",
  heat: { from: 1e-4, to: 1e-6, priceFrom: 100, priceTo: 1e4, groupPrice: 0.1, keptPrice: 0, sizePerTemperature: 0, mix: evenMix },
};
/** For large and for loose fleets: limits dear from the start, so that the fleet stays whole, and room kept at home is dear. */
const careful: Heat = { from: 0.05, to: 5e-6, priceFrom: 15, priceTo: 2000, groupPrice: 0.1, keptPrice: 0.8, sizePerTemperature: 30, mix: evenMix };
/** For small tight fleets with few workloads a host: everything flows until late. */
const melting: Heat = { from: 0.15, to: 4e-3, priceFrom: 0.25, priceTo: 5, groupPrice: 1.5, keptPrice: 0.22, sizePerTemperature: 5, mix: evenMix };
/** What other recipes are varied from, and how far. */
const archetypes = [careful, melting] as const;
const spread = { screening: 3, untried: 2, long: 1.5, reheat: 1.5 };

/** A reheat that takes the best placement apart no further than a few moves at a time, and cools it down all the way. */
const softening = { from: 1e-3, to: 2e-2, fall: 50, priceFrom: 0.5, priceTo: 10, rise: 50, sizeFrom: 1, sizeTo: 8 };
/** Of a thousand reheats, how many vary one that has earned something, while variants of it do; it counts less with each that follows. */
const earnersPermille = 500;
const fading = 0.8;

interface Tried {
  readonly heat: Heat;
  readonly cost: number;
}

interface Earner {
  readonly heat: Heat;
  earned: number;
}

/**
 * Chooses the rounds of a search. Instances differ in what they need, by orders of magnitude: how hot, how dear limits and
 * kept room are, which moves. So many recipes are tried in short rounds, the best are varied in long ones, and in the end
 * the best placement is loosened and cooled again and again. Depends on its seed and on what is learnt only.
 */
export class Recipes {
  readonly #random: Random;
  readonly #lanes: number;
  readonly #tried: Tried[] = [];
  /** Reheats that came to something better. */
  #earners: Earner[] = [];
  /** The round that is chosen for, the last one that came to something better, and whether the last one started from home. */
  #round = 0;
  #earnedIn = 0;
  #wasHome = true;
  #screened = 0;
  #reheated = 0;
  readonly #firstReheat: number;
  readonly #plans: readonly ((lane: number) => Recipe)[];
  readonly shares: readonly number[];

  /** `proposalsPerWorkload`: what the whole search can afford on each of its `lanes`, which run side by side. */
  constructor(random: Random, lanes: number, proposalsPerWorkload: number) {
    this.#random = random;
    this.#lanes = lanes;
    const screenings = Math.min(screeningsMax, Math.floor(screenedShare * proposalsPerWorkload / screeningProposals.min));
    const screening = screenings === 0 ? 0 : Math.min(screenedShare / screenings, screeningProposals.most / proposalsPerWorkload);
    const spent = screenings * screening;
    const further = repeat(furtherLongShare, Math.floor((screenedShare - spent) / furtherLongShare));
    const long = screenings === 0 ? longShares.map((share) => share + screenedShare / longShares.length) : [...longShares, ...further];
    const reheatCount = Math.min(reheats.max, Math.max(reheats.min, Math.round(proposalsPerWorkload / reheatProposals)));
    const reheatShare = (1 - quenchShare - spent - long.reduce((sum, share) => sum + share, 0)) / reheatCount;
    this.shares = [quenchShare, ...repeat(screening, screenings), ...long, ...repeat(reheatShare, reheatCount)];
    this.#firstReheat = this.shares.length - reheatCount;
    this.#plans = [
      () => quench,
      ...repeat(() => this.#screening(), screenings),
      // A round from home that is shorter than others were comes to nothing better.
      ...long.map((share, i) => (lane: number) => (share > screening && this.#isHomeNext(i === 0) ? this.#long(lane, i) : this.#reheat(lane))),
      ...repeat((lane: number) => this.#reheat(lane), reheatCount),
    ];
  }

  /**
   * The recipe of a round for one lane. Where loads cost no more than they must (`moveShare`, else null: what being away
   * costs those who are, as a share of what the load of a typical workload costs), most rounds only save moves.
   */
  recipe(round: number, lane: number, moveShare: number | null): Recipe {
    this.#round = round;
    if (moveShare !== null && (round < this.#firstReheat || this.#random.chance(settlingPermille))) return { startsAt: "best", heat: this.#settling(settlingRange.from * moveShare, Math.min(settlingRange.most, settlingRange.to * moveShare)) };
    return (this.#plans[round] as (lane: number) => Recipe)(lane);
  }

  /** What a round came to, Infinity when nothing that keeps every rule was found, and what was best before it. */
  learn({ heat, startsAt, variantOf }: Recipe, cost: number, before: number): void {
    if (startsAt === "best") {
      for (const earner of this.#earners) earner.earned *= fading;
      if (cost < before) this.#earners.push({ heat, earned: before === Infinity ? 0 : before - cost });
      else this.#earners = this.#earners.filter((earner) => earner.heat !== variantOf);
    } else if (heat !== quench.heat) this.#tried.push({ heat, cost });
    if (cost < before) this.#earnedIn = this.#round;
    this.#wasHome = startsAt === "home";
  }

  /** Long rounds and reheats go on as long as they earn, then it is the other's turn. */
  #isHomeNext(isFirst: boolean): boolean {
    return isFirst || this.#wasHome === (this.#earnedIn === this.#round - 1);
  }

  /** Both archetypes as they are, then variants of them. */
  #screening(): Recipe {
    const archetype = archetypes[this.#screened++ % archetypes.length] as Heat;
    return { startsAt: "home", heat: this.#screened <= archetypes.length ? archetype : this.#varied(archetype, spread.screening) };
  }

  #long(lane: number, round: number): Recipe {
    const parent = this.#parent(lane + round * this.#lanes);
    if (lane === 0 && round === 0) return { startsAt: "home", heat: parent ?? careful };
    return { startsAt: "home", heat: parent === null ? this.#varied(careful, spread.untried) : this.#varied(parent, spread.long) };
  }

  #reheat(lane: number): Recipe {
    const earner = this.#earner();
    if (earner !== null) return { startsAt: "best", heat: this.#varied(earner, spread.reheat), variantOf: earner };
    const kinds = [() => this.#loosened(lane), () => this.#softened(lane), () => this.#settling(1e-6, 1e-3)] as const;
    return { startsAt: "best", heat: (kinds[this.#reheated++ % kinds.length] as () => Heat)() };
  }

  /** As a round from home, but not as hot. */
  #loosened(lane: number): Heat {
    const parent = this.#varied(this.#parent(lane % 2) ?? careful, spread.reheat);
    return {
      ...parent, from: Math.max(2 * parent.to, parent.from * this.#between(0.05, 0.5)), keptPrice: parent.keptPrice * this.#between(0.1, 0.6),
      priceFrom: Math.min(parent.priceTo, parent.priceFrom * this.#between(1, 4)),
    };
  }

  #softened(lane: number): Heat {
    const parent = this.#parent(lane % 2) ?? careful;
    const from = this.#between(softening.from, softening.to);
    const priceFrom = this.#between(softening.priceFrom, softening.priceTo);
    return {
      ...parent, from, to: from / softening.fall, priceFrom, priceTo: priceFrom * softening.rise, keptPrice: parent.keptPrice * this.#between(0.02, 0.5),
      sizePerTemperature: this.#between(softening.sizeFrom, softening.sizeTo), mix: this.#random.chance(500) ? parent.mix : this.#drawnMix(),
    };
  }

  /** One that has earned something, more likely the more it earned; null when fresh ones are to be tried. */
  #earner(): Heat | null {
    const sum = this.#earners.reduce((total, { earned }) => total + earned, 0);
    if (!(sum > 0) || !this.#random.chance(earnersPermille)) return null;
    let draw = this.#random.uint32() / 4_294_967_296 * sum;
    return this.#earners.find(({ earned }) => (draw -= earned) < 0)?.heat ?? null;
  }

  /** For the last digits: no hotter than what single moves cost, which is little beside loads. */
  #settling(coldest: number, hottest: number): Heat {
    const from = this.#between(coldest, hottest);
    return { ...careful, from, to: from / 100, priceFrom: 100, priceTo: 1e4, keptPrice: 0, sizePerTemperature: 0, mix: this.#homewardMix() };
  }

  /** The i-th of the best recipes so far. */
  #parent(i: number): Heat | null {
    const best = this.#tried.filter(({ cost }) => cost < Infinity).sort((a, b) => a.cost - b.cost);
    return best[i % Math.min(parentsMax, Math.max(1, best.length))]?.heat ?? null;
  }

  #drawnMix(): MoveMix {
    const [swap, peerSwap, replace] = [this.#random.between(80, 220), this.#random.between(50, 250), this.#random.between(150, 400)];
    return { swap, peerSwap, replace, goHome: this.#random.between(10, 50), comeHome: this.#random.between(20, 100) };
  }

  /** When loads are settled, what is left to save are moves. */
  #homewardMix(): MoveMix {
    const [swap, peerSwap, replace] = [this.#random.between(40, 150), this.#random.between(40, 200), this.#random.between(100, 250)];
    return { swap, peerSwap, replace, goHome: this.#random.between(40, 120), comeHome: this.#random.between(60, 300) };
  }

  /** Each number up or down by at most the factor. */
  #varied(heat: Heat, factor: number): Heat {
    const near = (value: number): number => value * this.#between(1 / factor, factor);
    return {
      from: near(heat.from), to: near(heat.to), priceFrom: near(heat.priceFrom), priceTo: near(heat.priceTo), groupPrice: near(heat.groupPrice),
      keptPrice: near(heat.keptPrice), sizePerTemperature: near(heat.sizePerTemperature), mix: this.#random.chance(500) ? heat.mix : this.#drawnMix(),
    };
  }

  /** Evenly spread over orders of magnitude. */
  #between(low: number, high: number): number {
    return low * Math.pow(high / low, this.#random.uint32() / 4_294_967_296);
  }
}

function repeat<Item>(item: Item, count: number): readonly Item[] {
  return Array.from({ length: count }, () => item);
}
