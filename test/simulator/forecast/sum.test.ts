import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backTest, type History, sumForecaster } from "../../../simulator/index.ts";
import { fit, type Fitted } from "../../../simulator/forecast/fit.ts";
import { fitSum } from "../../../simulator/forecast/sum.ts";
import { hourly, hourMs, startMs, wave } from "./history-of.ts";

const ahead = 48;

function sumOf(members: readonly History[]): History {
  const [first] = members;
  if (first === undefined) throw new Error("a sum has members");
  return { ...first, values: first.values.map((_, slot) => members.reduce((sum, { values }) => sum + (values[slot] ?? 0), 0)) };
}

/** How wide a band is a day ahead. */
function width(model: Fitted): number {
  return model.at(24)[2] - model.at(24)[0];
}

describe("the band of a sum", () => {
  it("allows for what only a member has shown", () => {
    // The first member is now at 100 and now at 300, a week each; the second is always just so much below that the sum is calm.
    const restless = hourly(28, (hour) => (Math.floor(hour / 168) % 2 === 0 ? 100 : 300), 5, 1);
    const opposite = hourly(28, (hour) => (Math.floor(hour / 168) % 2 === 0 ? 300 : 100), 5, 2);
    const sum = sumOf([restless, opposite]);
    const [alone, known] = [fit(sum, ahead, 0.9), fitSum(sum, [restless, opposite], ahead, 0.9)];
    expect(width(known)).toBeGreaterThan(1.5 * width(alone));
    expect(known.at(24)[1]).toBe(alone.at(24)[1]);
  });

  it("is at least its own, around the same middle, and its own without members", () => {
    const loads = fc.array(fc.array(fc.constantFrom(Number.NaN, 0, 1, 5, 50), { minLength: 100, maxLength: 100 }), { maxLength: 4 });
    fc.assert(fc.property(loads, (lists) => {
      const members = lists.map((list): History => ({ startMs, stepMs: hourMs, values: Float64Array.from(list) }));
      const sum = { startMs, stepMs: hourMs, values: Float64Array.from({ length: 100 }, (_, slot) => 20 + members.reduce((total, { values }) => total + (values[slot] || 0), 0)) };
      const [own, together] = [fit(sum, 24, 0.9), fitSum(sum, members, 24, 0.9)];
      for (let slot = 0; slot < 24; slot++) {
        const [low, middle, high] = own.at(slot);
        const [lower, same, higher] = together.at(slot);
        expect([lower <= low, same, higher >= high, lower >= 0]).toEqual([true, middle, true, true]);
        if (members.length === 0) expect(together.at(slot)).toEqual([low, middle, high]);
      }
    }), { seed: 2, numRuns: 25 });
  });

  it("of many members is that of some of them, counted for all", () => {
    const member = hourly(12, (hour) => 100 + 40 * wave(hour), 30);
    const copies = (count: number): History[] => Array.from({ length: count }, () => member);
    const above = (count: number): number => {
      const [, middle, high] = fitSum(member, copies(count), ahead, 0.9).at(10);
      return high - middle;
    };
    // Squares add up, and a tenth of what they have in common: 24 + 0.1 (24 x 24 - 24) for 24 of them, twice as many likewise.
    expect(above(48) / above(24)).toBeCloseTo(Math.sqrt((48 + 0.1 * (48 * 48 - 48)) / (24 + 0.1 * (24 * 24 - 24))), 9);
  });

  it("learns in a back-test with nothing but what was known of the members then", () => {
    const members = [1, 2, 3].map((seed) => hourly(20, (hour) => 100 + 40 * wave(hour), 30, seed));
    const later = members.map((member) => ({ ...member, values: member.values.map((value, slot) => (slot < 14 * 24 ? value : 9999)) }));
    const options = { learn: 14 * 24, ahead: 24, every: 7 * 24, band: 0.9 };
    expect(backTest(sumOf(members), options, sumForecaster(later))).toEqual(backTest(sumOf(members), options, sumForecaster(members)));
  });
});
