import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayMs } from "../../../simulator/forecast/history.ts";
import { dailyPeaks, withoutSteps } from "../../../simulator/forecast/peaks.ts";
import { type Pool, runways } from "../../../simulator/index.ts";
import { growthFactor, monthMs } from "../../../simulator/load/growth.ts";
import { hourly, hourMs, startMs, wave } from "./history-of.ts";

const pool = (name: string, more: Partial<Pool> = {}): Pool => ({
  name, resource: "cpuMillicores", history: hourly(60, (hour) => 100 + hour / 24 + 20 * wave(hour), 5), capacity: 300, failoverReserve: 50, buffer: 20, ...more,
});
const options = { seed: 7, paths: 200 };
const daysUntil = (atMs: number | null, days = 60): number | null => (atMs === null ? null : Math.round((atMs - startMs) / dayMs) - days);

describe("a runway", () => {
  it("ends when the peaks reach what is usable", () => {
    const [runway] = runways([pool("site")], options);
    expect(runway).toMatchObject({ name: "site", usable: 230, crossedPermille: 1000 });
    expect(Math.abs((runway?.trendPerDay ?? 0) - 1)).toBeLessThan(0.05);
    const dates = [runway?.crossed.p10 ?? null, runway?.crossed.p50 ?? null, runway?.crossed.p90 ?? null].map((date) => daysUntil(date) ?? Number.NaN);
    // 100 + 20 at the peak, and one more each day: 230 is reached after 110 days, 50 from now.
    for (const date of dates) expect(Math.abs(date - 50)).toBeLessThan(8);
    expect(dates).toEqual([...dates].sort((a, b) => a - b));
  });

  it("holds the true date between p10 and p90 in about eight of ten cases", () => {
    let held = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const history = hourly(30, (hour) => 100 + hour / 24, 15, seed);
      const [runway] = runways([pool("site", { history, capacity: 210, failoverReserve: 0, buffer: 0 })], { ...options, seed });
      const [early, late] = [daysUntil(runway?.crossed.p10 ?? null, 30) ?? Number.POSITIVE_INFINITY, daysUntil(runway?.crossed.p90 ?? null, 30) ?? Number.POSITIVE_INFINITY];
      // The hours of a day reach 115 and a little less above its mean.
      const truth = 210 - 114 - 30;
      held += Number(early <= truth && truth <= late);
    }
    expect(held).toBeGreaterThanOrEqual(24);
  });

  it("does not end where nothing grows", () => {
    const [runway] = runways([pool("site", { history: hourly(60, () => 100, 5) })], options);
    expect(runway?.crossed).toEqual({ p10: null, p50: null, p90: null });
    expect(runway?.lacking).toEqual({ p10: 0, p50: 0, p90: 0 });
  });

  it("has ended where the load is above already, and says how much is lacking", () => {
    const [runway] = runways([pool("site", { history: hourly(60, () => 100, 2), capacity: 80, failoverReserve: 0, buffer: 0 })], options);
    expect(daysUntil(runway?.crossed.p90 ?? null)).toBe(0);
    expect(runway?.lacking.p50).toBeGreaterThan(15);
    expect(runway?.lacking.p50).toBeLessThan(27);
  });

  it("counts growth that is planned", () => {
    const growth = { kind: "linear", permillePerMonth: 100, fromMs: startMs + 60 * dayMs } as const;
    const [runway] = runways([pool("site", { history: hourly(60, () => 100), capacity: 150, failoverReserve: 0, buffer: 0, growthAt: (atMs) => growthFactor(growth, atMs) })], options);
    expect(Math.abs((daysUntil(runway?.crossed.p50 ?? null) ?? 0) - (5 * monthMs) / dayMs)).toBeLessThan(3);
  });

  it("goes on with growth that began in the history, and counts it once", () => {
    const growth = { kind: "compound", permillePerMonth: 100, fromMs: startMs } as const;
    const endMs = startMs + 60 * dayMs;
    const history = hourly(60, (hour) => 100 * growthFactor(growth, startMs + hour * hourMs));
    const growthAt = (atMs: number): number => growthFactor(growth, atMs) / growthFactor(growth, endMs);
    const [runway] = runways([pool("site", { history, capacity: 300, failoverReserve: 0, buffer: 0, growthAt })], options);
    // 1.1 to the so many months is three from the beginning on, on every path: nothing else changes.
    const days = (Math.log(3) / Math.log(1.1)) * (monthMs / dayMs) - 60;
    for (const date of [runway?.crossed.p10, runway?.crossed.p90]) expect(Math.abs((daysUntil(date ?? null) ?? 0) - days)).toBeLessThan(2);
    // A tenth a month of what it is now.
    expect(runway?.trendPerDay).toBeCloseTo((100 * growthFactor(growth, endMs) * (growthFactor(growth, startMs + 30 * dayMs) - 1)) / 30, 1);
  });

  it("starts anew where the level has changed", () => {
    const history = hourly(60, (hour) => (hour < 40 * 24 ? 10 : 150), 2);
    const [runway] = runways([pool("site", { history })], options);
    expect(Math.abs(runway?.trendPerDay ?? 1)).toBeLessThan(0.2);
    expect(runway?.crossedPermille).toBe(0);
  });

  it("of the most constrained pool comes first, and the order of the pools does not matter", () => {
    const pools = [pool("calm", { history: hourly(60, () => 50, 5) }), pool("late", { capacity: 500 }), pool("soon"), pool("full", { capacity: 190 }), pool("tight", { history: hourly(60, () => 180, 5) })];
    const order = runways(pools, options);
    expect(order.map(({ name }) => name)).toEqual(["full", "soon", "late", "tight", "calm"]);
    expect(runways([...pools].reverse(), options)).toEqual(order);
  });
});

describe("a runway of whatever was measured", () => {
  it("is a distribution in order, and the same for the same seed", () => {
    const values = fc.array(fc.constantFrom(Number.NaN, 0, 1, 3, 100), { maxLength: 300 });
    fc.assert(fc.property(values, fc.nat(200), fc.nat(50), (list, capacity, buffer) => {
      const pools = [pool("p", { history: { startMs, stepMs: 6 * hourMs, values: Float64Array.from(list) }, capacity, buffer })];
      const [runway] = runways(pools, { seed: 1, paths: 20, days: 60 });
      if (runway === undefined) throw new Error("no runway");
      const { crossed, lacking, crossedPermille, usable, peakNow } = runway;
      const dates = [crossed.p10, crossed.p50, crossed.p90].map((date) => date ?? Number.POSITIVE_INFINITY);
      expect(dates).toEqual([...dates].sort((a, b) => a - b));
      expect(0 <= lacking.p10 && lacking.p10 <= lacking.p50 && lacking.p50 <= lacking.p90).toBe(true);
      expect([usable, peakNow >= 0, crossedPermille >= 0 && crossedPermille <= 1000]).toEqual([Math.max(0, capacity - buffer - 50), true, true]);
      expect(runways(pools, { seed: 1, paths: 20, days: 60 })).toEqual([runway]);
    }), { seed: 4, numRuns: 200 });
  });
});

describe("daily peaks", () => {
  it("are what a day reaches for so long, from the end back, and unknown when half a day is", () => {
    const history = hourly(3, (hour) => hour);
    history.values.fill(Number.NaN, 24, 37);
    const shifted = { ...history, values: history.values.subarray(0, 70) };
    expect(dailyPeaks(history, hourMs)).toEqual({ startMs, peaks: Float64Array.of(23, Number.NaN, 71) });
    expect(dailyPeaks(history, 3 * hourMs).peaks).toEqual(Float64Array.of(21, Number.NaN, 69));
    expect(dailyPeaks(shifted, 1)).toEqual({ startMs: startMs + 22 * hourMs, peaks: Float64Array.of(Number.NaN, 69) });
  });
});

const days = (length: number, peak: (day: number) => number): Float64Array => Float64Array.from({ length }, (_, day) => peak(day));

describe("peaks without steps", () => {
  it.each<[string, Float64Array, Float64Array]>([
    ["are of the size that they have now", days(30, (day) => (day < 12 ? 100 : 300)), days(30, () => 300)],
    ["keep a slope", days(30, (day) => 100 + 10 * day), days(30, (day) => 100 + 10 * day)],
    ["keep weekends", days(35, (day) => (day % 7 > 4 ? 50 : 200)), days(35, (day) => (day % 7 > 4 ? 50 : 200))],
    ["keep a day that stands out", days(30, (day) => (day === 9 ? 900 : 100)), days(30, (day) => (day === 9 ? 900 : 100))],
    ["lose two steps", days(30, (day) => (day < 9 ? 50 : day < 20 ? 100 : 40)), days(30, () => 40)],
    ["are nothing when there are none", days(0, () => 0), days(0, () => 0)],
  ])("%s", (_, peaks, even) => expect(withoutSteps(peaks)).toEqual(even));
});
