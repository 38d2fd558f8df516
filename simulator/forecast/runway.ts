import { assert } from "../../model/assert.ts";
import { compareIds } from "../../model/ids.ts";
import { Random } from "../../model/random.ts";
import { dayMs, levelled, type History } from "./history.ts";
import { PathModel } from "./paths.ts";
import { dailyPeaks, type DailyPeaks } from "./peaks.ts";
import { medianOf, quantileOf } from "./quantile.ts";

/** The load of one resource of whatever runs out together: a group of hosts, a site, an application. */
export interface PoolLoad {
  readonly name: string;
  readonly resource: string;
  readonly history: History;
  /**
   * Growth that is planned: what the load at an instant is multiplied with, against the end of the history. Where it began
   * before, the history is taken at the size that it has grown to, so that nothing is counted twice.
   */
  readonly growthAt?: (atMs: number) => number;
}

/** A load, and what there is for it. */
export interface Pool extends PoolLoad {
  readonly capacity: number;
  /** Kept free so that the largest failure that is planned for can be taken over. */
  readonly failoverReserve: number;
  /** Kept free beside that. */
  readonly buffer: number;
}

export interface RunwayOptions {
  readonly seed: number;
  /** 400 when absent. */
  readonly paths?: number;
  /** 730 when absent. */
  readonly days?: number;
  /** How long a day must be above the usable capacity in all to count; an hour when absent. */
  readonly lastingMs?: number;
}

/** Quantiles of an instant; null is later than the days looked at. */
export interface WhenAtMs {
  readonly p10: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
}

export interface Runway {
  readonly name: string;
  readonly resource: string;
  /** Capacity less reserve and buffer. */
  readonly usable: number;
  /** The middle of the peaks of the last week. */
  readonly peakNow: number;
  /** Change of the daily peaks per day: what the history shows less what may be chance, and what is planned for the next 30 days. */
  readonly trendPerDay: number;
  /** When a day is first above the usable capacity. */
  readonly crossed: WhenAtMs;
  /** Of a thousand paths, those that cross within the days looked at. */
  readonly crossedPermille: number;
  /** What is lacking on the last day looked at; 0 where nothing is. */
  readonly lacking: { readonly p10: number; readonly p50: number; readonly p90: number };
}

/** Peaks of days: those measured, and what one, five and nine of ten paths stay under. */
export interface PeakOutlook {
  readonly measuredFromMs: number;
  readonly measured: Float64Array;
  readonly aheadFromMs: number;
  readonly p10: Float64Array;
  readonly p50: Float64Array;
  readonly p90: Float64Array;
}

/**
 * Where the peaks of a load may go, on many paths, to be compared with one usable capacity after another: more capacity
 * never brings a date forward. All loads draw the same numbers, so that two of them differ by what they are.
 */
export class RunwayModel {
  readonly #load: PoolLoad;
  readonly #endMs: number;
  readonly #peakNow: number;
  readonly #trendPerDay: number;
  /** By path, the largest peak up to each day. */
  readonly #highest: readonly Float64Array[];
  readonly #paths: readonly Float64Array[];
  readonly #measured: DailyPeaks;

  constructor(load: PoolLoad, options: RunwayOptions) {
    const { paths = 400, days = 730, lastingMs = 3_600_000 } = options;
    assert(paths > 0 && days > 0, "a runway needs at least one path and one day");
    this.#measured = dailyPeaks(load.history, lastingMs);
    const { peaks } = this.#measured;
    const random = new Random(options.seed);
    const model = new PathModel(dailyPeaks(levelled(load.history, load.growthAt), lastingMs).peaks, random);
    const endMs = load.history.startMs + load.history.values.length * load.history.stepMs;
    const factors = Float64Array.from({ length: days }, (_, d) => load.growthAt?.(endMs + d * dayMs) ?? 1);
    this.#paths = Array.from({ length: paths }, () => model.path(days, random.split(), (day) => factors[day] ?? 1));
    this.#load = load;
    this.#endMs = endMs;
    this.#peakNow = medianOf(peaks.subarray(Math.max(0, peaks.length - 7))) || 0;
    const inMonth = load.growthAt?.(endMs + 30 * dayMs) ?? 1;
    this.#trendPerDay = model.slope * inMonth + (model.level * (inMonth - 1)) / 30;
    this.#highest = this.#paths.map(highestSoFar);
  }

  /** The runway when so much may be used. */
  against(usable: number): Runway {
    const crossings = Float64Array.from(this.#highest, (peaks) => firstAbove(peaks, usable)).sort();
    const lacking = Float64Array.from(this.#paths, (path) => Math.max(0, (path[path.length - 1] ?? 0) - usable)).sort();
    const crossed = crossings.filter((day) => day < Number.POSITIVE_INFINITY).length;
    return {
      name: this.#load.name, resource: this.#load.resource, usable, peakNow: this.#peakNow, trendPerDay: this.#trendPerDay,
      crossed: { p10: this.#dateOf(crossings, 0.1), p50: this.#dateOf(crossings, 0.5), p90: this.#dateOf(crossings, 0.9) },
      crossedPermille: Math.round((1000 * crossed) / crossings.length),
      lacking: { p10: quantileOf(lacking, 0.1), p50: quantileOf(lacking, 0.5), p90: quantileOf(lacking, 0.9) },
    };
  }

  /** What the peaks of the first so many days stay under on all but a tenth of the paths. */
  peakWithin(days: number): number {
    const peaks = Float64Array.from(this.#highest, (highest) => highest[Math.min(days, highest.length) - 1] ?? 0).sort();
    return peaks[Math.max(0, Math.ceil(0.9 * peaks.length) - 1)] ?? 0;
  }

  /** What was measured, and what may come in the first so many days. */
  outlook(days: number): PeakOutlook {
    const length = Math.min(days, this.#paths[0]?.length ?? 0);
    const sorted = Array.from({ length }, (_, d) => Float64Array.from(this.#paths, (path) => path[d] ?? 0).sort());
    const quantile = (part: number): Float64Array => Float64Array.from(sorted, (peaks) => quantileOf(peaks, part));
    return {
      measuredFromMs: this.#measured.startMs, measured: this.#measured.peaks, aheadFromMs: this.#endMs,
      p10: quantile(0.1), p50: quantile(0.5), p90: quantile(0.9),
    };
  }

  /** The day by which a part of the paths has crossed. */
  #dateOf(days: Float64Array, part: number): number | null {
    const day = days[Math.max(0, Math.ceil(part * days.length) - 1)] ?? Number.POSITIVE_INFINITY;
    return day === Number.POSITIVE_INFINITY ? null : this.#endMs + day * dayMs;
  }
}

function highestSoFar(path: Float64Array): Float64Array {
  let highest = 0;
  return path.map((peak) => (highest = Math.max(highest, peak)));
}

/** The first day above, by halving; infinite when there is none. */
function firstAbove(highest: Float64Array, usable: number): number {
  let [below, above] = [-1, highest.length];
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if ((highest[middle] ?? 0) > usable) above = middle;
    else below = middle;
  }
  return above === highest.length ? Number.POSITIVE_INFINITY : above;
}

/** What a pool may be used to: never below zero. */
export function usableOf({ capacity, failoverReserve, buffer }: Pick<Pool, "capacity" | "failoverReserve" | "buffer">): number {
  return Math.max(0, capacity - failoverReserve - buffer);
}

/** The runway of each pool, most constrained first. */
export function runways(pools: readonly Pool[], options: RunwayOptions): readonly Runway[] {
  return pools.map((pool) => new RunwayModel(pool, options).against(usableOf(pool))).sort(mostConstrainedFirst);
}

/** By the middle date, then the early one, then how many paths cross, then by how full it is. */
export function mostConstrainedFirst(a: Runway, b: Runway): number {
  const never = Number.POSITIVE_INFINITY;
  return compare(a.crossed.p50 ?? never, b.crossed.p50 ?? never) || compare(a.crossed.p10 ?? never, b.crossed.p10 ?? never)
    || compare(b.crossedPermille, a.crossedPermille) || compare(b.peakNow * a.usable, a.peakNow * b.usable)
    || compareIds(a.name, b.name) || compareIds(a.resource, b.resource);
}

function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}
