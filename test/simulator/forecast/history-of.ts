import { Random } from "../../../model/random.ts";
import type { History } from "../../../simulator/index.ts";

export const hourMs = 3_600_000;
/** A Monday. */
export const startMs = Date.UTC(2026, 0, 5);

/** A history hour by hour, with noise between minus and plus `noise`. */
export function hourly(days: number, value: (hour: number) => number, noise = 0, seed = 1): History {
  const random = new Random(seed);
  const values = Float64Array.from({ length: days * 24 }, (_, hour) => Math.max(0, value(hour) + noise * (random.below(2001) / 1000 - 1)));
  return { startMs, stepMs: hourMs, values };
}

/** The day's swing, between minus and plus one. */
export function wave(hour: number): number {
  return Math.sin((2 * Math.PI * hour) / 24);
}
