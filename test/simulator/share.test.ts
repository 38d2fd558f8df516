import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replayPool, sumRows } from "../../simulator/replay.ts";
import { fairShares } from "../../simulator/share.ts";

const demands = fc.array(fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 4000 }), fc.constantFrom(0, 2_147_483_647)), { minLength: 1, maxLength: 12 });
const capacities = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 20_000 }), fc.constant(2 ** 40));

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}

describe("fairShares", () => {
  it.each([
    ["gives 3000 and 1500 on 4000 as 2500 and 1500", [3000, 1500], 4000, [2500, 1500]],
    ["gives everybody all where there is enough", [1000, 3000], 4000, [1000, 3000]],
    ["cuts only the one that asks for most", [1500, 3000], 4000, [1500, 2500]],
    ["gives two that both want more the half", [2500, 3000], 4000, [2000, 2000]],
    ["gives the last unit to the first", [3000, 3000, 3000], 4000, [1334, 1333, 1333]],
    ["gives nothing of nothing", [5, 6], 0, [0, 0]],
    ["gives nobody nothing", [], 10, []],
  ])("%s", (_, asked, capacity, expected) => {
    expect([...fairShares(asked, capacity)]).toEqual(expected);
  });

  it("gives nobody more than its limit, and what that leaves to the others", () => {
    expect([...fairShares([3000, 3000], 4000, [1000, 4000])]).toEqual([1000, 3000]);
  });

  it.each([
    ["twice as much to two virtual processors as to one", [3000, 3000], 3000, [2, 1], [2000, 1000]],
    ["what one cannot use to the others, by their number", [500, 9000, 9000], 3500, [4, 2, 1], [500, 2000, 1000]],
    ["the last units to the first, one for each of theirs", [9, 9], 8, [2, 3], [4, 4]],
    ["no more than is asked for, also of the last units", [1, 9, 9], 7, [3, 3, 3], [1, 3, 3]],
  ])("gives %s", (_, asked, capacity, weights, expected) => {
    expect([...fairShares(asked, capacity, undefined, weights)]).toEqual(expected);
  });

  it("shares by weight as it does among as many workloads, each with an equal part of the demand", () => {
    const weighted = fc.array(fc.record({ perOne: fc.nat({ max: 500 }), weight: fc.integer({ min: 1, max: 4 }) }), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(weighted, fc.nat({ max: 4000 }), (rows, capacity) => {
      const shares = fairShares(rows.map(({ perOne, weight }) => perOne * weight), capacity, undefined, rows.map(({ weight }) => weight));
      const apart = fairShares(rows.flatMap(({ perOne, weight }) => Array.from({ length: weight }, () => perOne)), capacity);
      let first = 0;
      rows.forEach(({ weight }, i) => {
        const together = sum(apart.subarray(first, first + weight));
        // The last units may fall to others, one for each virtual processor.
        expect(Math.abs((shares[i] ?? 0) - together)).toBeLessThanOrEqual(weight);
        first += weight;
      });
      expect(sum(shares)).toBe(sum(apart));
    }), { seed: 2, numRuns: 1000 });
  });

  it("gives out all that is wanted or there, nobody more than it asks, and who gets less than it asks gets at least as much as anybody", () => {
    fc.assert(fc.property(demands, capacities, (asked, capacity) => {
      const shares = fairShares(asked, capacity);
      expect(sum(shares)).toBe(Math.min(capacity, sum(asked)));
      shares.forEach((share, i) => {
        expect(Number.isInteger(share) && share >= 0 && share <= (asked[i] ?? 0)).toBe(true);
        if (share < (asked[i] ?? 0)) expect(Math.max(...shares)).toBeLessThanOrEqual(share + 1);
      });
    }), { seed: 1, numRuns: 2000 });
  });
});

describe("replayPool", () => {
  const pools = fc.record({ slots: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 6 }) }, { weight: 1, arbitrary: fc.constant(300) }), rowCount: fc.integer({ min: 1, max: 9 }), capacity: capacities }).chain(({ slots, rowCount, capacity }) => fc.record({
    slots: fc.constant(slots), capacity: fc.constant(capacity),
    samples: fc.array(fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: 2_147_483_647 })), { minLength: slots * rowCount, maxLength: slots * rowCount }).map((samples) => Int32Array.from(samples)),
    rows: fc.subarray(Array.from({ length: rowCount }, (_, row) => row), { minLength: 1 }),
    from: fc.nat({ max: slots - 1 }),
  }));

  it("adds up, slot by slot, what the rows of a pool ask for and what they do not get", () => {
    fc.assert(fc.property(pools, ({ slots, capacity, samples, rows, from }) => {
      const sums = new Float64Array(slots);
      const totals = { demand: new Float64Array(samples.length / slots), stolen: new Float64Array(samples.length / slots) };
      replayPool({ slots, capacity, samples, rows }, from, slots, sums, totals);
      const expected = { demand: totals.demand.map(() => 0), stolen: totals.stolen.map(() => 0) };
      for (let s = from; s < slots; s++) {
        const asked = rows.map((row) => samples[row * slots + s] ?? 0);
        expect(sums[s - from]).toBe(asked.reduce((sum, demand) => sum + demand, 0));
        fairShares(asked, capacity).forEach((share, i) => {
          const [row, demand] = [rows[i] ?? 0, asked[i] ?? 0];
          expected.demand[row] = (expected.demand[row] ?? 0) + demand;
          expected.stolen[row] = (expected.stolen[row] ?? 0) + demand - share;
        });
      }
      expect(totals).toEqual(expected);
      const alone = new Float64Array(slots);
      sumRows({ slots, capacity, samples, rows }, from, slots, alone);
      expect(alone).toEqual(sums);
    }), { seed: 1, numRuns: 500 });
  });
});
