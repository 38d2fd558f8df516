/** Use of something over time on slots of equal length, in units of its resource; NaN where it was not measured. */
export interface UseOverTime {
  readonly startMs: number;
  readonly stepMs: number;
  readonly values: Float64Array;
}

/** What is to be said about use over time. Quantiles are exact: so much of the measured time lies at or below them. */
export interface UseStatistics {
  /** Slots that were measured. */
  readonly slots: number;
  /** The part of the slots that it was, from its first to its last one, per thousand. */
  readonly measuredPermille: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly peak: number;
  /** When the first slot of the peak begins. */
  readonly peakAtMs: number;
  /** Change of the level a day; null where too little was measured to tell, 0 where there is no trend beyond chance. */
  readonly trendPerDay: number | null;
}

/** Statistics of one use; null when nothing was measured. */
export function statisticsOf({ startMs, stepMs, values }: UseOverTime, trendPerDay: number | null): UseStatistics | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return null;
  const peak = sorted[sorted.length - 1] ?? 0;
  const first = values.findIndex((value) => !Number.isNaN(value));
  const last = values.findLastIndex((value) => !Number.isNaN(value));
  return {
    slots: sorted.length, measuredPermille: Math.floor((1000 * sorted.length) / (last - first + 1)),
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: atRank(sorted, 500), p95: atRank(sorted, 950), p99: atRank(sorted, 990), peak,
    peakAtMs: startMs + values.indexOf(peak) * stepMs, trendPerDay,
  };
}

/** The least value that so many thousandths of all are not above: one that was measured, never one between two. */
function atRank(sorted: Float64Array, permille: number): number {
  return sorted[Math.max(0, Math.ceil((permille * sorted.length) / 1000) - 1)] ?? Number.NaN;
}
