import { describe, expect, it } from "vitest";
import { newLoadBlock, sampleMax } from "../../../model/load.ts";
import { monthMs } from "../../../simulator/load/growth.ts";
import { GrownSource, grownTrace, type Growth, growthFactor, sourceOf, traceOf } from "../../../simulator/index.ts";
import { seriesOf, traceOfSeries } from "./series-of.ts";

const growing = (kind: Growth["kind"], permillePerMonth: number): Growth => ({ kind, permillePerMonth, fromMs: 1000 });

describe("growth", () => {
  it.each<[Growth, number, number]>([
    [growing("linear", 100), 500, 1],
    [growing("linear", 100), 1000 + 3 * monthMs, 1.3],
    [growing("compound", 100), 1000 + 3 * monthMs, 1.331],
    [growing("compound", -500), 1000 + 2 * monthMs, 0.25],
    [growing("linear", -500), 1000 + 5 * monthMs, 0],
    [growing("compound", -2000), 1000 + monthMs, 0],
    [growing("compound", 0), 1000 + 5 * monthMs, 1],
  ])("of %j at %d ms multiplies with %d", (growth, atMs, factor) => expect(growthFactor(growth, atMs)).toBeCloseTo(factor, 12));

  const trace = traceOfSeries(seriesOf("w", [0, 1000, 100], [1000, 1000 + monthMs, 100], [1000 + monthMs, 1000 + 2 * monthMs, 2_000_000_000]));

  it("of a trace counts what can not be written down", () => {
    const { load, samplesAtLimit } = grownTrace(trace, growing("compound", 500));
    expect([...load.series[0]?.samples[0] ?? []]).toEqual([100, 100, sampleMax]);
    expect(samplesAtLimit).toBe(1);
  });

  it("of a source is that of the trace on the same slots", () => {
    const grid = { startMs: 0, stepMs: monthMs / 4, slots: 12 };
    const growth = { ...growing("compound", 70), fromMs: monthMs / 2 };
    const source = sourceOf(trace, grid);
    const grown = new GrownSource(source, growth);
    const block = newLoadBlock(grown, 5);
    const cursor = grown.open(2);
    const read: number[] = [];
    for (let filled = cursor.fill(block); filled > 0; filled = cursor.fill(block)) read.push(...block.samples[0]?.subarray(0, filled) ?? []);
    const whole = grownTrace(traceOf(source), growth);
    expect(read).toEqual([...whole.load.series[0]?.samples[0] ?? []].slice(2));
    expect(grown.samplesAtLimit).toBe(whole.samplesAtLimit);
  });
});
