import { dayMs, slotsPerDay, type History } from "./history.ts";
import { medianOf } from "./quantile.ts";

/** Peaks of the days of a history, in order; NaN for a day of which less than half was measured. */
export interface DailyPeaks {
  /** When the first day begins. */
  readonly startMs: number;
  readonly peaks: Float64Array;
}

/**
 * The use that each day reaches for so long in all: the largest slot when `lastingMs` is no longer than one. Days are
 * counted back from the end of the history, so that the last one is whole.
 */
export function dailyPeaks(history: History, lastingMs: number): DailyPeaks {
  const day = slotsPerDay(history);
  const days = Math.floor(history.values.length / day);
  const first = history.values.length - days * day;
  const rank = Math.max(1, Math.min(day, Math.round(lastingMs / history.stepMs)));
  const peaks = Float64Array.from({ length: days }, (_, d) => {
    const measured = history.values.slice(first + d * day, first + (d + 1) * day).filter((value) => !Number.isNaN(value)).sort();
    return 2 * measured.length < day ? Number.NaN : measured[Math.max(0, measured.length - rank)] ?? Number.NaN;
  });
  return { startMs: history.startMs + history.values.length * history.stepMs - days * dayMs, peaks };
}

/** Days next to a step, and days further away, that are compared. */
const near = 3;
const far = 7;
/** A step is this part of the level at least, and so many times what a day usually differs from the one before. */
const leastPart = 0.15;
const usualChanges = 3;
/** Of the change over far days so much happens over the near ones: with a steady slope it would be three sevenths. */
const abrupt = 0.7;

/**
 * The same peaks as if the load had always been of the size that it has now: before a step they are moved by it. A step
 * happens from one day to the next and stays; it says nothing about the days to come, as a slope would.
 */
export function withoutSteps(peaks: Float64Array): Float64Array {
  const even = peaks.slice();
  const usual = medianOf(peaks.subarray(1).map((peak, d) => Math.abs(peak - (peaks[d] ?? Number.NaN)))) || 0;
  const change = (day: number, days: number): number => medianOf(peaks.subarray(day, day + days)) - medianOf(peaks.subarray(Math.max(0, day - days), day));
  for (let day = near; day + near <= peaks.length; day++) {
    const [byNear, byFar] = [change(day, near), change(day, far)];
    const level = Math.max(medianOf(peaks.subarray(day, day + far)), medianOf(peaks.subarray(Math.max(0, day - far), day)));
    const isStep = Math.abs(byNear) > leastPart * level && Math.abs(byNear) > usualChanges * usual && Math.abs(byNear) >= abrupt * Math.abs(byFar) && byNear * byFar > 0;
    if (!isStep || !sharpest(peaks, day)) continue;
    for (let before = 0; before < day; before++) even[before] = (even[before] ?? 0) + byFar;
    day += near;
  }
  return even;
}

/** Does the load change more from the day before to this day than between the days next to them? */
function sharpest(peaks: Float64Array, day: number): boolean {
  const jump = (at: number): number => Math.abs((peaks[at] ?? Number.NaN) - (peaks[at - 1] ?? Number.NaN)) || 0;
  return [day - 2, day - 1, day + 1, day + 2].every((other) => jump(other) <= jump(day));
}
