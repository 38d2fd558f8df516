import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backTest, type Forecast, forecast, type History } from "../../../simulator/index.ts";
import { levelShifts } from "../../../simulator/forecast/level-shift.ts";
import { oddPeriod } from "../../../simulator/forecast/period.ts";
import { medianOf, pinballLoss, quantileOf } from "../../../simulator/forecast/quantile.ts";
import { slopeBetween } from "../../../simulator/forecast/trend.ts";
import { hourly, hourMs, startMs, wave } from "./history-of.ts";

function forecastOf(history: History, ahead: number): Forecast {
  const found = forecast(history, { ahead });
  if (found.kind !== "forecast") throw new Error("too short");
  return found;
}

const weekend = (hour: number): boolean => Math.floor(hour / 24) % 7 >= 5;

describe("a forecast", () => {
  it.each<[string, History, Forecast["season"]["kind"], number]>([
    ["no season in noise", hourly(20, () => 100, 10), "none", 6],
    ["a day that repeats itself", hourly(20, (hour) => 100 + 50 * wave(hour), 10), "period", 8],
    ["working days and weekends", hourly(28, (hour) => (weekend(hour) ? 20 : 100 + 40 * wave(hour)), 5), "working-days-and-weekends", 8],
    ["seven hours", hourly(24, (hour) => (hour % 7 === 0 ? 100 : 20), 3), "period", 8],
  ])("finds %s", (_, history, kind, error) => {
    const known = { ...history, values: history.values.subarray(0, history.values.length - 48) };
    const found = forecastOf(known, 48);
    expect(found.season.kind).toBe(kind);
    const real = history.values.subarray(-48);
    expect(medianOf(found.middle.map((middle, i) => Math.abs(middle - (real[i] ?? 0))))).toBeLessThan(error);
  });

  it("names the period", () => {
    expect(forecastOf(hourly(20, (hour) => 100 + 50 * wave(hour), 10), 24).season).toMatchObject({ kind: "period", periodMs: 24 * hourMs });
    expect(forecastOf(hourly(24, (hour) => (hour % 7 === 0 ? 100 : 20), 3), 24).season).toMatchObject({ kind: "period", periodMs: 7 * hourMs });
  });

  it("begins where the history ends, with its band around its middle and nothing below zero", () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(Number.NaN, 0, 1, 5, 50), { minLength: 96, maxLength: 200 }), fc.integer({ min: 1, max: 200 }), (values, ahead) => {
      const history = { startMs, stepMs: hourMs, values: Float64Array.from(values) };
      const found = forecast(history, { ahead });
      if (found.kind === "too-short") return expect(found.measuredSlots).toBeLessThan(found.neededSlots);
      expect(found.startMs).toBe(startMs + values.length * hourMs);
      expect(found.low.length).toBe(ahead);
      for (let i = 0; i < ahead; i++) {
        const [low = Number.NaN, middle = Number.NaN, high = Number.NaN] = [found.low[i], found.middle[i], found.high[i]];
        expect(low >= 0 && low <= middle && middle <= high && high < Number.POSITIVE_INFINITY).toBe(true);
      }
    }), { seed: 1, numRuns: 60 });
  });

  it("holds nine tenths of what comes, on loads that go on as they are", () => {
    let [covered, points] = [0, 0];
    for (let seed = 1; seed <= 20; seed++) {
      const test = backTest(hourly(24, (hour) => 200 + 80 * wave(hour), 30, seed), { learn: 18 * 24, ahead: 48, every: 48, band: 0.9 });
      covered += test.covered;
      points += test.points;
    }
    expect(covered / points).toBeGreaterThan(0.87);
    expect(covered / points).toBeLessThan(0.98);
  });

  it("looks over holes, and tells them", () => {
    const history = hourly(20, (hour) => 100 + 50 * wave(hour), 1);
    history.values.fill(Number.NaN, 100, 150);
    history.values.fill(Number.NaN, 470, 480);
    const found = forecastOf(history, 24);
    expect(found.holes).toEqual([{ fromMs: startMs + 100 * hourMs, toMs: startMs + 150 * hourMs }, { fromMs: startMs + 470 * hourMs, toMs: startMs + 480 * hourMs }]);
    for (let hour = 0; hour < 24; hour++) expect(Math.abs((found.middle[hour] ?? 0) - (100 + 50 * wave(hour)))).toBeLessThan(5);
  });

  it("forgets what was before the level changed", () => {
    const history = hourly(20, (hour) => (hour < 16 * 24 ? 50 : 400), 5);
    const found = forecastOf(history, 24);
    expect(found.shifts).toHaveLength(1);
    expect(Math.abs((found.shifts[0]?.atMs ?? 0) - (startMs + 16 * 24 * hourMs))).toBeLessThanOrEqual(6 * hourMs);
    expect(Math.min(...found.low)).toBeGreaterThan(300);
  });

  it("goes on with a trend, for a while", () => {
    const found = forecastOf(hourly(28, (hour) => 100 + hour, 5), 24 * 28);
    expect(found.trendPerDay).toBeGreaterThan(22);
    expect(found.trendPerDay).toBeLessThan(26);
    expect(Math.abs((found.middle[23] ?? 0) - (100 + 28 * 24 + 24))).toBeLessThan(25);
    expect(found.middle[24 * 28 - 1] ?? 0).toBeLessThan(100 + 2 * 28 * 24);
  });

  it("is not made from too little", () => {
    expect(forecast(hourly(1, () => 1), { ahead: 5 })).toEqual({ kind: "too-short", measuredSlots: 24, neededSlots: 48 });
  });
});

describe("what a forecast is made of", () => {
  it.each<[number[], number, number]>([[[1, 2, 3, 4], 0.5, 2.5], [[1, 2, 3], 1, 3], [[1, 2, 3], -1, 1], [[7], 0.3, 7], [[], 0.5, Number.NaN]])(
    "the quantile of %j at %d is %d", (sorted, part, value) => expect(quantileOf(sorted, part)).toBe(value));

  it.each([[10, 8, 0.9, 1.8], [8, 10, 0.9, 0.2], [5, 5, 0.1, 0]])("a value of %d forecast as %d costs, at %d, %d", (value, guess, part, loss) =>
    expect(pinballLoss(value, guess, part)).toBeCloseTo(loss, 12));

  it("no shift in a load that swings, drifts or has a wild hour", () => {
    expect(levelShifts(hourly(20, (hour) => 100 + 90 * wave(hour), 20))).toEqual([]);
    expect(levelShifts(hourly(20, (hour) => 100 + hour / 10, 5))).toEqual([]);
    expect(levelShifts(hourly(20, (hour) => (hour === 200 ? 5000 : 100), 5))).toEqual([]);
  });

  it("no odd period where there is none, or where it fits into the day", () => {
    expect(oddPeriod(hourly(20, () => 100, 20))).toBeNull();
    expect(oddPeriod(hourly(20, (hour) => (hour % 6 === 0 ? 100 : 10), 2))).toBeNull();
    expect(oddPeriod(hourly(20, (hour) => (hour % 11 === 0 ? 100 : 10), 2))).toBe(11);
  });

  it("no slope by chance, and the right one whatever a few odd days do", () => {
    for (let seed = 1; seed <= 20; seed++) expect(slopeBetween(hourly(14, () => 100, 50, seed), 0, 14 * 24)).toBe(0);
    const odd = hourly(20, (hour) => (hour > 100 && hour < 150 ? 900 : 100 + hour / 2), 5);
    expect(slopeBetween(odd, 0, 20 * 24)).toBeGreaterThan(0.47);
    expect(slopeBetween(odd, 0, 20 * 24)).toBeLessThan(0.53);
  });
});

function busyWeekends(hour: number): number {
  return weekend(hour) ? 160 : 100;
}

describe("a slope under weekends", () => {
  it("is found where days of the same kind are compared", () => {
    // Two a week, under days that differ by sixty.
    const slope = slopeBetween(hourly(28, (hour) => busyWeekends(hour) + hour / 84, 4), 0, 28 * 24);
    expect(slope * 84).toBeGreaterThan(0.8);
    expect(slope * 84).toBeLessThan(1.2);
  });

  it("is none by chance", () => {
    let found = 0;
    for (let seed = 1; seed <= 40; seed++) found += Number(slopeBetween(hourly(28, busyWeekends, 20, seed), 0, 28 * 24) !== 0);
    expect(found).toBeLessThanOrEqual(2);
  });
});

describe("a back-test", () => {
  it("adds up what a forecaster would have done, with nothing but what was known", () => {
    const history: History = { startMs: 0, stepMs: 12 * hourMs, values: Float64Array.of(10, 20, 12, 24, 11, Number.NaN, 30, 26) };
    const asked: [number, number][] = [];
    const test = backTest(history, { learn: 4, ahead: 2, every: 2, band: 0.8 }, (known, ahead) => {
      asked.push([known.values.length, ahead]);
      return { at: () => [11, 20, 28] };
    });
    expect(asked).toEqual([[4, 2], [6, 2]]);
    expect(test).toMatchObject({ origins: 2, points: 3, covered: 2, absoluteError: 9 + 10 + 6, naiveError: 1 + 19 + 2, scale: 3 });
    expect(test.naivePinball).toBeCloseTo((1 * (0.9 + 0.5 + 0.1)) + (19 + 2) * (0.1 + 0.5 + 0.9), 9);
    expect(test.pinball).toBeCloseTo((0 + 4.5 + 1.7) + (1.9 + 5 + 1.8) + (1.5 + 3 + 0.2), 9);
  });
});
