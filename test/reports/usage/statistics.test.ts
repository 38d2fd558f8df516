import { assert, array, double, integer, oneof, property, constant } from "fast-check";
import { expect, it } from "vitest";
import { statisticsOf } from "../../../reports/index.ts";

const stepMs = 300_000;

it.each([
  ["nothing", [], null],
  ["nothing that was measured", [Number.NaN, Number.NaN], null],
  ["one value", [5], { slots: 1, measuredPermille: 1000, mean: 5, p50: 5, p95: 5, p99: 5, peak: 5, peakAtMs: 0 }],
  ["a hole inside", [1, Number.NaN, 3], { slots: 2, measuredPermille: 666, mean: 2, p50: 1, p95: 3, p99: 3, peak: 3, peakAtMs: 2 * stepMs }],
  ["holes around", [Number.NaN, 4, 4, Number.NaN], { slots: 2, measuredPermille: 1000, mean: 4, p50: 4, p95: 4, p99: 4, peak: 4, peakAtMs: stepMs }],
  ["a hundred values", Array.from({ length: 100 }, (_, i) => 100 - i), { slots: 100, measuredPermille: 1000, mean: 50.5, p50: 50, p95: 95, p99: 99, peak: 100, peakAtMs: 0 }],
] as const)("says what is to be said about %s", (_, values, expected) => {
  const found = statisticsOf({ startMs: 0, stepMs, values: Float64Array.from(values) }, null);
  expect(found).toEqual(expected === null ? null : { ...expected, trendPerDay: null });
});

it("a quantile is the least measured value that so many are not above", () => {
  const values = array(oneof({ weight: 5, arbitrary: double({ min: 0, max: 1e6, noNaN: true }) }, { weight: 1, arbitrary: constant(Number.NaN) }), { minLength: 1, maxLength: 400 });
  assert(property(values, integer({ min: 0, max: 100 }), (all, startMs) => {
    const found = statisticsOf({ startMs, stepMs, values: Float64Array.from(all) }, 0);
    const known = all.filter((value) => !Number.isNaN(value));
    if (found === null) {
      expect(known).toEqual([]);
      return;
    }
    for (const [part, quantile] of [[0.5, found.p50], [0.95, found.p95], [0.99, found.p99], [1, found.peak]] as const) {
      expect(known).toContain(quantile);
      expect(known.filter((value) => value <= quantile).length).toBeGreaterThanOrEqual(part * known.length - 1e-9);
      expect(known.filter((value) => value < quantile).length).toBeLessThan(part * known.length);
    }
    expect(all[(found.peakAtMs - startMs) / stepMs]).toBe(found.peak);
  }), { seed: 6, numRuns: 300 });
});
