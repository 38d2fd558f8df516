import { aboutWords, crossedWords, endWords, isUnknown, restsOn, runRate, type BudgetReport, type BudgetRow } from "../report/budget-view.ts";
import { hundredths, minuteWords, money, partWords } from "../report/cost-view.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

/** Budgets for people: run rate, what is spent, what is expected, and when the money is gone. */
export function renderBudgets(report: BudgetReport, { paint, columns }: { readonly paint: Paint; readonly columns: number }): string {
  const { rows, currency } = report;
  const head = [
    paint.bold(`Cost forecast of ${report.scenario}`),
    wrap(`known from ${minuteWords(report.knownFromMs)} to ${minuteWords(report.knownToMs)} UTC, day by day; ahead the middle${rows.some(({ outlook: { expected } }) => expected.low !== expected.high) ? `, and the band that holds ${report.bandPermille / 10} %` : ""}`, columns, "  ", "    "),
  ];
  const table = renderTable([
    { head: "budget" }, { head: "about", dropRank: 2 }, { head: `a month, ${currency}`, align: "right" }, { head: "budget", align: "right" }, { head: "spent", align: "right" }, { head: "expected", align: "right" },
    { head: "in the end", wraps: 12 }, { head: "when", wraps: 14 },
  ], rows.map((row) => {
    const { micros, outlook } = row;
    const end = endWords(row, currency);
    return [
      row.name, aboutWords(row.about), hundredths(runRate(row)), micros === null ? "-" : hundredths(micros), ...isUnknown(row) ? ["-", "-"] : [hundredths(outlook.spentMicros + outlook.assumedMicros), hundredths(outlook.expected.middle)],
      micros !== null && outlook.expected.middle > micros && !isUnknown(row) ? paint.yellow(end) : end, crossedWords(row),
    ];
  }), columns);
  const notes = rows.flatMap((row) => notesOn(row, currency));
  return `${head.join("\n")}\n\n${table}\n${notes.length === 0 ? "" : `\n${notes.map((note) => wrap(note, columns, "  ", "    ")).join("\n")}\n`}`;
}

function notesOn(row: BudgetRow, currency: string): readonly string[] {
  const { name, micros, outlook: { assumedMicros, expected } } = row;
  return [
    `${name}: ${restsOn(row, currency)}${micros === null || isUnknown(row) ? "" : `; ${partWords(expected.middle, micros)} of the budget`}`,
    ...assumedMicros === 0n || isUnknown(row) ? [] : [`${name}: of what is spent ${money(assumedMicros)} ${currency} are assumed, for days before the first that is known`],
  ];
}
