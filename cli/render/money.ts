import { formatMicros } from "../../model/money.ts";

export { decimalsOf, formatMicros, groupThousands } from "../../model/money.ts";

/** Hours of a month in bills: a year of 365 days divided by twelve. */
export const hoursPerMonth = 730n;

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
