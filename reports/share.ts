import { assert } from "../model/assert.ts";

/**
 * Splits a whole amount in proportion to whole weights by the method of the largest remainder: the parts always add up
 * to the amount, and equal remainders go to the first in the list. All weights zero: equal parts.
 */
export function shareOut(amount: number, weights: readonly number[]): number[] {
  assert(Number.isSafeInteger(amount), `amount ${amount} is not a whole number`);
  if (weights.length === 0) return [];
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const sizes = total === 0n ? weights.map(() => 1n) : weights.map(BigInt);
  const whole = total === 0n ? BigInt(weights.length) : total;
  const sign = amount < 0 ? -1 : 1;
  const positive = BigInt(Math.abs(amount));
  const parts = sizes.map((size) => Number((positive * size) / whole));
  const remainders = sizes.map((size) => (positive * size) % whole);
  let left = Math.abs(amount) - parts.reduce((sum, part) => sum + part, 0);
  const order = remainders.map((_, i) => i).sort((a, b) => largerFirst(remainders[a], remainders[b]) || a - b);
  for (const i of order) {
    if (left === 0) break;
    parts[i] = (parts[i] ?? 0) + 1;
    left -= 1;
  }
  return parts.map((part) => (part === 0 ? 0 : sign * part));
}

function largerFirst(a: bigint | undefined, b: bigint | undefined): number {
  const left = a ?? 0n;
  const right = b ?? 0n;
  return left === right ? 0 : left > right ? -1 : 1;
}
