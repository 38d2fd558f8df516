import { chargeCategories, type CostRow } from "../../reports/index.ts";
import { categoryWords, hundredths, methodSentences, money, partWords, periodWords, rowName, type CostView } from "../report/cost-view.ts";
import { countWords } from "./diagnostics.ts";
import type { Paint } from "./paint.ts";
import { renderTable, type Column } from "./table.ts";
import { wrap } from "./text.ts";

/** How a report is shown. */
export interface ReportView {
  readonly paint: Paint;
  readonly columns: number;
  readonly full: boolean;
}

const rowsMax = 20;
/** What is left out first where a table does not fit. */
const leftOutRank = { host: 2, compute: 3, power: 4, storage: 5, transfer: 7, licence: 6, idle: undefined, reserve: undefined } as const;

/** A cost report for people: what was spent, on whom, and how it was shared. */
export function renderCost(view: CostView, { paint, columns, full }: ReportView): string {
  const { made, choice, rows } = view;
  const { cost } = made;
  const head = [
    paint.bold(`Cost of ${made.scenario}`),
    wrap(`${periodWords(made)}: ${money(cost.totalMicros)} ${cost.currency} for ${countWords(cost.bills.filter(({ totalMicros }) => totalMicros > 0n).length, "host")}`, columns, "  ", "    "),
    ...made.plan === null ? [] : [wrap(`as if plan ${made.plan.digest.slice(0, 12)} were carried out`, columns, "  ", "    ")],
    ...methodSentences(cost.finance).map((sentence) => wrap(sentence, columns, "  ", "    ")),
  ];
  const shown = full ? rows : rows.slice(0, rowsMax);
  const used = chargeCategories.filter((category) => rows.some(({ micros }) => micros[category] > 0n));
  const rest = rows.slice(shown.length);
  const cells = (name: string, row: CostRow): readonly string[] => [name, hundredths(row.totalMicros), partWords(row.totalMicros, cost.totalMicros), ...used.map((category) => (row.micros[category] === 0n ? "-" : hundredths(row.micros[category])))];
  const table = renderTable([
    { head: choice.kind }, { head: cost.currency, align: "right" }, { head: "part", align: "right", dropRank: 1 },
    ...used.map((category): Column => ({ head: categoryWords[category], align: "right", ...(leftOutRank[category] === undefined ? {} : { dropRank: leftOutRank[category] }) })),
  ], [
    ...shown.map((row) => cells(rowName(row, choice), row)), ...rest.length === 0 ? [] : [cells(`(${rest.length} more; --full)`, sum(rest))], cells(paint.bold("total"), sum(rows)),
  ], columns);
  const sound = rows.reduce((total, row) => total + row.totalMicros, 0n) === cost.bills.reduce((total, bill) => total + bill.totalMicros, 0n);
  const check = sound ? `${paint.green("✓")} adds up to the bills of the hosts, to the last micro-unit` : `${paint.red("x")} does not add up to the bills of the hosts`;
  return `${head.join("\n")}\n\n${paint.bold(`By ${choice.label ?? choice.kind}, the dearest first`)}\n${table}\n\n${wrap(check, columns, "  ", "    ")}\n`;
}

/** Several rows as one. */
function sum(which: readonly CostRow[]): CostRow {
  return {
    id: null, totalMicros: which.reduce((total, row) => total + row.totalMicros, 0n),
    micros: Object.fromEntries(chargeCategories.map((category) => [category, which.reduce((total, row) => total + row.micros[category], 0n)])) as CostRow["micros"],
  };
}
