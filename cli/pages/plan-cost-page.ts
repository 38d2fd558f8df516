import { barChart, page, table, type Cell, type Section } from "../../reports/html/index.ts";
import { billKinds, billTotal, causes, type Variance, type VarianceKind } from "../../reports/index.ts";
import { actionWords } from "../render/action.ts";
import { formatDuration, formatMeasured } from "../render/duration.ts";
import { hundredths, money, periodWords } from "../report/cost-view.ts";
import type { PlanCostReport } from "../report/plan-cost.ts";
import { beginningWords, expectedWords, kindWords, paybackWords, recordWords, savingWords, standstillWords } from "../report/plan-words.ts";
import { becauseWords, differenceName, overUnder, signed } from "../report/variance-view.ts";

/** What a plan costs and saves, as a page to decide by; and afterwards what became of it. */
export function planCostPage(report: PlanCostReport): string {
  const { plan, without, planned, saving, actual, kind } = report;
  const { currency } = plan;
  const isLess = planned.cost.totalMicros <= without.cost.totalMicros;
  return page({
    title: `What plan ${plan.digest.slice(0, 12)} costs`, subtitle: [without.title, periodWords(without)].filter((part) => part !== "").join(" · "),
    facts: [
      { label: "In the period", value: overUnder(saving.total, currency), note: becauseWords(saving.total), tone: isLess ? "good" : "warning" },
      { label: "From then on", value: savingWords(report), note: expectedWords(report) },
      { label: "Once", value: `${money(report.onceMicros)} ${currency}`, note: `for carrying data; paid back: ${paybackWords(report)}` },
      { label: "Risk", value: `${plan.moves.length} moves`, note: `${standstillWords(report)}, done in ${formatDuration(plan.makespanMs)}` },
      ...actual === null ? [] : [{ label: "In fact", value: overUnder(actual.variance.total, currency), note: `${actual.ended ?? "under way"}: ${recordWords(actual.actions)}; ${beginningWords(report, actual)}`, tone: actual.variance.total.b <= actual.variance.total.a ? "good" as const : "warning" as const }],
    ],
    sections: [
      differenceSection("What it changes", saving, kind, ["without", "planned"], currency), thenOnSection(report),
      ...actual === null ? [] : [differenceSection("Planned and actual", actual.variance, kind, ["planned", "actual"], currency), actionSection(report)],
    ],
    footer: `Amounts in ${currency}, rounded to hundredths here and exact in the tables that --csv and --parquet keep.`,
  });
}

function differenceSection(title: string, { rows, total }: Variance, kind: VarianceKind, sides: readonly [string, string], currency: string): Section {
  return {
    title, content: [
      barChart({
        title: `Change by ${kind}`, words: `In all ${overUnder(total, currency)}.`, unit: currency, stacked: true, rowsMax: 25,
        categories: rows.map((row) => differenceName(row, kind)), series: causes.map((cause) => ({ name: cause, values: rows.map(({ by }) => Number(by[cause]) / 1e6) })),
      }),
      table({
        title: `By ${kind}`, words: `In ${currency}.`, columns: [{ head: kind }, ...[...sides, "change", ...causes].map((head) => ({ head, align: "right" as const }))],
        rows: [...rows, total].map((row): readonly Cell[] => [
          row === total ? "total" : differenceName(row, kind), hundredths(row.a), hundredths(row.b), { text: row.a === row.b ? "-" : `${hundredths(row.b > row.a ? row.b - row.a : row.a - row.b)} ${row.b > row.a ? "over" : "under"}`, tone: row.b > row.a ? "warning" : row.b < row.a ? "good" : "plain" },
          ...causes.map((cause) => signed(row.by[cause])),
        ]),
      }),
    ],
  };
}

/** What finance will see on the bills, beside what the planner expected. */
function thenOnSection({ plan: { currency }, thenOn: { before, after, monthly, expected } }: PlanCostReport): Section {
  const kinds = billKinds.filter((kind) => [before, after, expected].some((bill) => bill[kind] !== 0n));
  const total = [before, after, monthly, expected].map((bill, i) => (i < 2 ? hundredths(billTotal(bill)) : signed(billTotal(bill))));
  return {
    title: "From then on", content: [table({
      title: "The same period once the plan is done", words: `In ${currency}: the period without the plan and with the plan done before it, and the change in a month of 730 hours, found and expected by the planner.`,
      columns: [{ head: "paid for" }, ...["without", "then", "a month", "expected"].map((head) => ({ head, align: "right" as const }))],
      rows: [...kinds.map((kind): readonly Cell[] => [kindWords[kind], hundredths(before[kind]), hundredths(after[kind]), signed(monthly[kind]), signed(expected[kind])]), ["total", ...total]],
    })],
  };
}

function actionSection({ actual }: PlanCostReport): Section {
  return {
    title: "Actions", content: [table({
      title: "What was done", columns: [{ head: "" }, { head: "action" }, { head: "planned", align: "right" }, { head: "took", align: "right" }, { head: "" }],
      rows: (actual?.actions ?? []).map(({ planned, estimateMs, tookMs, because }): readonly Cell[] => [
        planned.id, actionWords(planned.action), formatDuration(estimateMs), tookMs === null ? null : formatMeasured(tookMs), tookMs === null ? { text: because, tone: "bad" } : { text: "done", tone: "good" },
      ]),
    })],
  };
}
