import type { Rational } from "../cost/rational.ts";
import { decimal, decimalText, type Decimal } from "./decimal.ts";

/** A quantity at a price, and what that comes to: `quantity x unitPrice = cost`, exactly. */
export interface ExactPrice {
  /** How many of the plain unit one unit of pricing is: 730 for the hours of a month. */
  readonly perUnit: bigint;
  /** In units of pricing. */
  readonly quantity: Decimal;
  /** The same in the plain unit. */
  readonly consumed: Decimal;
  /** For one unit of pricing, in the currency. */
  readonly unitPrice: Decimal;
  readonly cost: Decimal;
}

const hoursOfMonth = 730n;
const microPlaces = 6;
/** Places after the point that a quantity has at most, and digits that it has in all: a double keeps fifteen. */
const quantityPlacesMax = 9;
const doubleDigits = 15;
/** Times that a quantity gives way so that readers who multiply doubles find the same product, each by one step more: 0, 1, 3, 6, 10. */
const tries = 200n;

/**
 * A measured quantity, not below zero, at the price of a list, in micro-units. The unit of pricing is a multiple of the
 * plain one when the price is no whole number of micro-units. The quantity is rounded to nine places and then moved by a
 * few steps of the last one, until the product is right in decimals and in doubles alike. Null when nothing is left of it.
 */
export function exactPrice(measured: Rational, listPriceMicros: Rational): ExactPrice | null {
  const perUnit = hoursOfMonth % listPriceMicros.denominator === 0n && listPriceMicros.denominator > 1n ? hoursOfMonth : listPriceMicros.denominator;
  const priceMicros = (listPriceMicros.numerator * perUnit) / listPriceMicros.denominator;
  const denominator = measured.denominator * perUnit;
  const places = placesFor(measured.numerator / denominator);
  const nearest = (2n * measured.numerator * 10n ** BigInt(places) + denominator) / (2n * denominator);
  if (nearest === 0n) return null;
  const unitPrice = decimal(priceMicros, microPlaces);
  const digits = nearestThat(nearest, (candidate) => isSameInDoubles(decimal(candidate, places), unitPrice)) ?? nearest;
  return { perUnit, quantity: decimal(digits, places), consumed: decimal(digits * perUnit, places), unitPrice, cost: product(decimal(digits, places), unitPrice) };
}

function placesFor(whole: bigint): number {
  return Math.max(0, Math.min(quantityPlacesMax, doubleDigits - whole.toString().length));
}

/** The nearest of a number and those around it that is found. */
function nearestThat(digits: bigint, isFound: (candidate: bigint) => boolean): bigint | null {
  for (let turn = 0n; turn < tries; turn++) {
    const away = (turn * (turn + 1n)) / 2n;
    const candidate = [digits + away, digits - away].find((each) => each > 0n && isFound(each));
    if (candidate !== undefined) return candidate;
  }
  return null;
}

function isSameInDoubles(quantity: Decimal, unitPrice: Decimal): boolean {
  return doubleOf(quantity) * doubleOf(unitPrice) === doubleOf(product(quantity, unitPrice));
}

function doubleOf(value: Decimal): number {
  return Number(decimalText(value));
}

function product(a: Decimal, b: Decimal): Decimal {
  return decimal(a.digits * b.digits, a.scale + b.scale);
}
