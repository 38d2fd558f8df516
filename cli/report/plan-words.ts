import { hoursPerMonth } from "../render/money.ts";
import { formatDuration } from "../render/duration.ts";
import { money } from "./cost-view.ts";
import type { ActionRecord, PlanCostReport } from "./plan-cost.ts";

/** What the plan saves in an hour once it is done, by its own account. */
export function savingPerHour({ plan }: PlanCostReport): bigint {
  return BigInt(plan.hourlyCostBeforeMicros) - BigInt(plan.hourlyCostAfterMicros);
}

/** `12.30 EUR a month less`, or more. */
export function savingWords(report: PlanCostReport): string {
  const month = savingPerHour(report) * hoursPerMonth;
  if (month === 0n) return "the same every month";
  return `${money(month > 0n ? month : -month)} ${report.plan.currency} a month ${month > 0n ? "less" : "more"}`;
}

/** When the data that are carried have been paid for by what is saved. */
export function paybackWords(report: PlanCostReport): string {
  const saving = savingPerHour(report);
  if (report.transferMicros <= 0n) return "nothing to pay back";
  if (saving <= 0n) return "never: it saves nothing";
  return `after ${formatDuration(Number((report.transferMicros * 3_600_000n) / saving))}`;
}

/** Done of all, and how much longer or shorter than planned that took. */
export function recordWords(actions: readonly ActionRecord[]): string {
  const done = actions.filter(({ tookMs }) => tookMs !== null);
  const [took, estimate] = [done.reduce((sum, { tookMs }) => sum + (tookMs ?? 0), 0), done.reduce((sum, { estimateMs }) => sum + estimateMs, 0)];
  const difference = took - estimate;
  const than = difference === 0 || done.length === 0 ? "" : `; they took ${formatDuration(Math.abs(difference))} ${difference > 0 ? "longer" : "less"} than planned`;
  return `${done.length} of ${actions.length} actions done${than}`;
}
