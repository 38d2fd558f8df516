import { assert } from "../../model/assert.ts";

/** An exact decimal: `digits / 10 ** scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export function decimal(digits: bigint, scale: number): Decimal {
  return { digits, scale };
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: digitsAt(a, scale) + digitsAt(b, scale), scale };
}

export function negative({ digits, scale }: Decimal): Decimal {
  return { digits: -digits, scale };
}

/** The same number in so many places after the point, which must be enough. */
export function digitsAt({ digits, scale }: Decimal, places: number): bigint {
  assert(places >= scale, `a number with ${scale} places does not fit in ${places}`);
  return digits * 10n ** BigInt(places - scale);
}

/** Written with a point even when it is whole, so that no reader takes the column for one of whole numbers. */
export function decimalText({ digits, scale }: Decimal): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  const fraction = text.slice(text.length - scale).replace(/0+$/, "");
  return `${digits < 0n ? "-" : ""}${text.slice(0, text.length - scale)}.${scale === 0 || fraction === "" ? "0" : fraction}`;
}

/** Reads what `decimalText` wrote. */
export function decimalOf(text: string): Decimal {
  const [whole = "", fraction = ""] = text.split(".");
  return { digits: BigInt(`${whole}${fraction}`), scale: fraction.length };
}
