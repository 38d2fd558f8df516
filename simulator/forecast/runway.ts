import { assert } from "../../model/assert.ts";
import { compareIds } from "../../model/ids.ts";
import { Random } from "../../model/random.ts";
import { growthFactor, type Growth } from "../load/growth.ts";
import { dayMs, type History } from "./history.ts";
import { PathModel } from "./paths.ts";
import { dailyPeaks } from "./peaks.ts";
import { medianOf, quantileOf } from "./quantile.ts";

/** One resource of one group of hosts, one site, or whatever runs out together. */
export interface Pool {
  readonly name: string;
  readonly resource: string;
  readonly history: History;
  readonly capacity: number;
  /** Kept free so that the largest failure that is planned for can be taken over. */
  readonly failoverReserve: number;
  /** Kept free beside that. */
  readonly buffer: number;
  /** Growth that is planned, beside what the history shows. */
  readonly growth?: Growth;
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
  /** Change of the daily peaks per day that the history shows, less what may be chance. */
  readonly trendPerDay: number;
  /** When a day is first above the usable capacity. */
  readonly crossed: WhenAtMs;
  /** Of a thousand paths, those that cross within the days looked at. */
  readonly crossedPermille: number;
  /** What is lacking on the last day looked at; 0 where nothing is. */
  readonly lacking: { readonly p10: number; readonly p50: number; readonly p90: number };
}

/** The runway of each pool, most constrained first: by the middle date, then the early one, then by how full it is. */
export function runways(pools: readonly Pool[], options: RunwayOptions): readonly Runway[] {
  const never = Number.POSITIVE_INFINITY;
  return pools.map((pool) => runway(pool, options)).sort((a, b) =>
    compare(a.crossed.p50 ?? never, b.crossed.p50 ?? never) || compare(a.crossed.p10 ?? never, b.crossed.p10 ?? never)
    || compare(b.crossedPermille, a.crossedPermille) || compare(b.peakNow * a.usable, a.peakNow * b.usable)
    || compareIds(a.name, b.name) || compareIds(a.resource, b.resource));
}

function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}

/** All pools draw the same numbers, so that two of them, or one with and without a change, differ by what they are. */
function runway(pool: Pool, options: RunwayOptions): Runway {
  const { paths = 400, days = 730, lastingMs = 3_600_000 } = options;
  assert(paths > 0 && days > 0, "a runway needs at least one path and one day");
  const usable = Math.max(0, pool.capacity - pool.failoverReserve - pool.buffer);
  const { peaks } = dailyPeaks(pool.history, lastingMs);
  const random = new Random(options.seed);
  const model = new PathModel(peaks, random);
  const endMs = pool.history.startMs + pool.history.values.length * pool.history.stepMs;
  const factors = Float64Array.from({ length: days }, (_, d) => (pool.growth === undefined ? 1 : growthFactor(pool.growth, endMs + d * dayMs)));
  const crossings = new Float64Array(paths);
  const lacking = new Float64Array(paths);
  for (let p = 0; p < paths; p++) {
    const path = model.path(days, random.split(), (day) => factors[day] ?? 1);
    const first = path.findIndex((peak) => peak > usable);
    crossings[p] = first < 0 ? Number.POSITIVE_INFINITY : first;
    lacking[p] = Math.max(0, (path[days - 1] ?? 0) - usable);
  }
  crossings.sort();
  lacking.sort();
  const crossed = crossings.filter((day) => day < Number.POSITIVE_INFINITY).length;
  return {
    name: pool.name, resource: pool.resource, usable,
    peakNow: medianOf(peaks.subarray(Math.max(0, peaks.length - 7))) || 0,
    trendPerDay: model.slope,
    crossed: { p10: dateOf(crossings, 0.1, endMs), p50: dateOf(crossings, 0.5, endMs), p90: dateOf(crossings, 0.9, endMs) },
    crossedPermille: Math.round((1000 * crossed) / paths),
    lacking: { p10: quantileOf(lacking, 0.1), p50: quantileOf(lacking, 0.5), p90: quantileOf(lacking, 0.9) },
  };
}

/** The day by which a part of the paths has crossed. */
function dateOf(days: Float64Array, part: number, endMs: number): number | null {
  const day = days[Math.max(0, Math.ceil(part * days.length) - 1)] ?? Number.POSITIVE_INFINITY;
  return day === Number.POSITIVE_INFINITY ? null : endMs + day * dayMs;
}

/** A service whose next instance must fit under all rules, and not only into a sum of capacities. */
export interface ServicePool {
  readonly name: string;
  readonly resource: string;
  /** Use of all its instances together. */
  readonly history: History;
  readonly instances: number;
  /** What one instance may be used to before another one is started. */
  readonly perInstance: number;
  /** Do so many more typical instances fit, under all policies, together? When some do, fewer do too. */
  fits(count: number): boolean;
  /** How many are asked about at most. */
  readonly instancesMax: number;
  readonly growth?: Growth;
}

/** The runway until the next typical instance has no place, and how many still have one. */
export interface ServiceRunway extends Runway {
  readonly moreInstances: number;
}

/** Runways of services under the rules, most constrained first. */
export function serviceRunways(services: readonly ServicePool[], options: RunwayOptions): readonly ServiceRunway[] {
  const more = new Map(services.map((service) => [service.name, mostThatFit((count) => service.fits(count), service.instancesMax)]));
  const pools = services.map((service): Pool => ({
    name: service.name, resource: service.resource, history: service.history, failoverReserve: 0, buffer: 0,
    capacity: (service.instances + (more.get(service.name) ?? 0)) * service.perInstance,
    ...service.growth === undefined ? {} : { growth: service.growth },
  }));
  return runways(pools, options).map((runway) => ({ ...runway, moreInstances: more.get(runway.name) ?? 0 }));
}

/** The largest count up to a limit for which something holds that holds for all smaller ones: doubling, then halving. */
export function mostThatFit(fits: (count: number) => boolean, most: number): number {
  let good = 0;
  let bad = most + 1;
  for (let count = 1; count <= most; count *= 2) {
    if (fits(count)) good = count;
    else {
      bad = count;
      break;
    }
  }
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
