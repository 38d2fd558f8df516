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
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return null;
  let [sum, peak] = [0, known[0] ?? 0];
  for (const value of known) {
    sum += value;
    if (value > peak) peak = value;
  }
  const first = values.findIndex((value) => !Number.isNaN(value));
  const last = values.findLastIndex((value) => !Number.isNaN(value));
  const [p50, p95, p99] = [500, 950, 990].map((permille) => atRank(known, Math.max(0, Math.ceil((permille * known.length) / 1000) - 1)));
  return {
    slots: known.length, measuredPermille: Math.floor((1000 * known.length) / (last - first + 1)),
    mean: sum / known.length, p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0, peak, peakAtMs: startMs + values.indexOf(peak) * stepMs, trendPerDay,
  };
}

/**
 * The value that would stand at a place if all were sorted: so many thousandths are not above it. One that was measured,
 * never one between two. Sorts only the part in which the place lies, and leaves the values in another order.
 */
function atRank(values: Float64Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let [left, right] = [low, high];
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      [values[left], values[right]] = [values[right] as number, values[left] as number];
      left++;
      right--;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else return pivot;
  }
  return values[place] ?? Number.NaN;
}
