import { formatMicros } from "../../model/money.ts";
import { planOutcome, slowerThanPredicted, timeText, type SimulationReport } from "../simulation-report.ts";
import { actionWords } from "./action.ts";
import { useBar } from "./bar.ts";
import { formatDuration } from "./duration.ts";
import type { SimulationView } from "./simulation-view.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

/** What became of the plan: how long it took, and the peak on each host while it was carried out. */
export function renderPlanCourse(report: SimulationReport, { paint, columns, full }: SimulationView): string {
  const outcome = planOutcome(report);
  const { carried, scenario } = report.made;
  if (outcome === null || carried === null) return "";
  const took = outcome.tookMs === null ? `done, ${paint.yellow("not over at the end")}` : outcome.done === outcome.actions ? `done in ${formatDuration(outcome.tookMs)}` : `done, over after ${formatDuration(outcome.tookMs)}`;
  const saved = carried.plan.hourlyCostBeforeMicros - carried.plan.hourlyCostAfterMicros;
  const lines = [
    `from ${timeText(report, carried.atMs)} on: ${outcome.done} of ${outcome.actions} actions ${took}, predicted ${formatDuration(outcome.predictedMs)}`,
    `verified at ${carried.verification.checkedInstants} instants; it saves ${formatMicros(saved)} ${scenario.fleet.currency} an hour`,
    ...slowWords(report),
    ...outcome.notDone.slice(0, full ? Infinity : 10).map(({ action, because }) => paint.yellow(`${actionWords(action)}: ${because}`)),
  ].map((line) => wrap(line, columns, "  "));
  const peaks = peaksOf(report, { paint, columns, full });
  return `${paint.bold("The plan")}\n${lines.join("\n")}\n${peaks}`;
}

/** Why it took longer than predicted. */
function slowWords(report: SimulationReport): readonly string[] {
  const slow = slowerThanPredicted(report);
  if (slow.length === 0) return [];
  const few = slow.slice(0, 3).map(({ action, tookMs, predictedMs }) => `${actionWords(action)} took ${formatDuration(tookMs)} instead of ${formatDuration(predictedMs)}`);
  const rest = slow.length > few.length ? `, and ${slow.length - few.length} more` : "";
  return [`slower than predicted: ${few.join(", ")}${rest}; what is tried again, or meets others on its way that come later than planned, takes longer`];
}

/** Hosts that the plan touched first: the others are as they are. */
function peaksOf({ result, made }: SimulationReport, { paint, columns, full }: SimulationView): string {
  const hosts = new Map(made.scenario.fleet.hosts.map((host) => [host.id, host]));
  const rows = result.hosts.flatMap((host) => {
    const [use] = host.uses;
    if (use === undefined || use.duringPlans === null || use.capacity === null) return [];
    const capacity = hosts.get(host.host)?.capacity ?? {};
    const memory = host.promisedDuringPlans["memoryMiB"] ?? 0;
    return [[host.host, useBar(use.duringPlans, use.capacity, paint), capacity["memoryMiB"] === undefined ? "-" : useBar(memory, capacity["memoryMiB"], paint)]];
  });
  if (rows.length === 0) return "";
  const shown = full ? rows : rows.slice(0, 30);
  const rest = rows.length > shown.length ? `\n  ... and ${rows.length - shown.length} more (--full shows them)` : "";
  return `${renderTable([{ head: "host" }, { head: "peak of processors during plans" }, { head: "memory promised at most" }], shown, columns)}${rest}\n`;
}
