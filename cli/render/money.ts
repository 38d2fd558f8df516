/** Hours of a month in bills: a year of 365 days divided by twelve. */
export const hoursPerMonth = 730n;

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

/** `12.50 EUR/h`. */
export function formatPerHour(micros: number, currency: string): string {
  return `${formatMicros(micros)} ${currency}/h`;
}

/** The same for a month of 730 hours, exactly. */
export function formatPerMonth(micros: number, currency: string): string {
  return `${formatMicros(BigInt(micros) * hoursPerMonth)} ${currency}/month`;
}

/** A difference with its sign always shown. */
export function formatDifference(micros: number | bigint, decimals?: number): string {
  return `${micros > 0 ? "+" : ""}${formatMicros(micros, decimals)}`;
}

/** A whole number with its thousands grouped: `50,000`. */
export function groupThousands(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** How much larger `after` is, in tenths of a percent: `-18.8 %`; empty when there is nothing to compare with. */
export function formatChange(before: number, after: number): string {
  if (before === 0) return "";
  const difference = (BigInt(after) - BigInt(before)) * 2000n;
  const base = BigInt(before);
  const doubled = difference / base;
  const permille = (doubled + (doubled >= 0n ? 1n : -1n)) / 2n;
  const positive = permille < 0n ? -permille : permille;
  const sign = permille < 0n ? "-" : permille > 0n ? "+" : "";
  return `${sign}${positive / 10n}.${positive % 10n} %`;
}
