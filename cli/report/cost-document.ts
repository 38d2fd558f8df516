import { nameIn, type ChargeLine, type CostGrouping } from "../../reports/index.ts";
import { groupingOf } from "./cost-options.ts";
import type { CostView } from "./cost-view.ts";
import { rowName } from "./cost-view.ts";

/** The whole report for programs: exact sums as texts of digits, quantities and prices as quotients. */
export function costDocument({ made, choice, rows }: CostView): Readonly<Record<string, unknown>> {
  const { scenario, title, cost, hasDate, plan, policies } = made;
  const { period, currency, finance, bills, lines, totalMicros } = cost;
  return {
    scenario, title, currency, hasDate, from: new Date(period.startMs).toISOString(), to: new Date(period.endMs).toISOString(), plan: plan?.digest ?? null,
    finance: { ...finance, teamLabel: choice.label ?? finance.teamLabel }, policies, totalMicros: String(totalMicros), by: choice.kind,
    rows: rows.map((row) => ({ name: rowName(row, choice), id: row.id, micros: textsOf(row.micros), totalMicros: String(row.totalMicros) })),
    bills: bills.map(({ host, site, onMs, micros, totalMicros: total }) => ({ host, site, onMs: Number(onMs), micros: textsOf(micros), totalMicros: String(total) })),
    lines: lines.map((line) => lineDocument(line, groupingOf({ kind: "team", label: choice.label }, finance))),
  };
}

function lineDocument(whole: ChargeLine, team: CostGrouping): Readonly<Record<string, unknown>> {
  const { labels: _labels, quantity, unitPrice, listPrice, costMicros, ...line } = whole;
  return {
    ...line, team: nameIn(whole, team), quantity: quotient(quantity), unitPrice: quotient(unitPrice), listPrice: quotient(listPrice), costMicros: String(costMicros),
  };
}

function quotient({ numerator, denominator }: ChargeLine["quantity"]): string {
  return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`;
}

function textsOf(micros: Readonly<Record<string, bigint>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(micros).map(([category, amount]) => [category, String(amount)]));
}
