import { billKinds, billTotal, type BillKind } from "../../reports/index.ts";
import { formatDuration, formatMeasured } from "../render/duration.ts";
import { hoursPerMonth } from "../render/money.ts";
import type { ActionRecord } from "./carried-out.ts";
import { money } from "./cost-view.ts";
import type { PlanCostReport } from "./plan-cost.ts";
import { apartBy } from "./plan-then-on.ts";
import { signed } from "./variance-view.ts";

/** `12.30 EUR a month less`, or more: by the lines of the report. */
export function savingWords({ plan, thenOn }: PlanCostReport): string {
  return monthWords(billTotal(thenOn.monthly), plan.currency);
}

function monthWords(micros: bigint, currency: string): string {
  if (micros === 0n) return "the same every month";
  return `${money(micros > 0n ? micros : -micros)} ${currency} a month ${micros > 0n ? "more" : "less"}`;
}

/** What is paid for, in the words of the explanation. */
export const kindWords: Readonly<Record<BillKind, string>> = {
  hosts: "hosts", compute: "processors and memory", power: "power as used", storage: "storage", traffic: "traffic as measured", licences: "licences",
};

/** What the planner expected instead, and by what that is apart; what would round to nothing is left out. */
export function expectedWords({ plan, thenOn }: PlanCostReport): string {
  const { byKind, otherwise } = apartBy(thenOn);
  const apart = [
    ...billKinds.map((kind) => ({ words: kindWords[kind], micros: byKind[kind] })), { words: "other prices or places when it was made", micros: otherwise },
  ].filter(({ micros }) => signed(micros) !== "-");
  if (apart.length === 0) return "as the planner expects";
  return `the planner expects ${monthWords(thenOn.statedMicros, plan.currency)}, apart by ${apart.map(({ words, micros }) => `${words} ${signed(micros)}`).join(", ")}`;
}

/** When the data that are carried have been paid for by what is saved. */
export function paybackWords({ onceMicros, thenOn }: PlanCostReport): string {
  const saving = -billTotal(thenOn.monthly);
  if (onceMicros <= 0n) return "nothing to pay back";
  if (saving <= 0n) return "never: it saves nothing";
  return `after ${formatDuration(Number((onceMicros * hoursPerMonth * 3_600_000n) / saving))}`;
}

/** How long workloads do not run while it is carried out; pauses of live moves are not in it. */
export function standstillWords({ standstillMs }: Pick<PlanCostReport, "standstillMs">): string {
  return standstillMs === 0 ? "no workload is stopped" : `workloads stand still for ${formatDuration(standstillMs)} in all`;
}

/** When it was begun, when it is counted from beside that, and how long workloads stood still in fact. */
export function beginningWords({ plannedFromMs, standstillMs }: PlanCostReport, actual: NonNullable<PlanCostReport["actual"]>): string {
  const from = plannedFromMs === actual.beganMs ? "the plan is counted from then on" : `the plan is counted from ${secondWords(plannedFromMs)} on`;
  const still = standstillMs === 0 && actual.standstillMs === 0 ? "" : `; workloads stood still for ${formatMeasured(actual.standstillMs)} in all, ${formatDuration(standstillMs)} planned`;
  return `begun at ${secondWords(actual.beganMs)}, and ${from}${still}`;
}

function secondWords(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Done of all, and how much longer or shorter than planned that took. */
export function recordWords(actions: readonly ActionRecord[]): string {
  const done = actions.filter(({ tookMs }) => tookMs !== null);
  const [took, estimate] = [done.reduce((sum, { tookMs }) => sum + (tookMs ?? 0), 0), done.reduce((sum, { estimateMs }) => sum + estimateMs, 0)];
  const difference = took - estimate;
  const than = difference === 0 || done.length === 0 ? "" : `; they took ${formatMeasured(Math.abs(difference))} ${difference > 0 ? "longer" : "less"} than planned`;
  return `${done.length} of ${actions.length} actions done${than}`;
}
