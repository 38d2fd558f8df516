import { assert } from "../model/assert.ts";

/**
 * Splits a whole amount in proportion to whole weights by the method of the largest remainder: the parts always add up
 * to the amount, and equal remainders go to the first in the list. All weights zero: equal parts.
 */
export function shareOut(amount: number, weights: readonly number[]): number[] {
  assert(Number.isSafeInteger(amount), `amount ${amount} is not a whole number`);
  return shareExactly(BigInt(amount), weights.map(BigInt)).map(Number);
}

/** The same for numbers of any size. */
export function shareExactly(amount: bigint, weights: readonly bigint[]): bigint[] {
  if (weights.length === 0) return [];
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  const sizes = total === 0n ? weights.map(() => 1n) : weights;
  const whole = total === 0n ? BigInt(weights.length) : total;
  const [sign, positive] = amount < 0n ? [-1n, -amount] : [1n, amount];
  const parts = sizes.map((size) => (positive * size) / whole);
  const left = Number(positive - parts.reduce((sum, part) => sum + part, 0n));
  if (left > 0) {
    const remainders = sizes.map((size) => (positive * size) % whole);
    const order = remainders.map((_, i) => i).sort((a, b) => largerFirst(remainders[a], remainders[b]) || a - b);
    for (const i of order.slice(0, left)) parts[i] = (parts[i] ?? 0n) + 1n;
  }
  return parts.map((part) => sign * part);
}

function largerFirst(a = 0n, b = 0n): number {
  return a === b ? 0 : a > b ? -1 : 1;
}
