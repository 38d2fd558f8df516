const levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * Values over time in one line of so many characters: the highest of each part, between the limits (from nothing to the
 * highest of all when absent). A blank where nothing is known.
 */
export function sparkline(values: ArrayLike<number>, width: number, limits?: readonly [low: number, high: number]): string {
  const columns = Math.min(width, values.length);
  const peaks = Array.from({ length: columns }, (_, c) => peakOf(values, Math.floor((c * values.length) / columns), Math.floor(((c + 1) * values.length) / columns)));
  const [low, high] = limits ?? [0, peaks.reduce((most, peak) => (peak > most ? peak : most), 0)];
  return peaks.map((peak) => levelOf(peak, low, high)).join("");
}

/** The highest of some values, NaN when none is known. */
function peakOf(values: ArrayLike<number>, from: number, to: number): number {
  let peak = Number.NaN;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value) && !(value <= peak)) peak = value;
  }
  return peak;
}

function levelOf(value: number, low: number, high: number): string {
  if (Number.isNaN(value)) return " ";
  const part = high > low ? (value - low) / (high - low) : 0;
  return levels[Math.max(0, Math.min(levels.length - 1, Math.floor(part * levels.length)))] ?? " ";
}
