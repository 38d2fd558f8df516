const levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * A line of blocks, one for each of `width` equal stretches, as high as its highest value between 0 and `top`; a space
 * where there is none. What is above the top is as high as the top.
 */
export function sparkline(values: ArrayLike<number>, top: number, width: number): string {
  const cells = Math.min(width, values.length);
  return Array.from({ length: cells }, (_, cell) => {
    const highest = highestOf(values, Math.floor((cell * values.length) / cells), Math.floor(((cell + 1) * values.length) / cells));
    if (Number.isNaN(highest)) return " ";
    const level = top <= 0 ? 0 : Math.ceil((highest / top) * levels.length) - 1;
    return levels[Math.max(0, Math.min(levels.length - 1, level))] ?? " ";
  }).join("");
}

function highestOf(values: ArrayLike<number>, from: number, to: number): number {
  let highest = Number.NaN;
  for (let at = from; at < to; at++) {
    const value = values[at] ?? Number.NaN;
    if (!(value <= highest) && !Number.isNaN(value)) highest = value;
  }
  return highest;
}
