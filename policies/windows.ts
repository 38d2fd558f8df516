import { DateTime, IANAZone } from "luxon";

/** A time of the week in one zone, as people write it. */
export interface WeeklyWindow {
  /** Days on which it opens; every day when absent. */
  readonly days?: readonly Weekday[];
  /** Local time, `22:00`. */
  readonly from: string;
  /** Local time; not later than `from` means on the next day. */
  readonly to: string;
  /** Local dates between which it counts, both included; always when absent. */
  readonly firstDate?: string;
  readonly lastDate?: string;
}

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

/** When something may be done: inside one of `allow` (always when empty), outside all of `deny`. */
export interface WindowParams {
  readonly zone: string;
  readonly allow: readonly WeeklyWindow[];
  readonly deny: readonly WeeklyWindow[];
}

/** Milliseconds since 1970 UTC; `endMs` is not included. */
interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

const dayMs = 86_400_000;
/** How far ahead an opening is looked for, nearer first: days of a zone are not cheap to work out. */
const horizonsDays = [32, 128, 416];

/** Is this an IANA zone that the machine knows? */
export function isZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** May something be under way from `startMs` to `endMs` (UTC, not included)? */
export function windowAllows(params: WindowParams, startMs: number, endMs: number): boolean {
  return openings(params, startMs, Math.max(32, Math.ceil((endMs - startMs) / dayMs)))
    .some((opening) => opening.startMs <= startMs && endMs <= opening.endMs);
}

/** The first instant from `fromMs` on at which something of this length may start; null within more than a year. */
export function nextStart(params: WindowParams, fromMs: number, durationMs: number): number | null {
  for (const days of horizonsDays) {
    for (const { startMs, endMs } of openings(params, fromMs, days)) {
      const start = Math.max(startMs, fromMs);
      if (start + durationMs <= endMs) return start;
    }
  }
  return null;
}

const known = new WeakMap<WindowParams, Map<string, readonly Interval[]>>();

/**
 * The open times around `fromMs` and at least for so many days after it, in order, none touching another. The last is
 * cut off where the range ends. Ranges start at multiples of 32 days, so that a schedule asks for few of them.
 */
function openings(params: WindowParams, fromMs: number, days: number): readonly Interval[] {
  const startMs = Math.floor(fromMs / (32 * dayMs)) * 32 * dayMs;
  const range = { startMs, endMs: startMs + (days + 32) * dayMs };
  const ranges = known.get(params) ?? new Map<string, readonly Interval[]>();
  known.set(params, ranges);
  const key = `${startMs} ${days}`;
  const found = ranges.get(key);
  if (found !== undefined) return found;
  const allowed = params.allow.length === 0 ? [range] : merged(params.allow.flatMap((window) => occurrences(window, params.zone, range)));
  const denied = merged(params.deny.flatMap((window) => occurrences(window, params.zone, range)));
  const made = without(allowed, denied)
    .filter((opening) => opening.startMs < range.endMs)
    .map((opening) => ({ startMs: opening.startMs, endMs: Math.min(opening.endMs, range.endMs) }));
  ranges.set(key, made);
  return made;
}

/** Every time a weekly window is open in a range and the two days after it. Local times that a change of clocks skips move past the gap. */
function occurrences(window: WeeklyWindow, zone: string, { startMs, endMs }: Interval): readonly Interval[] {
  const found: Interval[] = [];
  let day = DateTime.fromMillis(startMs, { zone }).startOf("day").minus({ days: 1 });
  while (day.toMillis() < endMs + 2 * dayMs) {
    if (opensOn(window, day)) {
      const start = localTime(day, window.from);
      const end = localTime(window.to > window.from ? day : day.plus({ days: 1 }), window.to);
      if (end > start) found.push({ startMs: start, endMs: end });
    }
    day = day.plus({ days: 1 });
  }
  return found;
}

function opensOn({ days, firstDate, lastDate }: WeeklyWindow, day: DateTime): boolean {
  const date = day.toISODate() ?? "";
  const name = weekdays[day.weekday - 1];
  return (days === undefined || (name !== undefined && days.includes(name))) && (firstDate ?? "") <= date && date <= (lastDate ?? "9999");
}

/** The instant of a local time on a day; `24:00` is the next midnight. */
function localTime(day: DateTime, time: string): number {
  const [hour, minute] = time.split(":").map(Number);
  if (hour === 24) return day.plus({ days: 1 }).startOf("day").toMillis();
  return day.set({ hour: hour ?? 0, minute: minute ?? 0, second: 0, millisecond: 0 }).toMillis();
}

function merged(intervals: readonly Interval[]): readonly Interval[] {
  const result: Interval[] = [];
  for (const next of intervals.toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)) {
    const last = result.at(-1);
    if (last === undefined || next.startMs > last.endMs) result.push(next);
    else if (next.endMs > last.endMs) result[result.length - 1] = { startMs: last.startMs, endMs: next.endMs };
  }
  return result;
}

/** What is left of `allowed` when `denied` is taken away; both in order and merged. */
function without(allowed: readonly Interval[], denied: readonly Interval[]): readonly Interval[] {
  return allowed.flatMap(({ startMs, endMs }) => {
    const left: Interval[] = [];
    let from = startMs;
    for (const gap of denied) {
      if (gap.endMs <= from) continue;
      if (gap.startMs >= endMs) break;
      if (gap.startMs > from) left.push({ startMs: from, endMs: gap.startMs });
      from = gap.endMs;
    }
    if (from < endMs) left.push({ startMs: from, endMs });
    return left;
  });
}
