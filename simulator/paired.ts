import { assert } from "../model/assert.ts";

/** A difference between two ways of doing a thing, seed by seed, with its 95 % confidence interval. */
export interface PairedDifference {
  readonly pairs: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** The interval does not contain zero. */
  readonly isSure: boolean;
}

/** Quantile 0.975 of Student's t by degrees of freedom, from 1; beyond the last it is interpolated to the normal's. */
const tQuantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const normalQuantile = 1.96;

/**
 * Compares the same seeds under two settings: with common random numbers most of the chance is in both, and the
 * difference is known much better than either.
 */
export function pairedDifference(before: readonly number[], after: readonly number[]): PairedDifference {
  assert(before.length === after.length && before.length > 0, "differences are taken seed by seed");
  const differences = after.map((value, n) => value - (before[n] ?? 0));
  const pairs = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / pairs;
  const variance = pairs < 2 ? Infinity : differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (pairs - 1);
  const half = pairs < 2 ? Infinity : tQuantile(pairs - 1) * Math.sqrt(variance / pairs);
  return { pairs, mean, low: mean - half, high: mean + half, isSure: mean - half > 0 || mean + half < 0 };
}

function tQuantile(freedom: number): number {
  const known = tQuantiles[freedom - 1];
  if (known !== undefined) return known;
  const last = tQuantiles[tQuantiles.length - 1] ?? normalQuantile;
  return normalQuantile + ((last - normalQuantile) * tQuantiles.length) / freedom;
}
