import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkloadId } from "../../../model/ids.ts";
import { loadResources, newLoadBlock } from "../../../model/load.ts";
import { monthMs } from "../../../simulator/load/growth.ts";
import { type SyntheticLoad, syntheticSource, traceOf, usualLoads } from "../../../simulator/index.ts";

const resources = [loadResources.cpuMillicores, loadResources.memoryMiB];
/** A Monday. */
const startMs = Date.UTC(2026, 0, 5);
const hourMs = 3_600_000;
const calm: SyntheticLoad = {
  subject: { workload: "w" as WorkloadId, application: null }, means: [400, 1024],
  dailyPermille: 0, peakMinute: 0, weekendPermille: 1000, noisePermille: 0, burstsPerWeek: 0, burstMinutes: 0, burstPermille: 0,
};

/** Use of the first resource, in units, hour by hour. */
function hours(load: Partial<SyntheticLoad>, count: number, seed = 1): number[] {
  const source = syntheticSource([{ ...calm, ...load }], resources, { startMs, stepMs: hourMs, slots: count }, seed);
  return Array.from(traceOf(source).series[0]?.samples[0] ?? [], (sample) => sample / 1000);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("made-up load", () => {
  it("is its mean when nothing else is wanted", () => expect(new Set(hours({}, 200))).toEqual(new Set([400])));

  it("swings with the day and is highest at its hour", () => {
    const day = hours({ dailyPermille: 500, peakMinute: 14 * 60 }, 24);
    expect([day[14], day[2], Math.round(mean(day))]).toEqual([600, 200, 400]);
  });

  it("is less at the weekend", () => {
    const week = hours({ weekendPermille: 250 }, 7 * 24);
    expect([week[5 * 24 - 1], week[5 * 24], week[7 * 24 - 1]]).toEqual([400, 100, 100]);
  });

  it("grows", () => {
    const growth = { kind: "linear", permillePerMonth: 500, fromMs: startMs } as const;
    expect(hours({ growth }, 24 * 31)[24 * 30]).toBe(Math.round(400_000 * (1 + 0.5 * (30 * 24 * hourMs) / monthMs)) / 1000);
  });

  it("has the noise that is wanted, around its mean", () => {
    const values = hours({ noisePermille: 100 }, 5000);
    const spread = Math.sqrt(mean(values.map((value) => (value - 400) ** 2)));
    expect(mean(values)).toBeGreaterThan(397);
    expect(mean(values)).toBeLessThan(403);
    expect(spread).toBeGreaterThan(38);
    expect(spread).toBeLessThan(42);
  });

  it("bursts as often, as long and as high as wanted", () => {
    const values = hours({ burstsPerWeek: 3.5, burstMinutes: 120, burstPermille: 1500 }, 24 * 1000);
    const high = values.filter((value) => value === 1000).length;
    expect(values.every((value) => value === 400 || value === 1000)).toBe(true);
    expect(high / 2).toBeGreaterThan(450);
    expect(high / 2).toBeLessThan(550);
  });

  it("is the same for the same seed wherever one begins and however much one takes, and another for another seed", () => {
    const loads = usualLoads(["a", "b", "c"].map((name) => ({ subject: { workload: name as WorkloadId, application: null }, means: [300, 2000] })), startMs, 5);
    const grid = { startMs: startMs + 7 * hourMs, stepMs: hourMs / 4, slots: 1000 };
    const source = syntheticSource(loads, resources, grid, 9);
    const all = traceOf(source);
    fc.assert(fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 400 }), (from, size) => {
      const block = newLoadBlock(source, size);
      const filled = source.open(from).fill(block);
      expect(filled).toBe(Math.min(size, 1000 - from));
      all.series.forEach(({ samples }, row) => samples.forEach((whole, r) =>
        expect(block.samples[r]?.slice(row * size, row * size + filled)).toEqual(whole.slice(from, from + filled))));
    }), { seed: 2, numRuns: 60 });
    expect(traceOf(syntheticSource(loads, resources, grid, 10)).series[0]?.samples).not.toEqual(all.series[0]?.samples);
    expect(all.series[0]?.samples).not.toEqual(all.series[1]?.samples);
  });
});
