import type { CostSplit } from "../../reports/index.ts";
import type { PlanReport } from "../planning.ts";
import { decimalsOf, formatDifference, formatMicros } from "./money.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";

/** Hourly cost of one name before and after. */
interface Change {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** Rows that are named; the others are added up in one, so that the table still sums to the bill. */
const namedMax = 12;

/** Two tables, by host and by service: what was paid before, what after. Those that change most come first. */
export function renderCostChange(
  { plan, before, after }: PlanReport, view: { readonly paint: Paint; readonly columns: number; readonly full: boolean },
): string {
  const hosts = changes(byHost(before.cost), byHost(after.cost));
  const services = changes(byService(before.cost), byService(after.cost));
  const title = (by: string): string => view.paint.bold(`Cost by ${by}, ${plan.currency}/h`);
  return `${title("host")}\n${changeTable(hosts, view)}\n\n${title("service")}\n${changeTable(services, view)}\n`;
}

function byHost({ hosts }: CostSplit): ReadonlyMap<string, number> {
  return new Map(hosts.map(({ host, totalMicrosPerHour }) => [host, totalMicrosPerHour]));
}

function byService({ services, idleMicrosPerHour }: CostSplit): ReadonlyMap<string, number> {
  const named = services.map(({ id, totalMicrosPerHour }): [string, number] => [id ?? "(no service)", totalMicrosPerHour]);
  return new Map([...named, ["(idle)", idleMicrosPerHour]]);
}

function changes(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? 0, after: after.get(name) ?? 0 }))
    .filter((change) => change.before !== 0 || change.after !== 0);
}

function changeTable(all: readonly Change[], { paint, columns, full }: { readonly paint: Paint; readonly columns: number; readonly full: boolean }): string {
  const ordered = all
    .map((change, position) => ({ ...change, position, size: Math.abs(change.after - change.before) }))
    .sort((a, b) => b.size - a.size || a.position - b.position);
  const named: Change[] = full || ordered.length <= namedMax + 1 ? ordered : ordered.slice(0, namedMax);
  const others = ordered.slice(named.length);
  const rows = others.length === 0 ? named : [...named, { ...sumOf(others), name: `(${others.length} others)` }];
  const total = { ...sumOf(all), name: "total" };
  const decimals = Math.max(2, ...[...rows, total].flatMap(({ before, after }) => [decimalsOf(before), decimalsOf(after)]));
  const cells = [...rows, total].map((row) => {
    const difference = row.after - row.before;
    const words = difference === 0 ? "" : formatDifference(difference, decimals);
    return [
      row === total ? paint.bold(row.name) : row.name,
      formatMicros(row.before, decimals), formatMicros(row.after, decimals),
      difference < 0 ? paint.green(words) : paint.yellow(words),
    ];
  });
  return renderTable([
    { head: "" }, { head: "before", align: "right" }, { head: "after", align: "right" }, { head: "change", align: "right" },
  ], cells, columns);
}

function sumOf(changesToAdd: readonly Change[]): { before: number; after: number } {
  return changesToAdd.reduce((sum, { before, after }) => ({ before: sum.before + before, after: sum.after + after }), { before: 0, after: 0 });
}
