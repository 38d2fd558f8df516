import { hoursPerMonth } from "../../model/finance.ts";
import type { Plan } from "../../model/plan.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { billDifference, billOfLines, billOver, billTotal, expectedBill, placedByPlan, placedNow, type Bill, type Period, type Step } from "../../reports/index.ts";
import { stepsOf } from "./cost-input.ts";
import type { MadeCost } from "./made-cost.ts";

/** What changes for good, once a plan is done. */
export interface ThenOn {
  /** What the lines of the period add up to without the plan. */
  readonly before: Bill;
  /** The same with everybody where the plan brings them from its first instant on. */
  readonly after: Bill;
  /** The difference in a month of 730 hours; below zero when less is paid. */
  readonly monthly: Bill;
  /** The same as the planner expects it, by its own cost model. */
  readonly expected: Bill;
  /** The same as it stands in the plan file, which may have been made at other prices. */
  readonly statedMicros: bigint;
}

const monthMs = hoursPerMonth * 3_600_000;

/** The steps of a plan that was done before the period. */
export function settledSteps(plan: Plan, { startMs }: Period): readonly Step[] {
  const lastMs = plan.actions.reduce((last, { endMs }) => Math.max(last, endMs), 0);
  return stepsOf(plan, startMs - lastMs - 1);
}

/** The period with the plan done before it, beside the period without the plan. */
export function thenOn(
  { index, plan, without, settled }: { readonly index: FleetIndex; readonly plan: Plan; readonly without: MadeCost; readonly settled: MadeCost },
): ThenOn {
  const { startMs, endMs } = without.cost.period;
  const [before, after] = [billOfLines(without.cost.lines), billOfLines(settled.cost.lines)];
  return {
    before, after, monthly: billOver(billDifference(before, after), endMs - startMs, monthMs),
    expected: billOver(billDifference(expectedBill(placedNow(index)), expectedBill(placedByPlan(index, plan))), 1, hoursPerMonth),
    statedMicros: (BigInt(plan.hourlyCostAfterMicros) - BigInt(plan.hourlyCostBeforeMicros)) * BigInt(hoursPerMonth),
  };
}

/** By what the report and the plan file are apart, in a month: `monthly = stated + all of these`. */
export function apartBy({ monthly, expected, statedMicros }: ThenOn): { readonly byKind: Bill; readonly otherwise: bigint } {
  return { byKind: billDifference(expected, monthly), otherwise: billTotal(expected) - statedMicros };
}
