import { describe, expect, it } from "vitest";
import { commonDivisor, Milp, Sum } from "../../../planner/exact/milp.ts";

describe("a model", () => {
  it("divides rows of whole numbers by what they share, and rounds the limit to what can be reached", () => {
    const milp = new Milp();
    const [a, b] = [milp.column(0, 1, true), milp.column(0, 1, true)];
    milp.atMost(new Sum().add(a, 4096).add(b, 2048), 5000);
    const data = milp.data(new Sum().add(a, 1));
    expect([...data.values]).toEqual([2, 1]);
    expect([...data.rowUpper]).toEqual([2]);
    expect([...data.cost]).toEqual([1, 0]);
  });

  it("adds up a column that occurs twice, and drops what cancels out", () => {
    const merged = new Sum().add(3, 2).add(1, 5).add(3, -2).merged();
    expect(merged.columns).toEqual([1]);
    expect(merged.factors).toEqual([5]);
  });

  it("leaves out rows that always hold", () => {
    const milp = new Milp();
    milp.atMost(new Sum().add(milp.column(0, 1, true), 3), 3);
    expect(milp.data(new Sum()).rowCount).toBe(0);
  });

  it("knows without a solver that an empty row cannot hold", () => {
    const milp = new Milp();
    const sum = new Sum();
    sum.constant = 2;
    milp.atMost(sum, 2);
    expect(milp.contradictory).toBe(false);
    milp.atMost(sum, 1);
    expect(milp.contradictory).toBe(true);
  });

  it("keeps fractions where a column may take them", () => {
    const milp = new Milp();
    milp.atMost(new Sum().add(milp.column(0, 9, false), 2), 5);
    expect([...milp.data(new Sum()).rowUpper]).toEqual([5]);
  });
});

it.each([[[4, 6, -8], 2], [[5], 5], [[], 1], [[0.5, 2], 1], [[0, 12], 12]] as const)("the common divisor of %j is %i", (numbers, divisor) => {
  expect(commonDivisor([...numbers])).toBe(divisor);
});
