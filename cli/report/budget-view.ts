import type { BudgetOutlook, DailyCost } from "../../reports/index.ts";
import { minuteWords, money, partWords } from "./cost-view.ts";
import { leastDays, type About } from "./daily-cost.ts";

const dayMs = 86_400_000;

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

/** Was a budget over before the first day that is known? Then every day of it is assumed. */
export function isUnknown({ daily: { startMs }, toMs }: BudgetRow): boolean {
  return toMs <= startMs;
}

/** `spent on 2026-12-18 (2026-12-15 to 2026-12-22)`, or `lasts`; on a day of which nothing is known it is only taken to be. */
export function crossedWords(row: BudgetRow): string {
  const { micros, outlook: { crossed } } = row;
  if (micros === null) return "-";
  if (isUnknown(row)) return "not known";
  const { earliest, middle, latest } = crossed;
  if (middle === null) return earliest === null ? "lasts" : `lasts, but may be spent on ${minuteWords(earliest)}`;
  const range = earliest === middle && latest === middle ? "" : ` (${earliest === null ? "" : minuteWords(earliest)} to ${latest === null ? "its end" : minuteWords(latest)})`;
  return `${middle < row.daily.startMs ? "taken to be " : ""}spent on ${minuteWords(middle)}${range}`;
}

/** What is expected in the end against what may be spent. */
export function endWords(row: BudgetRow, currency: string): string {
  const { micros, outlook: { expected } } = row;
  if (micros === null) return `${money(expected.middle)} ${currency}`;
  if (isUnknown(row)) return "not known";
  const over = expected.middle - micros;
  if (over === 0n) return "exactly the budget";
  return `${money(over > 0n ? over : -over)} ${currency} ${over > 0n ? "over" : "under"} (${partWords(over > 0n ? over : -over, micros)})`;
}

/** What a twelfth of a year costs at the usual cost of a day. */
export function runRate({ usualDay }: BudgetRow): bigint {
  return (usualDay * 365n) / 12n;
}

/** What the end of a budget may come to, and what that rests on. */
export function restsOn(row: BudgetRow, currency: string): string {
  const { daily: { startMs, known, ahead }, outlook: { expected }, toMs } = row;
  const days = known.length === 1 ? "the one day that is known" : `the ${known.length} days that are known`;
  const end = `${money(expected.middle)} ${currency} by ${minuteWords(toMs)}`;
  if (isUnknown(row)) return `nothing of it is known: it ended on ${minuteWords(toMs)}, and the first day that is known is ${minuteWords(startMs)}; at the mean of ${days} it would have cost ${money(expected.middle)} ${currency}`;
  if (toMs <= startMs + known.length * dayMs) return `${end}, when it ended`;
  if (ahead.length === 0) return `${end}, if the mean of ${days} goes on; ${leastDays} days give a band`;
  if (expected.low === expected.high) return `${end}; ${days} do not differ, so there is no band`;
  return `${money(expected.low)} to ${money(expected.high)} ${currency} by ${minuteWords(toMs)}, from ${days}`;
}

export function aboutWords(about: About): string {
  return about === null ? "everything" : `${about.kind} ${about.id}`;
}
