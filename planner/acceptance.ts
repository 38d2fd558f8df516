import type { Random } from "../model/random.ts";
import { firstObjectiveLevel, unplacedLevel } from "./problem.ts";
import { draw, guideTolerance } from "./moves/chooser.ts";
import type { MoveContext } from "./moves/context.ts";

const samples = 300;
/** Broken musts, in typical breaches, that the hottest search takes in its stride. */
const hotGuide = 0.6;
/** How much colder the end of a round is than its beginning. */
const coldest = 0.004;

/**
 * Simulated annealing on a vector: the first level that a change touches decides, each level with a temperature of its
 * own, because a micro-unit of money and a mebibyte moved have nothing in common.
 */
export class Acceptance {
  readonly #random: Random;
  readonly #hot: Float64Array;
  readonly #temperature: Float64Array;
  #guideTemperature = hotGuide;

  constructor(random: Random, levelCount: number) {
    this.#random = random;
    this.#hot = new Float64Array(levelCount).fill(1);
    this.#temperature = new Float64Array(levelCount).fill(1);
  }

  /** Learns from random moves how large changes of each level are. */
  calibrate(context: MoveContext): void {
    const { state } = context;
    const sums = new Float64Array(this.#hot.length);
    const counts = new Float64Array(this.#hot.length);
    for (let i = 0; i < samples; i++) {
      const w = context.wanted[draw(this.#random, context.wanted.length)] as number;
      const host = context.drawHost(w);
      if (host < 0 || host === state.hostOf[w]) continue;
      state.weighMusts(w, host);
      state.weighLevels();
      for (let level = firstObjectiveLevel; level < sums.length; level++) {
        const size = Math.abs(state.change[level] as number);
        if (size === 0) continue;
        sums[level] = (sums[level] as number) + size;
        counts[level] = (counts[level] as number) + 1;
      }
    }
    for (let level = firstObjectiveLevel; level < sums.length; level++) {
      this.#hot[level] = counts[level] === 0 ? 1 : (sums[level] as number) / (counts[level] as number);
    }
    this.#hot[unplacedLevel] = 1;
  }

  /** `heat` is how hot the round starts (1 is hot), `progress` goes from 0 to 1 in it. */
  cool(heat: number, progress: number): void {
    const factor = heat * Math.pow(coldest, progress);
    for (let level = unplacedLevel; level < this.#hot.length; level++) this.#temperature[level] = (this.#hot[level] as number) * factor;
    this.#guideTemperature = hotGuide * factor;
  }

  /** May a move with this change of the guide go on to be weighed in full? What is drawn here is not drawn again. */
  passesMusts(guideChange: number): boolean {
    return guideChange <= guideTolerance || this.#chance(guideChange / this.#guideTemperature);
  }

  /** Is the change accepted, given that its musts have passed? */
  passesLevels(guideChange: number, change: Float64Array): boolean {
    if (guideChange > guideTolerance || guideChange < -guideTolerance) return true;
    for (let level = unplacedLevel; level < change.length; level++) {
      const worse = change[level] as number;
      if (worse < 0) return true;
      if (worse > 0) return this.#chance(worse / (this.#temperature[level] as number));
    }
    return true;
  }

  /** How large a change is, in typical changes of the first level that it touches; at most 100. */
  sizeOf(change: Float64Array): number {
    for (let level = unplacedLevel; level < change.length; level++) {
      const size = Math.abs(change[level] as number);
      if (size > 0) return Math.min(100, size / (this.#hot[level] as number));
    }
    return 0;
  }

  #chance(worse: number): boolean {
    return worse < 30 && this.#random.uint32() < Math.exp(-worse) * 4_294_967_296;
  }
}
