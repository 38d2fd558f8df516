import { slotsPerDay, type History } from "./history.ts";
import { medianOf } from "./quantile.ts";

/** From this slot on the load is of another size than before. */
export interface LevelShift {
  readonly slot: number;
  readonly before: number;
  readonly after: number;
}

const daysBefore = 3;
const daysAfter = 1;
/** A shift is this many times what the level usually changes from a day to the next, and this part of the level. */
const usualChanges = 6;
const leastPart = 0.2;

/**
 * Where the level changes and stays: the middle of a day differs from the middle of the three days before far more
 * than days usually differ. Whole days are compared, so a nightly peak is no shift.
 */
export function levelShifts(history: History): readonly LevelShift[] {
  const day = slotsPerDay(history);
  const { values } = history;
  const stride = Math.max(1, Math.floor(day / 4));
  const usual = usualChange(values, day);
  const found: (LevelShift & { readonly size: number })[] = [];
  for (let slot = daysAfter * day; slot + daysAfter * day <= values.length; slot += stride) {
    const before = medianOf(values.subarray(Math.max(0, slot - daysBefore * day), slot));
    const after = medianOf(values.subarray(slot, slot + daysAfter * day));
    const size = Math.abs(after - before);
    if (!(size > usualChanges * usual && size > leastPart * Math.max(before, after))) continue;
    const last = found[found.length - 1];
    if (last === undefined || slot - last.slot > daysBefore * day) found.push({ slot, before, after, size });
    else if (size > last.size) found[found.length - 1] = { slot, before, after, size };
  }
  return found.map(({ slot, before, after }) => ({ slot, before, after }));
}

/** The middle of the changes from a day to the next. */
function usualChange(values: Float64Array, day: number): number {
  const levels = Array.from({ length: Math.floor(values.length / day) }, (_, d) => medianOf(values.subarray(d * day, (d + 1) * day)));
  return medianOf(levels.slice(1).map((level, d) => Math.abs(level - (levels[d] ?? Number.NaN)))) || 0;
}
