import { sampleMax } from "../../../model/load.ts";

/** Slots of equal length, one after another. */
export interface Slots {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** What was wrong with the values of a series, and how often. */
export interface ValueFaults {
  notANumber: number;
  infinite: number;
  negative: number;
  tooLarge: number;
  offGrid: number;
}

export function noFaults(): ValueFaults {
  return { notANumber: 0, infinite: 0, negative: 0, tooLarge: 0, offGrid: 0 };
}

/** The slot that ends at an instant; -1 when none does. */
export function slotEndingAt({ startMs, stepMs, count }: Slots, atMs: number): number {
  const slot = (atMs - startMs) / stepMs - 1;
  return Number.isInteger(slot) && slot >= 0 && slot < count ? slot : -1;
}

/**
 * A value in fine units; -1, and a fault counted, when it cannot be one. Servers write numbers as texts: `1.5e+09`, `NaN`,
 * `+Inf`.
 */
export function fineValue(value: unknown, perValue: number, faults: ValueFaults): number {
  if (typeof value === "string" && /^[+-]?Inf/i.test(value)) {
    faults.infinite++;
    return -1;
  }
  if (typeof value !== "string" || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) {
    faults.notANumber++;
    return -1;
  }
  const amount = Number(value);
  const fine = Math.round(amount * perValue);
  if (amount < 0) faults.negative++;
  else if (fine > sampleMax) faults.tooLarge++;
  else return fine;
  return -1;
}

/** An instant of an answer: seconds with a fraction. NaN when it is none. */
export function instantMs(seconds: unknown): number {
  return typeof seconds === "number" ? Math.round(seconds * 1000) : Number.NaN;
}
