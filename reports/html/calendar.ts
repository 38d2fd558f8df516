import { clockText, dayText, elapsedText, monthText, utcMs, utcParts } from "./time-text.ts";

/** A mark on an axis; `under` stands in a second row below it: the day of an hour, the year of a day. */
export interface Tick {
  readonly at: number;
  readonly words: string;
  readonly under?: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const evenSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute,
  hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 5 * day, 10 * day, 20 * day, 50 * day, 100 * day, 200 * day, 500 * day, 1000 * day, 2000 * day, 5000 * day, 10_000 * day,
];
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600];
const monday = 4 * day;

/** Ticks where people look for them: on full hours, at midnight, on Mondays, on the first of a month. */
export function timeTicks(kind: "utc" | "elapsed", low: number, high: number, tickCount: number): readonly Tick[] {
  const rough = (high - low) / tickCount;
  if (kind === "elapsed") return evenTicks(low, high, fitting(evenSteps, rough), 0).map((at) => ({ at, words: elapsedText(at) }));
  if (rough <= 12 * hour) return hourTicks(evenTicks(low, high, fitting(evenSteps, rough), 0));
  if (rough <= 2 * day) return dayTicks(evenTicks(low, high, rough <= day ? day : 2 * day, 0));
  if (rough <= 14 * day) return dayTicks(evenTicks(low, high, rough <= 7 * day ? 7 * day : 14 * day, monday));
  return monthTicks(low, high, fitting(monthSteps, rough / (30 * day)));
}

function fitting(steps: readonly number[], rough: number): number {
  return steps.find((step) => step >= rough) ?? steps.at(-1) ?? 1;
}

function evenTicks(low: number, high: number, step: number, phase: number): readonly number[] {
  const first = Math.ceil((low - phase) / step);
  const count = Math.floor((high - phase) / step) - first + 1;
  return Array.from({ length: Math.max(0, Math.min(count, 1000)) }, (_, i) => phase + (first + i) * step);
}

/** The day stands under the first hour of each day. */
function hourTicks(instants: readonly number[]): readonly Tick[] {
  return instants.map((at, i) => {
    const isNew = i === 0 || dayText(at) !== dayText(instants[i - 1] ?? at);
    return { at, words: clockText(at), ...isNew ? { under: dayText(at) } : {} };
  });
}

/** The year stands under the first day of each year. */
function dayTicks(instants: readonly number[]): readonly Tick[] {
  return instants.map((at, i) => ({ at, words: dayText(at), ...yearUnder(at, instants[i - 1]) }));
}

function monthTicks(low: number, high: number, step: number): readonly Tick[] {
  const { year, month } = utcParts(low);
  const instants: number[] = [];
  for (let count = Math.floor((year * 12 + month) / step) * step; ofMonth(count) <= high && instants.length < 1000; count += step) {
    if (ofMonth(count) >= low) instants.push(ofMonth(count));
  }
  return instants.map((at, i) => {
    const parts = utcParts(at);
    return step >= 12 ? { at, words: String(parts.year) } : { at, words: monthText(parts.month), ...yearUnder(at, instants[i - 1]) };
  });
}

/** The first instant of a month, counted from the year 0. */
function ofMonth(count: number): number {
  return utcMs(Math.floor(count / 12), ((count % 12) + 12) % 12, 1);
}

function yearUnder(at: number, before: number | undefined): { readonly under?: string } {
  const { year } = utcParts(at);
  return before !== undefined && utcParts(before).year === year ? {} : { under: String(year) };
}
