import * as fc from "fast-check";
import { expect, it } from "vitest";
import { ExactTotals, roundedQuotient } from "../../simulator/exact-totals.ts";

it("adds whole numbers exactly, far beyond what a double holds, in any order", () => {
  const amounts = fc.array(fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 2 ** 52 - 1 })), { maxLength: 40 });
  const factors = fc.array(fc.tuple(fc.maxSafeNat(), fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 2 ** 45 }))), { maxLength: 10 });
  fc.assert(fc.property(amounts, factors, (added, products) => {
    const totals = new ExactTotals(2);
    for (const amount of added) totals.add(1, amount);
    for (const [a, b] of products) totals.addProduct(1, a, b);
    const expected = added.reduce((sum, amount) => sum + BigInt(amount), 0n) + products.reduce((sum, [a, b]) => sum + BigInt(a) * BigInt(b), 0n);
    expect(totals.exact(1)).toBe(expected);
    expect(totals.exact(0)).toBe(0n);
    expect(totals.sum()).toBe(expected);
    expect(totals.number(1)).toBe(Number(expected));
  }), { seed: 1, numRuns: 500 });
});

it.each([[7n, 2n, 4n], [5n, 4n, 1n], [3n, 2n, 2n], [0n, 9n, 0n], [13n, 9n, 1n]])("rounds %s / %s half up to %s", (dividend, divisor, expected) => {
  expect(roundedQuotient(dividend, divisor)).toBe(expected);
});
