import { assert } from "../../model/assert.ts";
import { slotsPerDay, type History } from "./history.ts";
import { levelShifts, type LevelShift } from "./level-shift.ts";
import { oddPeriod } from "./period.ts";
import { Profile, type Likeness, type Outlook } from "./profile.ts";
import { medianOf, pinballLoss, quantileOf } from "./quantile.ts";
import { Samples } from "./samples.ts";
import { slopeBetween } from "./trend.ts";

/** What the bands allow for beyond what the history has shown; chosen on traces of virtual machines, see docs/forecast.md. */
const unseen = {
  /** Horizons of history that count as not seen yet: with little history the bands reach further out. */
  horizons: 2,
  /** Drift of the level per square root of a day: part of the level, or of what it has drifted in a day. */
  driftOfLevel: 0.02,
  driftSeen: 0.7,
} as const;

/**
 * How outlooks are judged: a trial counts so much for each one after it, the middle for so many ends of the band. A
 * season must better the loss by this part to be believed, a rarer one than the day by more, a trend by most.
 */
const weights = { earlierTrial: 0.8, middle: 6, day: 0.01, rarer: 0.03, trend: 0.1 } as const;

const trialsMax = 16;
const samplesPerTrial = 200;
/** Days that a trial leaves to learn from. */
const daysToLearn = 4;

/** A model of one history, ready to look ahead. */
export interface Fitted {
  readonly outlook: Outlook;
  readonly shifts: readonly LevelShift[];
  /** The loss of the best outlook without a season, per loss of the chosen one, less one; 0 when that is it. */
  readonly seasonGain: number;
  /** Low end, middle and high end for a slot ahead of the end. */
  at(ahead: number): readonly [low: number, middle: number, high: number];
}

/** How far a band must be widened at each side, for slots up to so far ahead. */
interface Widening { readonly upTo: number; readonly low: number; readonly high: number }
/** Columns: how far ahead a slot was, and by how much the value was below the low end and above the high one; hundreds of thousands of rows in all. */
interface Misses { readonly ahead: Float64Array; readonly low: Float64Array; readonly high: Float64Array }
interface Tried { readonly outlook: Outlook; readonly loss: number; readonly misses: Misses }

const noMisses = missesOf(0);

/**
 * Tries every outlook on the past as if it were the future, takes the one that would have been best, and widens its
 * band until it would have held. `aheadMax` is how far it will be asked; `band` the part that it should hold.
 */
export function fit(history: History, aheadMax: number, band: number): Fitted {
  const end = history.values.length;
  assert(end > 0 && aheadMax > 0, "a forecast needs a history and a horizon");
  const day = slotsPerDay(history);
  const parts = [(1 - band) / 2, 0.5, (1 + band) / 2] as const;
  const shifts = levelShifts(history);
  const cutAt = (origin: number): number => shifts.findLast(({ slot }) => slot <= origin - day)?.slot ?? 0;
  const ahead = Math.max(1, Math.min(aheadMax, Math.floor(end / 2)));
  const origins = trialOrigins(end, ahead, day);
  // What never changes need not be tried: every outlook would be right.
  const past: Past = { history, origins, ahead, parts, cutAt, slopeAt: slopesOf(history), samples: new Samples() };
  const tried = isConstant(history) ? [] : outlooks(history).flatMap((outlook) => tryOut(past, outlook));
  const best = tried.reduce<Tried | null>((a, b) => (a === null || b.loss * doubt(b.outlook, day) < a.loss * doubt(a.outlook, day) ? b : a), null);
  const outlook = best?.outlook ?? { likeness: { kind: "recent" }, windowSlots: end, slope: 0 };
  const plain = tried.reduce((least, { outlook, loss }) => (outlook.likeness.kind === "recent" ? Math.min(least, loss) : least), Number.POSITIVE_INFINITY);
  const widenings = widen(best?.misses ?? noMisses, parts[0], Math.max(1, (end - daysToLearn * day) / ahead), day);
  const profile = new Profile(history, end, outlook, parts, cutAt(end));
  const change = dailyDrift(history);
  return {
    outlook, shifts,
    seasonGain: best === null || best.loss === 0 || plain === Number.POSITIVE_INFINITY ? 0 : Math.max(0, plain / best.loss - 1),
    at: (slots) => banded(profile.at(slots), widenings, slots, Math.sqrt((slots + 1) / day), change),
  };
}

function isConstant({ values }: History): boolean {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.every((value) => value === known[0]);
}

function doubt({ likeness, slope }: Outlook, day: number): number {
  const trend = slope === 0 ? 0 : weights.trend;
  if (likeness.kind === "recent") return 1 + trend;
  return 1 + trend + (likeness.kind === "period" && likeness.slots === day ? weights.day : weights.rarer);
}

function banded(quantiles: readonly number[], widenings: readonly Widening[], ahead: number, rootDays: number, change: number): readonly [number, number, number] {
  const [low = 0, middle = 0, high = 0] = quantiles;
  const wider = widenings.find(({ upTo }) => ahead < upTo) ?? widenings[widenings.length - 1];
  const drift = rootDays * Math.max(unseen.driftOfLevel * Math.abs(middle), unseen.driftSeen * change);
  const centre = Math.max(0, middle);
  return [
    Math.max(0, Math.min(centre, low - (wider?.low ?? 0) - drift)),
    centre,
    Math.max(centre, high + (wider?.high ?? 0) + drift),
  ];
}

/** What the level drifts in a day: what it changes in a week beyond what it changes from a day to the next, so that noise is no drift. */
function dailyDrift(history: History): number {
  const day = slotsPerDay(history);
  const end = history.values.length;
  const levels = Array.from({ length: Math.floor(end / day) }, (_, d) => medianOf(history.values.subarray(end - (d + 1) * day, end - d * day)));
  const [inDay, inWeek] = [meanSquareChange(levels, 1), meanSquareChange(levels, 7)];
  return Number.isNaN(inWeek) ? Math.sqrt(inDay || 0) : Math.sqrt(Math.max(0, inWeek - inDay) / 6);
}

/** Mean of squares, so that rare shifts count. */
function meanSquareChange(levels: readonly number[], days: number): number {
  const squares = levels.slice(days).map((level, d) => (level - (levels[d] ?? Number.NaN)) ** 2).filter((square) => !Number.isNaN(square));
  return squares.reduce((sum, square) => sum + square, 0) / squares.length;
}

/** Instants in the past to look ahead from, the last one a whole horizon before the end. */
function trialOrigins(end: number, ahead: number, day: number): readonly number[] {
  const last = end - ahead;
  const span = Math.max(0, last - daysToLearn * day);
  const count = Math.max(1, Math.min(trialsMax, Math.floor(span / day) + 1));
  return Array.from({ length: count }, (_, k) => last - Math.round((k * span) / Math.max(1, count - 1)));
}

/** All outlooks that a history is long enough for. */
function outlooks(history: History): readonly Outlook[] {
  const day = slotsPerDay(history);
  const end = history.values.length;
  const near = Math.round((day * 5) / 1440);
  const wide = Math.round((day * 30) / 1440);
  const odd = oddPeriod(history);
  const slope = slopeBetween(history, Math.max(0, end - 28 * day), end);
  const over = (likeness: Likeness, ...days: readonly number[]): Outlook[] => days.filter((each) => each * day <= end || each <= 1)
    .flatMap((each) => (slope !== 0 && each >= 7 ? [0, slope] : [0]).map((by) => ({ likeness, windowSlots: Math.max(1, Math.round(each * day)), slope: by })));
  const neighbours = near === wide ? [near] : [near, wide];
  return [
    ...over({ kind: "recent" }, 0.25, 1, 3, 7, 14, 28),
    ...neighbours.flatMap((neighbours) => over({ kind: "period", slots: day, neighbours }, 3, 7, 14, 28)),
    ...over({ kind: "day-of-its-kind", neighbours: wide }, 14, 21, 28),
    ...over({ kind: "period", slots: 7 * day, neighbours: wide }, 21, 28, 56),
    ...odd === null ? [] : over({ kind: "period", slots: odd, neighbours: near }, 3, 7, 14),
  ];
}

/** What trials share. */
interface Past {
  readonly history: History;
  readonly origins: readonly number[];
  readonly ahead: number;
  readonly parts: readonly [low: number, middle: number, high: number];
  readonly cutAt: (origin: number) => number;
  readonly slopeAt: (origin: number) => number;
  /** Room for one answer at a time. */
  readonly samples: Samples;
}

/** The trend as it was known at an origin; looked for once, for all outlooks. */
function slopesOf(history: History): (origin: number) => number {
  const known = new Map<number, number>();
  const daysBack = 28 * slotsPerDay(history);
  return (origin) => {
    const slope = known.get(origin) ?? slopeBetween(history, Math.max(0, origin - daysBack), origin);
    known.set(origin, slope);
    return slope;
  };
}

function tryOut({ history, origins, ahead, parts, cutAt, slopeAt, samples }: Past, outlook: Outlook): readonly Tried[] {
  let [loss, weight, count] = [0, 0, 0];
  const stride = Math.max(1, Math.round(ahead / samplesPerTrial));
  const misses = missesOf(origins.length * Math.ceil(ahead / stride));
  for (const [earlier, origin] of origins.entries()) {
    if (outlook.windowSlots > 1.5 * origin) continue;
    const slope = outlook.slope === 0 ? 0 : slopeAt(origin);
    const profile = new Profile(history, origin, { ...outlook, slope }, parts, cutAt(origin), samples);
    const counts = weights.earlierTrial ** earlier;
    for (let i = origin % stride; i < ahead; i += stride) {
      const value = history.values[origin + i] ?? Number.NaN;
      const quantiles = profile.at(i);
      const [low, middle, high] = [quantiles[0] ?? 0, quantiles[1] ?? 0, quantiles[2] ?? 0];
      if (Number.isNaN(value) || Number.isNaN(low)) continue;
      weight += counts;
      loss += counts * (pinballLoss(value, low, parts[0]) + weights.middle * pinballLoss(value, middle, parts[1]) + pinballLoss(value, high, parts[2]));
      misses.ahead[count] = i;
      misses.low[count] = low - value;
      misses.high[count] = value - high;
      count++;
    }
  }
  return count === 0 ? [] : [{ outlook, loss: loss / weight, misses: { ahead: misses.ahead.subarray(0, count), low: misses.low.subarray(0, count), high: misses.high.subarray(0, count) } }];
}

function missesOf(rows: number): Misses {
  return { ahead: new Float64Array(rows), low: new Float64Array(rows), high: new Float64Array(rows) };
}

/**
 * How much further out each end must be for the band to have held in the trials, for slots up to a day, up to three
 * days, and beyond; never less further ahead. `seen` is how many horizons the trials have really seen.
 */
function widen(misses: Misses, tail: number, seen: number, day: number): readonly Widening[] {
  const part = 1 - (tail * seen) / (seen + unseen.horizons);
  let [low, high, from] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  return [day, 3 * day, Number.POSITIVE_INFINITY].flatMap((upTo): readonly Widening[] => {
    const isHere = (_: number, n: number): boolean => (misses.ahead[n] ?? 0) >= from && (misses.ahead[n] ?? 0) < upTo;
    const [lows, highs] = [misses.low.filter(isHere), misses.high.filter(isHere)];
    from = upTo;
    if (lows.length === 0) return [];
    low = Math.max(low, quantileOf(lows.sort(), part));
    high = Math.max(high, quantileOf(highs.sort(), part));
    return [{ upTo, low, high }];
  });
}
