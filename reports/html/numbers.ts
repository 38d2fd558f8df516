import { groupThousands } from "../../model/money.ts";

/** A number as people read it: thousands apart, and no more decimals than asked for; zeros at the end are kept only when asked for. */
export function numberText(value: number, decimals?: number): string {
  if (!Number.isFinite(value)) return "-";
  const places = decimals ?? decimalsFor(value);
  const [whole = "0", fraction = ""] = Math.abs(value).toFixed(places).split(".");
  const kept = decimals === undefined ? fraction.replace(/0+$/, "") : fraction;
  const isZero = !/[1-9]/.test(`${whole}${kept}`);
  return `${value < 0 && !isZero ? "-" : ""}${grouped(whole)}${kept === "" ? "" : `.${kept}`}`;
}

/** The same with its unit. */
export function amountText(value: number, unit: string, decimals?: number): string {
  return unit === "" ? numberText(value, decimals) : `${numberText(value, decimals)} ${unit}`;
}

/** Three digits that tell something are enough beside a chart. */
function decimalsFor(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || size >= 1000) return 0;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/** Beyond what a number counts exactly it is written with an exponent. */
function grouped(whole: string): string {
  return whole.length > 15 ? Number(whole).toExponential(3) : groupThousands(Number(whole));
}
