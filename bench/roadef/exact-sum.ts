/** A sum of whole numbers that a double cannot hold exactly: costs would be wrong, so there are none. */
export class SumTooLarge extends Error {
  constructor(what: string, value: number) {
    super(`${what} reaches ${value}, but whole numbers are exact only up to ${Number.MAX_SAFE_INTEGER}; use coarser units or smaller weights.`);
    this.name = "SumTooLarge";
  }
}

/** The value itself; throws when it may have been rounded. */
export function exact(value: number, what: string): number {
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new SumTooLarge(what, value);
  return value;
}
