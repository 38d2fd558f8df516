/**
 * Micro-units of a currency as a decimal number, exactly: `12.345678`, at least two decimals, thousands grouped. Where
 * fewer decimals are asked for it is rounded to the nearest, half away from zero. Never through floating point.
 */
export function formatMicros(micros: number | bigint, decimals?: number): string {
  const value = BigInt(micros);
  const digits = Math.min(Math.max(decimals ?? decimalsOf(micros), 2), 6);
  const smallest = 10n ** BigInt(6 - digits);
  const rounded = (((value < 0n ? -value : value) + smallest / 2n) / smallest) * smallest;
  const fraction = (rounded % 1_000_000n).toString().padStart(6, "0").slice(0, digits);
  return `${value < 0n && rounded > 0n ? "-" : ""}${groupThousands(rounded / 1_000_000n)}.${fraction}`;
}

/** How many decimals an amount needs to be exact, two at least. */
export function decimalsOf(micros: number | bigint): number {
  const fraction = (BigInt(micros) % 1_000_000n).toString().replace("-", "").padStart(6, "0").replace(/0+$/, "");
  return Math.max(2, fraction.length);
}

/** A whole number with its thousands grouped: `50,000`. */
export function groupThousands(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
