import type { FleetIndex } from "../../model/snapshot.ts";
import type { Scenario } from "../../model/scenario.ts";
import { fleetAfterLoss, movesOfPlan, type RowMove } from "../../simulator/index.ts";
import { planAnswer } from "../replan.ts";

/** What may fail together: its name, and its hosts as numbers. */
export interface LossScope {
  readonly name: string;
  readonly hosts: readonly number[];
}

/** What the planner does about a loss. Plain data. */
export interface LossAnswer {
  readonly moves: readonly RowMove[];
  /** Why workloads find no place, by their ids. */
  readonly reasons: Readonly<Record<string, readonly string[]>>;
  /** How long its actions take, as the schedule estimates. */
  readonly makespanMs: number;
  /** The verifier did not believe the answer, so that nothing is done. */
  readonly refused: boolean;
}

/** Asks the planner about one loss, as a simulation would in the middle of it. */
export async function answerOf(scenario: Scenario, index: FleetIndex, { name, hosts }: LossScope, startMs: number | null): Promise<LossAnswer> {
  const plan = await planAnswer(scenario, { atMs: 0, why: [`${name} failed`], fleet: fleetAfterLoss(index, hosts) }, startMs);
  if (plan === null) return { moves: [], reasons: {}, makespanMs: 0, refused: true };
  return {
    moves: movesOfPlan(index, plan.actions), makespanMs: plan.makespanMs, refused: false,
    reasons: Object.fromEntries(plan.unplaced.map(({ workload, reasons }) => [workload, reasons])),
  };
}
