import { lineChart, page, table, type Cell, type Fact, type Section } from "../../reports/html/index.ts";
import { aboutWords, crossedWords, endWords, isUnknown, restsOn, runRate, type BudgetReport, type BudgetRow } from "../report/budget-view.ts";
import { hundredths, minuteWords, money, partWords } from "../report/cost-view.ts";

const dayMs = 86_400_000;
const chartsMax = 20;

/** Budgets as a page: how each stands, where it goes, and when it is spent. */
export function budgetPage(report: BudgetReport): string {
  const { rows, currency } = report;
  const hasAssumed = rows.some(({ outlook }) => outlook.assumedMicros > 0n);
  return page({
    title: `Cost forecast of ${report.scenario}`,
    subtitle: [report.title, `known from ${minuteWords(report.knownFromMs)} to ${minuteWords(report.knownToMs)} UTC`].filter((part) => part !== "").join(" · "),
    facts: rows.slice(0, 4).map((row) => factOf(row, currency)),
    sections: [
      {
        title: "Budgets", words: `Days that are known, and those to come; where there are enough of them with the band that should hold ${report.bandPermille / 10} %.`,
        content: [table({
          title: "How they stand", words: `In ${currency}. A month is a twelfth of a year at the usual cost of a day.`,
          columns: [{ head: "budget" }, { head: "about" }, ...["a month", "budget", "spent", ...hasAssumed ? ["assumed"] : [], "expected"].map((head) => ({ head, align: "right" as const })), { head: "in the end" }, { head: "when" }],
          rows: rows.map((row): readonly Cell[] => [
            row.name, aboutWords(row.about), hundredths(runRate(row)), row.micros === null ? null : hundredths(row.micros), isUnknown(row) ? null : hundredths(row.outlook.spentMicros), ...hasAssumed ? [hundredths(row.outlook.assumedMicros)] : [],
            isUnknown(row) ? null : hundredths(row.outlook.expected.middle), { text: endWords(row, currency), tone: toneOf(row) }, crossedWords(row),
          ]),
        })],
      },
      ...rows.slice(0, chartsMax).map((row) => chartSection(row, report)),
    ],
    footer: `${hasAssumed ? "Assumed is what days of a budget before the first known one are taken to have cost: the mean of those that are known. " : ""}The same scenario, load and period give the same page.`,
  });
}

function toneOf(row: BudgetRow): "good" | "warning" | "bad" | "plain" {
  const { micros, outlook: { expected } } = row;
  if (micros === null || isUnknown(row)) return "plain";
  return expected.middle > micros ? "bad" : expected.high > micros ? "warning" : "good";
}

function factOf(row: BudgetRow, currency: string): Fact {
  const { micros, outlook, name } = row;
  if (micros === null) return { label: name, value: `${money(runRate(row))} ${currency}`, note: "a month" };
  if (isUnknown(row)) return { label: `Budget ${name}`, value: "not known", note: restsOn(row, currency) };
  return { label: `Budget ${name}`, value: `${partWords(outlook.expected.middle, micros)} of it`, note: `${endWords(row, currency)}; ${crossedWords(row)}`, tone: toneOf(row) };
}

function chartSection(row: BudgetRow, { currency, knownToMs }: BudgetReport): Section {
  const { daily: { startMs, known, ahead }, micros, outlook, fromMs, toMs, name } = row;
  const day = (n: number): number => startMs + n * dayMs;
  const days = Array.from({ length: Math.max(0, Math.ceil((toMs - day(0)) / dayMs)) }, (_, n) => n).filter((n) => day(n) >= fromMs && n < known.length + ahead.length);
  const sums = { past: [] as number[], low: [] as number[], middle: [] as number[], high: [] as number[] };
  let [past, low, middle, high] = [0n, 0n, 0n, 0n].map((zero) => zero + outlook.assumedMicros) as [bigint, bigint, bigint, bigint];
  for (const n of days) {
    const cost = known[n];
    const next = ahead[n - known.length];
    past += cost ?? 0n;
    [low, middle, high] = [low + (cost ?? next?.low ?? 0n), middle + (cost ?? next?.middle ?? 0n), high + (cost ?? next?.high ?? 0n)];
    sums.past.push(cost === undefined ? Number.NaN : Number(past) / 1e6);
    for (const [way, sum] of [["low", low], ["middle", middle], ["high", high]] as const) sums[way].push(n < known.length - 1 ? Number.NaN : Number(sum) / 1e6);
  }
  const x = days.map((n) => day(n) + dayMs);
  const { crossed } = outlook;
  return {
    title: `Budget ${name}`, words: `${aboutWords(row.about)}: ${isUnknown(row) ? "" : `${endWords(row, currency)} in the end; ${crossedWords(row)}. `}${restsOn(row, currency)}.`,
    content: x.length === 0 ? [] : [lineChart({
      title: "Spent since the budget began", words: `Up to ${minuteWords(knownToMs)} it is known, then expected.`, x: { kind: "utc" }, y: { unit: currency, from: "zero" },
      series: [{ name: "spent", x, y: sums.past }, { name: "expected", x, y: sums.middle, ...outlook.expected.low === outlook.expected.high ? {} : { band: { name: "band", low: sums.low, high: sums.high } } }],
      ...(micros === null ? {} : { limits: [{ name: "budget", value: Number(micros) / 1e6 }] }),
      marks: crossed.middle === null ? [] : [{ at: crossed.middle + dayMs, words: `spent by the end of ${minuteWords(crossed.middle)}`, tone: "bad" as const }],
    })],
  };
}
