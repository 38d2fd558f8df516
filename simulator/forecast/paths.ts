import type { Random } from "../../model/random.ts";
import { withoutSteps } from "./peaks.ts";
import { medianOf } from "./quantile.ts";

const week = 7;
/** Days of history that a slope is taken from, at most. */
const slopeDaysMax = 180;
/** Drift of a level in a week, part of it, where the history is too short to say. */
const driftUnknown = 0.05;

/**
 * Where the daily peaks of a load may go. Each path has a slope that the history does not rule out, weeks that drift as
 * weeks did, up or down, and days that differ as days did, each weekday as its own kind. Steps are neither slope nor
 * drift: what brings the next one, and when, is no matter of statistics but of a scenario.
 */
export class PathModel {
  readonly level: number;
  /** Change per day that the paths have in the middle: what was seen, less the more it may be chance. */
  readonly slope: number;
  readonly #seenSlope: number;
  readonly #rest: Float64Array;
  readonly #drifts: readonly number[];
  readonly #slopeSpread: number;

  constructor(peaks: Float64Array, random: Random) {
    const known = withoutSteps(peaks.subarray(Math.max(0, peaks.length - slopeDaysMax)));
    this.#seenSlope = middleSlope(known);
    const last = known.length - 1;
    this.level = medianOf(known.map((peak, t) => peak - this.#seenSlope * (t - last))) || 0;
    this.#rest = known.map((peak, t) => (Number.isNaN(peak) ? 0 : peak - this.level - this.#seenSlope * (t - last)));
    this.#drifts = weeklyDrifts(this.#rest);
    this.#slopeSpread = Math.sqrt(Array.from({ length: 200 }, () => this.#slopeError(random) ** 2).reduce((sum, square) => sum + square, 0) / 200);
    this.slope = this.#seenSlope * sureness(this.#seenSlope, this.#slopeSpread);
  }

  /** Peaks of the next days. Before `grow` the load is as it is; after, multiplied day by day. */
  path(days: number, random: Random, grow: (day: number) => number): Float64Array {
    const slope = this.slope + this.#slopeError(random);
    const weeks = Math.max(1, Math.floor(this.#rest.length / week));
    let [level, from] = [this.level, 0];
    return Float64Array.from({ length: days }, (_, d) => {
      if (d % week === 0) {
        from = this.#rest.length - week * (1 + random.below(weeks));
        level += this.#drift(random);
      }
      const differs = this.#rest[Math.max(0, from) + (d % week) % this.#rest.length] ?? 0;
      return Math.max(0, (level + slope * (d + 1) + differs) * grow(d));
    });
  }

  /** What a week adds to the level beside its slope: what some week did, up or down. */
  #drift(random: Random): number {
    const size = this.#drifts.length > 0 ? random.pick(this.#drifts) : driftUnknown * this.level;
    return random.below(2) === 0 ? size : -size;
  }

  /** The slope that would be seen if there were none, by the chance of the weeks: their rest drawn anew. */
  #slopeError(random: Random): number {
    const { length } = this.#rest;
    if (length < 3) return 0;
    let [sum, from] = [0, 0];
    const middle = (length - 1) / 2;
    for (let t = 0; t < length; t++) {
      if (t % week === 0) from = random.below(Math.max(1, length - week + 1));
      sum += (this.#rest[from + (t % week)] ?? 0) * (t - middle);
    }
    return (12 * sum) / (length * (length * length - 1));
  }
}

/** How much of a slope to believe: none when it is no larger than chance makes it, all when it is far larger. */
function sureness(slope: number, spread: number): number {
  return slope === 0 ? 0 : Math.max(0, 1 - (spread / slope) ** 2);
}

/** The middle of the slopes between all pairs of days. */
function middleSlope(values: Float64Array): number {
  const slopes: number[] = [];
  for (let a = 0; a < values.length; a++) {
    for (let b = a + 1; b < values.length; b++) {
      const slope = ((values[b] ?? Number.NaN) - (values[a] ?? Number.NaN)) / (b - a);
      if (!Number.isNaN(slope)) slopes.push(slope);
    }
  }
  return medianOf(slopes) || 0;
}

/** Changes of the level from a week to the next, beside slope and steps. */
function weeklyDrifts(rest: Float64Array): readonly number[] {
  const weeks = Math.floor(rest.length / week);
  const levels = Array.from({ length: weeks }, (_, w) => medianOf(rest.subarray(rest.length - (w + 1) * week, rest.length - w * week)));
  return levels.slice(1).map((level, w) => Math.abs(level - (levels[w] ?? level))).filter((drift) => !Number.isNaN(drift));
}
