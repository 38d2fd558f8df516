/**
 * Micro-units of a currency as a decimal number, exactly: `12.345678`, at least two decimals, thousands grouped. Never
 * through floating point.
 */
export function formatMicros(micros: number | bigint, decimals?: number): string {
  const value = BigInt(micros);
  const positive = value < 0n ? -value : value;
  const fraction = (positive % 1_000_000n).toString().padStart(6, "0");
  const shown = fraction.slice(0, Math.max(decimals ?? decimalsOf(micros), 2));
  return `${value < 0n ? "-" : ""}${groupThousands(positive / 1_000_000n)}.${shown}`;
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
