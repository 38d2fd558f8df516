import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachAlone, gridOver, groupedBy, sourceOf, traceOf, useOfGroups } from "../../../simulator/index.ts";
import { resample } from "../../../simulator/load/resample.ts";
import { newLoadBlock } from "../../../model/load.ts";
import { seriesOf, traceOfSeries } from "./series-of.ts";

const grid = { startMs: 0, stepMs: 100, slots: 4 };

describe("load on a grid", () => {
  it.each<[string, [number, number, number][], number[], number[]]>([
    ["is the mean weighted by time", [[0, 50, 10], [50, 75, 20], [75, 100, 40]], [20, 0, 0, 0], [1, 0, 0, 0]],
    ["takes a piece into all its slots", [[0, 400, 7]], [7, 7, 7, 7], [1, 1, 1, 1]],
    ["does not count what stands in a gap beside what was measured", [[0, 60, 10], [60, 100, -90]], [10, 0, 0, 0], [1, 0, 0, 0]],
    ["shows what stands in a gap where nothing was measured", [[0, 100, 10], [100, 300, -10], [300, 400, 4]], [10, 10, 10, 4], [1, 0, 0, 1]],
    ["is unmeasured when less than half was measured", [[0, 40, 10], [40, 100, -10]], [10, 0, 0, 0], [0, 0, 0, 0]],
    ["leaves out what lies outside", [[-100, 50, 8], [50, 150, 4], [350, 900, 2]], [6, 4, 4, 3], [1, 1, 1, 1]],
  ])("%s", (_, pieces, samples, measured) => {
    const joined = pieces.flatMap((piece, i) => (i > 0 && pieces[i - 1]?.[1] !== piece[0] ? [[pieces[i - 1]?.[1] ?? 0, piece[0], pieces[i - 1]?.[2] ?? 0] as [number, number, number], piece] : [piece]));
    const result = resample(seriesOf("w", ...joined), grid);
    expect([[...result.samples[0] ?? []], [...result.measured]]).toEqual([samples, measured]);
  });

  const lengths = fc.array(fc.tuple(fc.integer({ min: 1, max: 250 }), fc.integer({ min: 0, max: 1_000_000 })), { minLength: 1, maxLength: 20 });

  it("keeps the amount of work, to half a fine unit for each slot", () => {
    fc.assert(fc.property(lengths, fc.integer({ min: 1, max: 300 }), (pieces, stepMs) => {
      let at = 0;
      const series = seriesOf("w", ...pieces.map(([length, value]) => [at, at += length, value] as const));
      const slots = Math.ceil(at / stepMs);
      const work = pieces.reduce((sum, [length, value]) => sum + length * value, 0);
      const { samples } = resample(series, { startMs: 0, stepMs, slots });
      const inSlots = [...samples[0] ?? []].reduce((sum, value, slot) => sum + value * (Math.min(at, (slot + 1) * stepMs) - slot * stepMs), 0);
      expect(Math.abs(inSlots - work)).toBeLessThanOrEqual(at / 2 + 1e-6);
    }), { seed: 1, numRuns: 300 });
  });

  it("is the same whether the slots are those of the grid or pieces of the same length", () => {
    const pieces = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(pieces, fc.integer({ min: -9, max: 15 }), (values, offset) => {
      const stepped = seriesOf("w", ...values.map((value, i) => [(offset + i) * 100, (offset + i + 1) * 100, value] as const));
      const regular = { ...stepped, times: { kind: "regular", startMs: offset * 100, stepMs: 100, count: values.length } as const };
      expect(resample(regular, grid)).toEqual(resample(stepped, grid));
    }), { seed: 2, numRuns: 500 });
  });

  it("begins at whole steps and covers all of a trace", () => {
    expect(gridOver(traceOfSeries(seriesOf("a", [250, 260, 1]), seriesOf("b", [910, 1001, 1])), 100)).toEqual({ startMs: 200, stepMs: 100, slots: 9 });
  });

  it("is the same from a source, a block at a time", () => {
    const trace = traceOfSeries(seriesOf("a", [0, 150, 4], [150, 400, 8]), seriesOf("b", [100, 400, 6]));
    const source = sourceOf(trace, grid);
    const block = newLoadBlock(source, 3);
    const cursor = source.open(0);
    const seen = [cursor.fill(block), [...block.samples[0] ?? []], cursor.fill(block), block.samples[0]?.[0], block.samples[0]?.[3], cursor.fill(block)];
    expect(seen).toEqual([3, [4, 6, 8, 0, 6, 6], 1, 8, 6, 0]);
    expect(traceOf(source).series.map(({ samples }) => [...samples[0] ?? []])).toEqual([[4, 6, 8, 8], [0, 6, 6, 6]]);
  });
});

describe("use of groups", () => {
  const trace = traceOfSeries(
    seriesOf("a", [0, 200, 1000], [200, 400, -1000]), seriesOf("b", [0, 400, 500]), seriesOf("c", [200, 300, 4000]), seriesOf("d", [300, 400, -9]),
  );

  it("adds its members from their first to their last sample, in units of the resource", () => {
    const uses = useOfGroups(trace, "cpuMHz", grid, groupedBy(trace, ({ subject }) => (subject.workload === "d" ? ["d"] : ["all", "again"])));
    expect(uses.map(({ name, values }) => [name, [...values]])).toEqual([
      ["all", [1.5, 1.5, 5.5, 1.5]], ["again", [1.5, 1.5, 5.5, 1.5]], ["d", [Number.NaN, Number.NaN, Number.NaN, Number.NaN]],
    ]);
  });

  it("is unmeasured where most members were not measured", () => {
    const uses = useOfGroups(trace, "cpuMHz", grid, [{ name: "a and d", members: [0, 3] }, ...eachAlone(trace).slice(1, 2)]);
    expect(uses.map(({ values }) => [...values])).toEqual([[1, 1, Number.NaN, Number.NaN], [0.5, 0.5, 0.5, 0.5]]);
  });
});
