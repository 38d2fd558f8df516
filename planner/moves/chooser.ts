import type { Random } from "../../model/random.ts";
import { unplacedLevel } from "../problem.ts";
import type { State } from "../state.ts";

/** Guides are sums of fractions: differences below this are none. */
export const guideTolerance = 1e-7;

const strides = [1, 3, 7, 13, 29, 61, 127, 251, 509] as const;

/** A whole number from 0 to `limit - 1`, without the checks of `Random.below`: this is drawn millions of times a second. */
export function draw(random: Random, limit: number): number {
  return Math.floor((random.uint32() / 4_294_967_296) * limit);
}

/** How thoroughly a place is looked for. */
export interface Effort {
  /** Hosts looked at, at most. */
  readonly scanMax: number;
  /** Stops after so many hosts that break nothing. */
  readonly goodMax: number;
  /** Of a thousand hosts how many are overlooked, so that repeated tries differ. */
  readonly blinkPermille: number;
}

/** Finds the best host for one workload, all others unmoved. */
export class Chooser {
  readonly state: State;
  readonly random: Random;
  /** What the choice made last would change. */
  guideChange = 0;
  /** A host that is out of the question for now; -1 for none. */
  barred = -1;
  readonly change: Float64Array;

  constructor(state: State, random: Random) {
    this.state = state;
    this.random = random;
    this.change = new Float64Array(state.levelCount);
  }

  /**
   * The best host by guide and then by levels; -1 when nowhere is best. With `leave` the present host is out of the
   * question, otherwise staying is an option that wins ties.
   */
  choose(workload: number, leave: boolean, { scanMax, goodMax, blinkPermille }: Effort): number {
    const { state, random } = this;
    const here = state.hostOf[workload] as number;
    let best = here;
    this.guideChange = 0;
    this.change.fill(0);
    if (here >= 0) {
      // Being nowhere is an option too: the only one when no host is allowed.
      if (leave) {
        best = -1;
        this.#weigh(workload, -1);
        this.#keep();
      } else if (this.#isBetter(workload, -1)) best = -1;
    }
    const home = state.problem.current[workload] as number;
    if (home >= 0 && home !== here && home !== this.barred && state.mayEnter(workload, home) && this.#isBetter(workload, home)) best = home;
    const candidates = state.kernels.allow.candidatesOf(workload);
    const count = candidates.length;
    if (count === 0) return best;
    const stride = strideFor(count, random);
    let position = draw(random, count);
    let good = 0;
    const scans = count < scanMax ? count : scanMax;
    for (let i = 0; i < scans; i++) {
      const host = candidates[position] as number;
      position += stride;
      if (position >= count) position %= count;
      if (host === here || host === home || host === this.barred) continue;
      if (blinkPermille > 0 && draw(random, 1000) < blinkPermille) continue;
      if (this.#isBetter(workload, host)) best = host;
      if (state.guideChange <= guideTolerance && ++good >= goodMax) break;
    }
    return best;
  }

  /** Weighs a host; keeps it when it beats what has been kept. */
  #isBetter(workload: number, host: number): boolean {
    const { state } = this;
    const guide = state.weighMusts(workload, host);
    if (guide > this.guideChange + guideTolerance) return false;
    state.weighLevels();
    if (guide > this.guideChange - guideTolerance && !isLower(state.change, this.change)) return false;
    this.#keep();
    return true;
  }

  #weigh(workload: number, host: number): void {
    this.state.weighMusts(workload, host);
    this.state.weighLevels();
  }

  #keep(): void {
    this.guideChange = this.state.guideChange;
    this.change.set(this.state.change);
  }
}

/** Compares below the musts: those are compared by guide. */
export function isLower(a: Float64Array, b: Float64Array): boolean {
  for (let level = unplacedLevel; level < a.length; level++) {
    const difference = (a[level] as number) - (b[level] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Is a change better than none at all, musts by guide first? */
export function isGain(guideChange: number, change: Float64Array): boolean {
  if (guideChange < -guideTolerance) return true;
  if (guideChange > guideTolerance) return false;
  for (let level = unplacedLevel; level < change.length; level++) {
    if ((change[level] as number) !== 0) return (change[level] as number) < 0;
  }
  return false;
}

/** Neighbouring hosts are often alike, so candidates are visited in strides; each is met once. */
function strideFor(count: number, random: Random): number {
  const stride = strides[draw(random, strides.length)] as number;
  return stride < count && count % stride !== 0 ? stride : 1;
}

