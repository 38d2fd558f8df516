import { hoursPerMonth } from "../../model/finance.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Plan } from "../../model/plan.ts";
import { billDifference, billOfLines, billOver, billTotal, expectedBill, placedByPlan, placedNow, type Bill } from "../../reports/index.ts";
import type { Ready } from "../prepare.ts";
import { costWith, stepsOf } from "./cost-input.ts";
import type { CostOptions } from "./cost-options.ts";
import type { MadeCost } from "./made-cost.ts";

/** What changes for good, once a plan is done. */
export interface ThenOn {
  /** The period with everybody where the plan brings them from its first instant on: lines as any cost report has them. */
  readonly settled: MadeCost;
  readonly before: Bill;
  readonly after: Bill;
  /** The difference in a month of 730 hours; below zero when less is paid. */
  readonly monthly: Bill;
  /** The same as the planner expects it, by its own cost model. */
  readonly expected: Bill;
  /** The same as it stands in the plan file, which may have been made at other prices. */
  readonly statedMicros: bigint;
}

const monthMs = hoursPerMonth * 3_600_000;

/** Costs the period once more, as if the plan had been done before it. */
export async function thenOn(
  ready: Ready, plan: Plan, options: CostOptions, without: MadeCost,
): Promise<{ readonly made: ThenOn | null; readonly diagnostics: readonly Diagnostic[] }> {
  const lastMs = plan.actions.reduce((last, { endMs }) => Math.max(last, endMs), 0);
  const { made: settled, diagnostics } = await costWith(ready, options, plan, ({ startMs }) => stepsOf(plan, startMs - lastMs - 1));
  if (settled === null) return { made: null, diagnostics };
  const { index } = ready;
  const { startMs, endMs } = without.cost.period;
  const [before, after] = [billOfLines(without.cost.lines), billOfLines(settled.cost.lines)];
  return {
    diagnostics,
    made: {
      settled, before, after, monthly: billOver(billDifference(before, after), endMs - startMs, monthMs),
      expected: billOver(billDifference(expectedBill(placedNow(index)), expectedBill(placedByPlan(index, plan))), 1, hoursPerMonth),
      statedMicros: (BigInt(plan.hourlyCostAfterMicros) - BigInt(plan.hourlyCostBeforeMicros)) * BigInt(hoursPerMonth),
    },
  };
}

/** By what the report and the plan file are apart, in a month: `monthly = stated + all of these`. */
export function apartBy({ monthly, expected, statedMicros }: ThenOn): { readonly byKind: Bill; readonly otherwise: bigint } {
  return { byKind: billDifference(expected, monthly), otherwise: billTotal(expected) - statedMicros };
}
