/** A part of the time in parts per million, rounded down: what was not so all the time is never said to have been. */
export function partOfTime(partMs: number, wholeMs: number): number {
  return wholeMs === 0 ? 1_000_000 : Math.floor((1_000_000 * partMs) / wholeMs);
}

/** Parts per million in percent with all four decimals, so that nothing is rounded: `99.9160`. */
export function percentWords(ppm: number): string {
  return (ppm / 10_000).toFixed(4);
}
