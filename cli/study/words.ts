import { numberText } from "../../reports/html/index.ts";
import type { Difference } from "./compare.ts";
import type { Measure } from "./measures.ts";

/** How a number is scaled for people. */
type Scale = Pick<Measure, "scale" | "decimals">;

/** A value of a measure as people read it, without its unit: `1,234.50`. */
export function valueWords(value: number, { scale, decimals }: Scale): string {
  return numberText(value / scale, decimals);
}

/** A mean as people read it: what is zero may have a name. */
export function meanWords(value: number, measure: Pick<Measure, "scale" | "decimals" | "zero">): string {
  return value === 0 ? (measure.zero ?? valueWords(value, measure)) : valueWords(value, measure);
}

/** The same with its sign always shown. */
export function changeWords(value: number, scale: Scale): string {
  const words = valueWords(value, scale);
  return value > 0 && !/^0(\.0+)?$/.test(words) ? `+${words}` : words;
}

/** `-2.10 to -1.05`; empty where there is no interval or nothing in it. */
export function intervalWords({ low, high, verdict }: Difference, scale: Scale): string {
  return low === null || high === null || verdict === "same" ? "" : `${changeWords(low, scale)} to ${changeWords(high, scale)}`;
}

/** The unit that a heading names. */
export function unitWords({ unit }: Pick<Measure, "unit">, currency: string): string {
  return unit === "currency" ? currency : unit;
}
