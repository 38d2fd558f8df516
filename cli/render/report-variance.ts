import { causes } from "../../reports/index.ts";
import { hundredths, money } from "../report/cost-view.ts";
import { causeMeanings, changeWords, differenceName, sideWords, signed, type VarianceView } from "../report/variance-view.ts";
import type { ReportView } from "./report-cost.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

const rowsMax = 20;

/** Two cost reports for people: what is over, what is under, and why. */
export function renderVariance({ a, b, kind, variance, currency }: VarianceView, { paint, columns, full }: ReportView): string {
  const { rows, total, changedPolicies } = variance;
  const head = [
    paint.bold(`Variance of ${b.scenario}`),
    wrap(`${sideWords(a)}: ${money(total.a)} ${currency}`, columns, "  ", "    "), wrap(`${sideWords(b)}: ${money(total.b)} ${currency}`, columns, "  ", "    "),
    wrap(changeWords(total, currency), columns, "  ", "    "),
    ...changedPolicies.length === 0 ? [] : [wrap(`rules that changed: ${changedPolicies.join(", ")}`, columns, "  ", "    ")],
  ];
  const shown = full ? rows : rows.slice(0, rowsMax);
  const rest = rows.length - shown.length;
  const cells = [...shown.map((row) => ({ row, name: differenceName(row, kind) })), { row: total, name: paint.bold("total") }].map(({ row, name }) => [
    name, hundredths(row.a), hundredths(row.b), row.b > row.a ? paint.yellow(`${hundredths(row.b - row.a)} over`) : row.b < row.a ? paint.green(`${hundredths(row.a - row.b)} under`) : "-", ...causes.map((cause) => signed(row.by[cause])),
  ]);
  const table = renderTable([
    { head: kind }, { head: "first", align: "right", dropRank: 1 }, { head: "second", align: "right" }, { head: currency, align: "right" },
    ...causes.map((cause) => ({ head: cause, align: "right" as const })),
  ], cells, columns);
  const meanings = causes.map((cause) => wrap(`${cause}: ${causeMeanings[cause]}`, columns, "  ", "    ")).join("\n");
  return `${head.join("\n")}\n\n${paint.bold(`By ${kind}, the greatest change first`)}\n${table}${rest > 0 ? `\n  ... and ${rest} more (--full shows them)` : ""}\n\n${meanings}\n`;
}
