import type { BudgetOutlook, DailyCost } from "../../reports/index.ts";
import { minuteWords, money, partWords } from "./cost-view.ts";
import { leastDays, type About } from "./daily-cost.ts";

/** One budget, and what is to be said of it; without money it is only followed. */
export interface BudgetRow {
  readonly name: string;
  readonly about: About;
  readonly micros: bigint | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly daily: DailyCost;
  readonly usualDay: bigint;
  readonly outlook: BudgetOutlook;
}

export interface BudgetReport {
  readonly scenario: string;
  readonly title: string;
  readonly currency: string;
  readonly knownFromMs: number;
  readonly knownToMs: number;
  readonly bandPermille: number;
  readonly rows: readonly BudgetRow[];
}

/** `spent on 2026-12-18 (2026-12-15 to 2026-12-22)`, or `lasts`. */
export function crossedWords({ micros, outlook: { crossed } }: BudgetRow): string {
  if (micros === null) return "-";
  const { earliest, middle, latest } = crossed;
  if (middle === null) return earliest === null ? "lasts" : `lasts, but may be spent on ${minuteWords(earliest)}`;
  const range = earliest === middle && latest === middle ? "" : ` (${earliest === null ? "" : minuteWords(earliest)} to ${latest === null ? "its end" : minuteWords(latest)})`;
  return `spent on ${minuteWords(middle)}${range}`;
}

/** What is expected in the end against what may be spent. */
export function endWords({ micros, outlook: { expected } }: BudgetRow, currency: string): string {
  if (micros === null) return `${money(expected.middle)} ${currency}`;
  const over = expected.middle - micros;
  if (over === 0n) return "exactly the budget";
  return `${money(over > 0n ? over : -over)} ${currency} ${over > 0n ? "over" : "under"} (${partWords(over > 0n ? over : -over, micros)})`;
}

/** What a twelfth of a year costs at the usual cost of a day. */
export function runRate({ usualDay }: BudgetRow): bigint {
  return (usualDay * 365n) / 12n;
}

/** What the end of a budget may come to, and what that rests on. */
export function restsOn({ daily: { known, ahead }, outlook: { expected }, toMs }: BudgetRow, currency: string): string {
  const days = known.length === 1 ? "the one day that is known" : `the ${known.length} days that are known`;
  const end = `${money(expected.middle)} ${currency} by ${minuteWords(toMs)}`;
  if (ahead.length === 0) return `${end}, if the mean of ${days} goes on; ${leastDays} days give a band`;
  if (expected.low === expected.high) return `${end}; ${days} do not differ, so there is no band`;
  return `${money(expected.low)} to ${money(expected.high)} ${currency} by ${minuteWords(toMs)}, from ${days}`;
}

export function aboutWords(about: About): string {
  return about === null ? "everything" : `${about.kind} ${about.id}`;
}
