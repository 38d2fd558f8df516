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
  const known = new Float64Array(values.length);
  let [slots, first, last, sum, peakAt] = [0, -1, -1, 0, -1];
  let peak = Number.NEGATIVE_INFINITY;
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot] as number;
    if (Number.isNaN(value)) continue;
    known[slots++] = value;
    if (first < 0) first = slot;
    last = slot;
    sum += value;
    if (value > peak) [peak, peakAt] = [value, slot];
  }
  if (slots === 0) return null;
  const [p50 = 0, p95 = 0, p99 = 0] = quantiles(known.subarray(0, slots), [500, 950, 990]);
  return { slots, measuredPermille: Math.floor((1000 * slots) / (last - first + 1)), mean: sum / slots, p50, p95, p99, peak, peakAtMs: startMs + peakAt * stepMs, trendPerDay };
}

/** Quantiles from the least to the greatest; each is looked for only above the one before. Leaves the values in another order. */
function quantiles(values: Float64Array, permilles: readonly number[]): readonly number[] {
  let from = 0;
  return permilles.map((permille) => {
    const place = Math.max(0, Math.ceil((permille * values.length) / 1000) - 1);
    const value = atRank(values, place, from);
    from = place;
    return value;
  });
}

/**
 * The value that would stand at a place if all were sorted: so many thousandths are not above it. One that was measured,
 * never one between two. Sorts only the part in which the place lies; below `from` nothing is greater than above it.
 */
function atRank(values: Float64Array, place: number, from: number): number {
  let [low, high] = [from, values.length - 1];
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
