import type { Paint } from "./paint.ts";

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Use without its bar: `65 %`, in the same colours. */
export function usePercent(part: number, whole: number, paint: Paint): string {
  if (whole === 0) return part === 0 ? "-" : paint.red("over");
  const percent = Math.floor((part * 100) / whole);
  const text = `${percent} %`.padStart(5);
  if (part > whole) return paint.red(text);
  return percent >= 80 ? paint.yellow(text) : text;
}

/** A bar of use: `██████▌    65 %`. Yellow from 80 %, red above 100 %, where the bar ends. */
export function useBar(part: number, whole: number, paint: Paint, width = 10): string {
  if (whole === 0) return part === 0 ? `${" ".repeat(width)}   - ` : paint.red(`${"█".repeat(width)} over`);
  const percent = Math.floor((part * 100) / whole);
  const cells = Math.min(width * 8, Math.ceil((part * width * 8) / whole));
  const bar = `${"█".repeat(Math.floor(cells / 8))}${eighths[cells % 8] ?? ""}`.padEnd(width);
  const text = `${bar} ${`${percent}`.padStart(3)} %`;
  if (part > whole) return paint.red(text);
  return percent >= 80 ? paint.yellow(text) : text;
}
