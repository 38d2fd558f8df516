import { assert } from "../../model/assert.ts";

/** An exact number: a quotient of whole numbers in lowest terms, the denominator above zero. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const zero: Rational = { numerator: 0n, denominator: 1n };

export function rational(numerator: bigint, denominator = 1n): Rational {
  assert(denominator !== 0n, `${numerator} is divided by zero`);
  if (numerator === 0n) return zero;
  const shared = greatestDivisor(numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator);
  const by = denominator < 0n ? -shared : shared;
  return { numerator: numerator / by, denominator: denominator / by };
}

export function plus(a: Rational, b: Rational): Rational {
  return a.denominator === b.denominator
    ? rational(a.numerator + b.numerator, a.denominator)
    : rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function times(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function over(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** The nearest double, for charts and columns; never for sums. */
export function nearest({ numerator, denominator }: Rational): number {
  const whole = numerator / denominator;
  return Number(whole) + Number(numerator - whole * denominator) / Number(denominator);
}

/** Rounded half up, as every charge is. */
export function rounded({ numerator, denominator }: Rational): bigint {
  const doubled = 2n * numerator + denominator;
  const quotient = doubled / (2n * denominator);
  return doubled < 0n && quotient * 2n * denominator !== doubled ? quotient - 1n : quotient;
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
