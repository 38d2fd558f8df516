import { fit } from "./fit.ts";
import { slotsPerDay, type History } from "./history.ts";
import { pinballLoss } from "./quantile.ts";

export interface BackTestOptions {
  /** Slots to learn from before the first origin. */
  readonly learn: number;
  /** Slots ahead to forecast from each origin. */
  readonly ahead: number;
  /** Slots from an origin to the next. */
  readonly every: number;
  readonly band: number;
}

/** How forecasts would have done. Errors are sums, so that several histories add up; `scale` makes them comparable. */
export interface BackTest {
  readonly origins: number;
  readonly points: number;
  /** Points inside the band. */
  readonly covered: number;
  readonly absoluteError: number;
  /** Error of repeating the last day. */
  readonly naiveError: number;
  /** Pinball loss of the three quantiles, and of the last day as all three. */
  readonly pinball: number;
  readonly naivePinball: number;
  /** Mean absolute change from a day to the next at the same time, before the first origin. */
  readonly scale: number;
}

/** Something that looks ahead from the end of a history: low end, middle and high end. */
export type Forecaster = (history: History, ahead: number, band: number) => { at(slot: number): readonly [number, number, number] };

/** Forecasts from one origin after another, each time with nothing but what was known then. */
export function backTest(history: History, options: BackTestOptions, forecaster: Forecaster = fit): BackTest {
  const day = slotsPerDay(history);
  const sums = { origins: 0, points: 0, covered: 0, absoluteError: 0, naiveError: 0, pinball: 0, naivePinball: 0 };
  const parts = [(1 - options.band) / 2, 0.5, (1 + options.band) / 2];
  for (let origin = options.learn; origin < history.values.length; origin += options.every) {
    const known = { ...history, values: history.values.subarray(0, origin) };
    const model = forecaster(known, options.ahead, options.band);
    sums.origins++;
    for (let i = 0; i < options.ahead && origin + i < history.values.length; i++) {
      const value = history.values[origin + i] ?? Number.NaN;
      const naive = lastKnown(known.values, origin + i, day);
      if (Number.isNaN(value) || Number.isNaN(naive)) continue;
      const ahead = model.at(i);
      sums.points++;
      sums.covered += Number(value >= ahead[0] && value <= ahead[2]);
      sums.absoluteError += Math.abs(value - ahead[1]);
      sums.naiveError += Math.abs(value - naive);
      parts.forEach((part, k) => {
        sums.pinball += pinballLoss(value, ahead[k] ?? 0, part);
        sums.naivePinball += pinballLoss(value, naive, part);
      });
    }
  }
  return { ...sums, scale: dailyChange(history.values.subarray(0, options.learn), day) };
}

/** The value at the same time of the last day for which it is known. */
function lastKnown(values: Float64Array, slot: number, day: number): number {
  for (let like = slot - day * Math.ceil((slot - values.length + 1) / day); like >= 0; like -= day) {
    const value = values[like] ?? Number.NaN;
    if (!Number.isNaN(value)) return value;
  }
  return Number.NaN;
}

function dailyChange(values: Float64Array, day: number): number {
  let [sum, count] = [0, 0];
  for (let i = day; i < values.length; i++) {
    const change = Math.abs((values[i] ?? Number.NaN) - (values[i - day] ?? Number.NaN));
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
