import { barChart, notes, page, table, type Cell } from "../../reports/html/index.ts";
import { causes } from "../../reports/index.ts";
import { hundredths, money } from "../report/cost-view.ts";
import { becauseWords, causeMeanings, differenceName, overUnder, sideWords, signed, type VarianceView } from "../report/variance-view.ts";

const rowsMax = 25;

/** Two cost reports as a page: over or under, and why, for each name. */
export function variancePage({ a, b, kind, variance, currency }: VarianceView): string {
  const { rows, total, changedPolicies } = variance;
  const isOver = total.b > total.a;
  return page({
    title: `Variance of ${b.scenario}`, subtitle: `${sideWords(b)} against ${sideWords(a)}`,
    facts: [
      { label: "Change", value: overUnder(total, currency), tone: total.a === total.b ? "plain" : isOver ? "warning" : "good", note: becauseWords(total) },
      { label: "First", value: `${money(total.a)} ${currency}`, note: sideWords(a) }, { label: "Second", value: `${money(total.b)} ${currency}`, note: sideWords(b) },
    ],
    sections: [
      {
        title: `By ${kind}`, words: "The greatest change first. The causes of each row add up to its change exactly.",
        content: [
          barChart({
            title: "Change by cause", words: rows[0] === undefined ? "" : `${differenceName(rows[0], kind)} has changed most: ${overUnder(rows[0], currency)}.`, unit: currency, stacked: true, rowsMax,
            categories: rows.map((row) => differenceName(row, kind)), series: causes.map((cause) => ({ name: cause, values: rows.map(({ by }) => Number(by[cause]) / 1e6) })),
          }),
          table({
            title: `Changes by ${kind}`, words: `In ${currency}.`, rowsMax: 100,
            columns: [{ head: kind }, ...["first", "second", "change", ...causes].map((head) => ({ head, align: "right" as const }))],
            rows: [...rows, total].map((row): readonly Cell[] => [
              row === total ? "total" : differenceName(row, kind), hundredths(row.a), hundredths(row.b), row.a === row.b ? null : { text: `${hundredths(row.b > row.a ? row.b - row.a : row.a - row.b)} ${row.b > row.a ? "over" : "under"}`, tone: row.b > row.a ? "warning" : "good" },
              ...causes.map((cause) => orNull(signed(row.by[cause]))),
            ]),
          }),
        ],
      },
      {
        title: "What the causes mean",
        content: [notes({ title: "Causes", items: causes.map((cause) => `${cause}: ${causeMeanings[cause]}.`) }), ...changedPolicies.length === 0 ? [] : [notes({ title: "Rules that changed", items: changedPolicies })]],
      },
    ],
    footer: `Amounts in ${currency}, rounded to hundredths here and exact in the tables that --csv and --parquet keep.`,
  });
}

/** What is nothing is one dash in all tables of a page. */
function orNull(text: string): string | null {
  return text === "-" ? null : text;
}
