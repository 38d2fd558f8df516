import { dayMs, slotsPerDay, type History } from "./history.ts";

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
