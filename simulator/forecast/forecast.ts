import type { Fitted } from "./fit.ts";
import { holesOf, slotsPerDay, type History } from "./history.ts";
import type { Likeness } from "./profile.ts";
import { fitSum } from "./sum.ts";

export interface ForecastOptions {
  /** Slots to look ahead. */
  readonly ahead: number;
  /** Part of the future that the band should hold, per thousand; 900 when absent. */
  readonly bandPermille?: number;
  /** What the load is the sum of, on the same slots, where that is known: the band then allows for what only members have shown. */
  readonly members?: readonly History[];
}

/** In what a load repeats itself. */
export type Season =
  | { readonly kind: "none" }
  /** The same at the same time of each period. */
  | { readonly kind: "period"; readonly periodMs: number; readonly gainPermille: number }
  /** The same at the same time of working days, and of weekend days. */
  | { readonly kind: "working-days-and-weekends"; readonly gainPermille: number };

/** What a load may be. `low`, `middle` and `high` from the end of the history on, slot by slot, never below 0. */
export interface Forecast {
  readonly kind: "forecast";
  readonly startMs: number;
  readonly stepMs: number;
  readonly low: Float64Array;
  readonly middle: Float64Array;
  readonly high: Float64Array;
  /** The season that was found, and by how much it betters the best guess without one. */
  readonly season: Season;
  /** Change of the level per day that was found at the end of the history; it fades in the forecast. */
  readonly trendPerDay: number;
  /** How far back the history resembles what comes. */
  readonly windowMs: number;
  readonly shifts: readonly { readonly atMs: number; readonly before: number; readonly after: number }[];
  readonly holes: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** A history in which too little was measured to look ahead. */
export interface TooShort {
  readonly kind: "too-short";
  readonly measuredSlots: number;
  readonly neededSlots: number;
}

const leastDays = 2;
const leastSlots = 12;

/** A forecast with a band, learned from a history alone. */
export function forecast(history: History, options: ForecastOptions): Forecast | TooShort {
  const day = slotsPerDay(history);
  const measuredSlots = history.values.reduce((count, value) => count + Number(!Number.isNaN(value)), 0);
  const neededSlots = Math.max(leastSlots, leastDays * day);
  if (measuredSlots < neededSlots) return { kind: "too-short", measuredSlots, neededSlots };
  const model = fitSum(history, options.members ?? [], options.ahead, (options.bandPermille ?? 900) / 1000);
  const ahead = Array.from({ length: options.ahead }, (_, i) => model.at(i));
  const { startMs, stepMs, values } = history;
  const atMs = (slot: number): number => startMs + slot * stepMs;
  return {
    kind: "forecast", startMs: atMs(values.length), stepMs,
    low: Float64Array.from(ahead, ([low]) => low),
    middle: Float64Array.from(ahead, ([, middle]) => middle),
    high: Float64Array.from(ahead, ([, , high]) => high),
    season: seasonOf(model, model.outlook.likeness, stepMs),
    trendPerDay: model.outlook.slope * day,
    windowMs: Math.min(model.outlook.windowSlots, values.length) * stepMs,
    shifts: model.shifts.map(({ slot, before, after }) => ({ atMs: atMs(slot), before, after })),
    holes: holesOf(history).map(([from, to]) => ({ fromMs: atMs(from), toMs: atMs(to) })),
  };
}

function seasonOf({ seasonGain }: Fitted, likeness: Likeness, stepMs: number): Season {
  const gainPermille = Math.round(1000 * seasonGain);
  switch (likeness.kind) {
    case "recent": return { kind: "none" };
    case "period": return { kind: "period", periodMs: likeness.slots * stepMs, gainPermille };
    case "day-of-its-kind": return { kind: "working-days-and-weekends", gainPermille };
  }
}
