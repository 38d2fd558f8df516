import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reduceBand, reduceLine } from "../../../reports/html/reduce.ts";

/** Values over rising positions, with gaps, and how many positions share a column. */
const cases = fc.record({
  y: fc.array(fc.oneof({ weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) }), { maxLength: 200 }),
  perColumn: fc.integer({ min: 1, max: 40 }),
});

describe("a long line", () => {
  it("keeps the ends, the least and the greatest of every column of every stretch, and at most four points of it", () => {
    fc.assert(fc.property(cases, ({ y, perColumn }) => {
      const column = (x: number): number => Math.floor(x / perColumn);
      const drawn = reduceLine(y.map((_, i) => i), y, column);
      const stretches = stretchesOf(y);
      expect(drawn).toHaveLength(stretches.length);
      stretches.forEach((indexes, s) => {
        const kept = drawn[s]?.x ?? [];
        expect(kept.map((i) => y[i])).toEqual(drawn[s]?.y);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        for (const c of new Set(indexes.map(column))) {
          const there = indexes.filter((i) => column(i) === c).map((i) => y[i] ?? 0);
          const shown = kept.filter((i) => column(i) === c).map((i) => y[i] ?? 0);
          expect(shown.length).toBeLessThanOrEqual(4);
          expect([shown[0], shown.at(-1), Math.min(...shown), Math.max(...shown)]).toEqual([there[0], there.at(-1), Math.min(...there), Math.max(...there)]);
        }
      });
    }), { seed: 14, numRuns: 300 });
  });

  it("with as many columns as points is drawn point by point", () => {
    const y = [3, 1, Number.NaN, 2, 2, 5];
    expect(reduceLine([0, 1, 2, 3, 4, 5], y, (x) => x)).toEqual([{ x: [0, 1], y: [3, 1] }, { x: [3, 4, 5], y: [2, 2, 5] }]);
  });
});

describe("a long band", () => {
  it("is as wide in each column as its widest point", () => {
    fc.assert(fc.property(cases, ({ y, perColumn }) => {
      const column = (x: number): number => Math.floor(x / perColumn);
      const high = y.map((value) => value + 1);
      const drawn = reduceBand(y.map((_, i) => i), y, high, column);
      stretchesOf(y).forEach((indexes, s) => {
        drawn[s]?.x.forEach((x, i) => {
          const there = indexes.filter((index) => column(index) === column(x));
          expect(drawn[s]?.low[i]).toBe(Math.min(...there.map((index) => y[index] ?? 0)));
          expect(drawn[s]?.high[i]).toBe(Math.max(...there.map((index) => high[index] ?? 0)));
        });
        expect(drawn[s]?.x).toHaveLength(new Set(indexes.map(column)).size);
      });
    }), { seed: 15, numRuns: 300 });
  });
});

/** Indexes of values without a gap between them. */
function stretchesOf(y: readonly number[]): readonly (readonly number[])[] {
  const stretches: number[][] = [];
  y.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    if (i > 0 && !Number.isNaN(y[i - 1])) stretches.at(-1)?.push(i);
    else stretches.push([i]);
  });
  return stretches;
}
