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
 * than days usually differ, still does two days later, and did not do so a week before. Whole days are compared, so
 * neither a nightly peak nor a weekend is a shift.
 */
export function levelShifts(history: History): readonly LevelShift[] {
  const day = slotsPerDay(history);
  const { values } = history;
  const stride = Math.max(1, Math.floor(day / 4));
  const usual = usualChange(values, day);
  const far = (a: number, b: number): boolean => Math.abs(a - b) > usualChanges * usual && Math.abs(a - b) > leastPart * Math.max(a, b);
  // Ranges of one and of three days come again, some days later, as another part of the same comparison.
  const known = new Map<string, number>();
  const levelBetween = (from: number, to: number): number => {
    const key = `${from} ${to}`;
    const level = known.get(key) ?? medianOf(values.subarray(from, to));
    known.set(key, level);
    return level;
  };
  const found: (LevelShift & { readonly size: number })[] = [];
  for (let slot = daysAfter * day; slot + daysAfter * day <= values.length; slot += stride) {
    const levelOf = (from: number, to: number): number => levelBetween(Math.max(0, slot + from * day), Math.max(0, slot + to * day));
    const [before, after] = [levelOf(-daysBefore, 0), levelOf(0, daysAfter)];
    const everyWeek = slot >= 8 * day && !far(before, levelOf(-daysBefore - 7, -7)) && !far(after, levelOf(-7, daysAfter - 7));
    const passes = slot + 3 * day <= values.length && !far(before, levelOf(2, 3));
    if (!far(before, after) || everyWeek || passes) continue;
    const size = Math.abs(after - before);
    const last = found[found.length - 1];
    if (last === undefined || slot - last.slot > daysBefore * day) found.push({ slot, before, after, size });
    else if (size > last.size) found[found.length - 1] = { slot, before, after, size };
  }
  return found.map((shift) => ({ slot: exactSlot(values, shift, day), before: shift.before, after: shift.after }));
}

/** Within a day of where a shift was seen, the slot that parts the values best into those like before and like after. */
function exactSlot(values: Float64Array, { slot, before, after }: LevelShift, day: number): number {
  const first = Math.max(0, slot - day);
  const last = Math.min(values.length, slot + day);
  let [cost, least, best] = [0, 0, first];
  for (let i = first; i < last; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value)) cost += Math.abs(value - before) - Math.abs(value - after);
    if (cost < least) [least, best] = [cost, i + 1];
  }
  return best;
}

/** The middle of the changes from a day to the next. */
function usualChange(values: Float64Array, day: number): number {
  const levels = Array.from({ length: Math.floor(values.length / day) }, (_, d) => medianOf(values.subarray(d * day, (d + 1) * day)));
  return medianOf(levels.slice(1).map((level, d) => Math.abs(level - (levels[d] ?? Number.NaN)))) || 0;
}
