/** A quantile of values in ascending order, between neighbours by proportion; NaN of none. `part` from 0 to 1. */
export function quantileOf(sorted: ArrayLike<number>, part: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = Math.min(1, Math.max(0, part)) * (sorted.length - 1);
  const below = Math.floor(place);
  const value = sorted[below] ?? Number.NaN;
  return value + (place - below) * ((sorted[below + 1] ?? value) - value);
}

/** The middle of some values; NaN of none. What is not a number does not count. */
export function medianOf(values: ArrayLike<number>): number {
  return quantileOf(sortedNumbers(values), 0.5);
}

/** The numbers among some values, in ascending order. */
export function sortedNumbers(values: ArrayLike<number>): Float64Array {
  const numbers = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value)) numbers[count++] = value;
  }
  return numbers.subarray(0, count).sort();
}

/** Loss of a quantile forecast: what lies above costs `part`, what lies below costs the rest. */
export function pinballLoss(value: number, forecast: number, part: number): number {
  return value >= forecast ? part * (value - forecast) : (1 - part) * (forecast - value);
}
