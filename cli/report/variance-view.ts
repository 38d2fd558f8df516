import { causes, type Cause, type Variance, type VarianceKind, type VarianceRow } from "../../reports/index.ts";
import { hundredths, money, periodWords } from "./cost-view.ts";
import type { KeptCost } from "./kept-cost.ts";

/** Two cost reports beside each other, by what they are asked to be shown by. */
export interface VarianceView {
  readonly a: KeptCost;
  readonly b: KeptCost;
  readonly kind: VarianceKind;
  readonly variance: Variance;
  readonly currency: string;
}

/** What a side is: a plan for a period, or the period. */
export function sideWords({ plan, fromMs, toMs, hasDate }: KeptCost): string {
  const period = periodWords({ cost: { period: { startMs: fromMs, endMs: toMs } } as never, hasDate });
  return plan === null ? period : `plan ${plan.slice(0, 12)} in ${period}`;
}

export function differenceName({ id }: VarianceRow, kind: VarianceKind): string {
  return id ?? (kind === "workload" ? "(nobody)" : `(no ${kind})`);
}

/** `3.20 EUR over (4.1 %)`, `0.50 EUR under`, `the same`. */
export function overUnder({ a, b }: Pick<VarianceRow, "a" | "b">, currency: string): string {
  if (a === b) return "the same";
  const part = a === 0n ? "" : ` (${tenths(b > a ? b - a : a - b, a)} %)`;
  return `${money(b > a ? b - a : a - b)} ${currency} ${b > a ? "over" : "under"}${part}`;
}

function tenths(part: bigint, whole: bigint): string {
  const rounded = (2000n * part + whole) / (2n * whole);
  return `${rounded / 10n}.${rounded % 10n}`;
}

const more: Readonly<Record<Cause, string>> = { price: "higher prices", volume: "more of it", mix: "dearer places", policy: "rules", idle: "more idle hosts" };
const less: Readonly<Record<Cause, string>> = { price: "lower prices", volume: "less of it", mix: "cheaper places", policy: "rules", idle: "fewer idle hosts" };

/** The change and why: `3.20 EUR over (4.1 %): dearer places +3.20`, or `the same`. */
export function changeWords(row: VarianceRow, currency: string): string {
  const because = becauseWords(row);
  return `${overUnder(row, currency)}${because === "" ? "" : `: ${because}`}`;
}

/** Why, the greatest first: `dearer places +3.00, lower prices -0.10`. What would round to nothing is left out. */
export function becauseWords({ by }: VarianceRow): string {
  const told = causes.filter((cause) => by[cause] >= 5000n || by[cause] <= -5000n).sort((x, y) => Number(size(by[y]) > size(by[x])) - Number(size(by[y]) < size(by[x])));
  return told.map((cause) => `${by[cause] > 0n ? more[cause] : less[cause]} ${signed(by[cause])}`).join(", ");
}

function size(micros: bigint): bigint {
  return micros < 0n ? -micros : micros;
}

export function signed(micros: bigint): string {
  if (micros > -5000n && micros < 5000n) return "-";
  return micros > 0n ? `+${hundredths(micros)}` : hundredths(micros);
}

/** What each cause means, for those who read it the first time. */
export const causeMeanings: Readonly<Record<Cause, string>> = {
  price: "other prices, for what was taken the second time",
  volume: "more or less of it, at each one's price of the first time",
  mix: "the same in dearer or cheaper places",
  policy: "the same for those about whom a rule has changed, and room that rules keep free",
  idle: "hosts that nobody holds",
};
