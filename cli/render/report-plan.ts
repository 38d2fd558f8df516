import { causes, type Variance, type VarianceKind } from "../../reports/index.ts";
import { hundredths, money, periodWords } from "../report/cost-view.ts";
import type { PlanCostReport } from "../report/plan-cost.ts";
import { beginningWords, expectedWords, paybackWords, recordWords, savingWords, standstillWords } from "../report/plan-words.ts";
import { changeWords, differenceName, overUnder, signed } from "../report/variance-view.ts";
import { actionWords } from "./action.ts";
import { countWords } from "./diagnostics.ts";
import { formatDuration, formatMeasured } from "./duration.ts";
import type { ReportView } from "./report-cost.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

const rowsMax = 20;

/** What a plan would change, and what it has changed, for those who pay. */
export function renderPlanCost(report: PlanCostReport, view: ReportView): string {
  const { plan, without, planned, saving, onceMicros, actual } = report;
  const { currency } = plan;
  const say = (text: string): string => wrap(text, view.columns, "  ", "    ");
  const head = [
    view.paint.bold(`What plan ${plan.digest.slice(0, 12)} costs`),
    say(`${periodWords(without)}: ${money(without.cost.totalMicros)} ${currency} without it, ${money(planned.cost.totalMicros)} ${currency} with it`),
    say(changeWords(saving.total, currency)),
    say(`from then on ${savingWords(report)}; ${expectedWords(report)}`),
    say(`once: ${money(onceMicros)} ${currency} for carrying data, paid back: ${paybackWords(report)}; ${countWords(plan.moves.length, "move")}, ${standstillWords(report)}`),
  ];
  const blocks = [head.join("\n"), differenceTable("What it changes", saving, report.kind, ["without", "planned"], currency, view)];
  if (actual !== null) {
    blocks.push([
      view.paint.bold("What became of it"), say(`${actual.ended ?? "under way"}: ${recordWords(actual.actions)}`), say(beginningWords(report, actual)),
      say(`${money(actual.cost.cost.totalMicros)} ${currency} in fact, ${money(planned.cost.totalMicros)} ${currency} planned: ${overUnder(actual.variance.total, currency)}`),
    ].join("\n"), differenceTable("Planned and actual", actual.variance, report.kind, ["planned", "actual"], currency, view), actionTable(report, view));
  }
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function differenceTable(title: string, { rows, total }: Variance, kind: VarianceKind, sides: readonly [string, string], currency: string, { paint, columns, full }: ReportView): string {
  const shown = full ? rows : rows.slice(0, rowsMax);
  const cells = [...shown.map((row) => ({ row, name: differenceName(row, kind) })), { row: total, name: paint.bold("total") }].map(({ row, name }) => [
    name, hundredths(row.a), hundredths(row.b), row.b > row.a ? paint.yellow(`${hundredths(row.b - row.a)} over`) : row.b < row.a ? paint.green(`${hundredths(row.a - row.b)} under`) : "-", ...causes.map((cause) => signed(row.by[cause])),
  ]);
  const table = renderTable([
    { head: kind }, { head: sides[0], align: "right", dropRank: 2 }, { head: sides[1], align: "right", dropRank: 1 }, { head: currency, align: "right" }, ...causes.map((cause) => ({ head: cause, align: "right" as const, dropRank: 3 })),
  ], cells, columns);
  return `${paint.bold(`${title}, by ${kind}`)}\n${table}${rows.length > shown.length ? `\n  ... and ${rows.length - shown.length} more (--full shows them)` : ""}`;
}

/** Actions that were not done, or took much longer or shorter than planned. */
function actionTable({ actual }: PlanCostReport, { paint, columns, full }: ReportView): string {
  const all = actual?.actions ?? [];
  const shown = full ? all : all.slice(0, rowsMax);
  const rows = shown.map(({ planned, estimateMs, tookMs, because }) => [planned.id, actionWords(planned.action), formatDuration(estimateMs), tookMs === null ? "-" : formatMeasured(tookMs), tookMs === null ? paint.yellow(because) : "done"]);
  const table = renderTable([{ head: "" }, { head: "action", wraps: 20 }, { head: "planned", align: "right" }, { head: "took", align: "right" }, { head: "", wraps: 16 }], rows, columns);
  return `${paint.bold("Actions")}\n${table}${all.length > shown.length ? `\n  ... and ${all.length - shown.length} more (--full shows them)` : ""}`;
}
