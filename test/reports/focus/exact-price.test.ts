import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest, rational, times } from "../../../reports/cost/rational.ts";
import { decimalOf, decimalText } from "../../../reports/focus/decimal.ts";
import { exactPrice } from "../../../reports/focus/exact-price.ts";

function whole(digits: number): fc.Arbitrary<bigint> {
  return fc.bigInt({ min: 1n, max: 10n ** BigInt(digits) });
}

describe("a quantity at a price", () => {
  it.each<{ measured: [bigint, bigint]; price: [bigint, bigint]; says: string[]; perUnit: bigint; why: string }>([
    { measured: [36n, 1n], price: [25_000n, 1n], says: ["36.0", "0.025", "0.9"], perUnit: 1n, why: "as it is" },
    { measured: [1n, 3n], price: [300_000n, 1n], says: ["0.333333333", "0.3", "0.0999999999"], perUnit: 1n, why: "a third is cut after nine places, and so is what it costs" },
    { measured: [744n, 1n], price: [10_000_000n, 730n], says: ["1.019178082", "10.0", "10.19178082"], perUnit: 730n, why: "a price by the month is charged by the month of 730 hours" },
    { measured: [14n, 1n], price: [10n, 7n], says: ["2.0", "0.00001", "0.00002"], perUnit: 7n, why: "a price with sevenths is charged by seven" },
    { measured: [5n, 1n], price: [0n, 1n], says: ["5.0", "0.0", "0.0"], perUnit: 1n, why: "what is free is still counted" },
    { measured: [123_456_789_012n, 7n], price: [1n, 1n], says: ["17636684144.5713", "0.000001", "17636.6841445713"], perUnit: 1n, why: "fifteen digits are all that a double keeps" },
  ])("$why", ({ measured, price, says, perUnit }) => {
    const exact = exactPrice(rational(...measured), rational(...price));
    expect(exact === null ? null : [exact.quantity, exact.unitPrice, exact.cost].map(decimalText)).toEqual(says);
    expect(exact?.perUnit).toBe(perUnit);
  });

  it("gives way by a hair where a reader of doubles would find another product", () => {
    const exact = exactPrice(rational(96n), rational(25_000n)); // 96 x 0.025 is 2.4000000000000004 there
    expect(exact === null ? null : [exact.quantity, exact.cost].map(decimalText)).toEqual(["95.999999999", "2.399999999975"]);
  });

  it("of less than half a billionth is nothing", () => {
    expect(exactPrice(rational(4n, 10_000_000_000n), rational(1n))).toBeNull();
  });

  it("multiplies exactly in decimals and in doubles, and is near to what was measured", () => {
    fc.assert(fc.property(whole(16), fc.constantFrom(10_000_000n, 3_600_000_000n, 3_072_000_000_000n), whole(9), fc.constantFrom(1n, 730n, 3n), (quantity, per, price, month) => {
      const [measured, listPrice] = [rational(quantity, per), rational(price, month)];
      const exact = exactPrice(measured, listPrice);
      if (exact === null) return;
      const [q = 0, p = 0, c = 0] = [exact.quantity, exact.unitPrice, exact.cost].map((value) => Number(decimalText(value)));
      expect(q * p).toBe(c);
      expect(exact.quantity.digits * exact.unitPrice.digits * 10n ** BigInt(exact.cost.scale)).toBe(exact.cost.digits * 10n ** BigInt(exact.quantity.scale + exact.unitPrice.scale));
      expect(Math.abs(Number(decimalText(exact.consumed)) - nearest(measured))).toBeLessThanOrEqual(1e-6 * 730 + 1e-9 * nearest(measured));
      expect(Math.abs(c * 1e6 - nearest(times(measured, listPrice)))).toBeLessThanOrEqual(1e-6 * nearest(listPrice) * 730 + 1e-9 * nearest(times(measured, listPrice)));
    }), { seed: 63, numRuns: 5000 });
  });

  it("is written with a point, and read back", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 20 }), (digits, scale) => {
      const text = decimalText({ digits, scale });
      expect(text).toMatch(/^-?\d+\.\d+$/);
      expect(decimalText(decimalOf(text))).toBe(text);
      expect(decimalOf(text).digits * 10n ** BigInt(scale)).toBe(digits * 10n ** BigInt(decimalOf(text).scale));
    }), { seed: 64, numRuns: 500 });
  });
});
