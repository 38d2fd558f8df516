import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Plan } from "../../model/plan.ts";
import { keptLine, onceMicros, standstillMs, varianceOf, type CostReport, type Step, type Variance, type VarianceKind } from "../../reports/index.ts";
import { usageProblem } from "../failed.ts";
import { hasErrors, type Ready } from "../prepare.ts";
import { momentMs } from "../simulation-load.ts";
import { carriedOut, type Carried } from "./carried-out.ts";
import { costOver, loadFor, ofAnotherFleet, stepsOf } from "./cost-input.ts";
import type { CostOptions } from "./cost-options.ts";
import type { MadeCost } from "./made-cost.ts";
import { planProblems } from "./plan-checks.ts";
import { settledSteps, thenOn, type ThenOn } from "./plan-then-on.ts";

/** What a plan costs and saves in a period, and what it cost in fact. */
export interface PlanCostReport {
  readonly plan: Plan;
  readonly kind: VarianceKind;
  /** When the plan is taken to begin: when it is said to, else when it was begun in fact, else with the period. */
  readonly plannedFromMs: number;
  readonly without: MadeCost;
  readonly planned: MadeCost;
  readonly saving: Variance;
  readonly thenOn: ThenOn;
  /** What carrying the data of its moves costs, in the period or not. */
  readonly onceMicros: bigint;
  /** How long workloads stand still in the course of the plan, added up. */
  readonly standstillMs: number;
  /** Null before anything has been carried out. */
  readonly actual: (Pick<Carried, "beganMs" | "actions" | "ended"> & { readonly cost: MadeCost; readonly variance: Variance; readonly standstillMs: number }) | null;
}

/** Costs a period as it would be without the plan, as the plan says, with the plan done before it, and as it was. */
export async function planCost(
  ready: Ready, plan: Plan, options: CostOptions & { readonly journal?: string }, kind: VarianceKind,
): Promise<{ readonly report: PlanCostReport | null; readonly diagnostics: readonly Diagnostic[] }> {
  const other = ofAnotherFleet(plan, ready);
  if (other.length > 0) return { report: null, diagnostics: other };
  const { carried, diagnostics: read } = options.journal === undefined ? { carried: null, diagnostics: [] } : await carriedOut(plan, options.journal);
  if (hasErrors(read)) return { report: null, diagnostics: read };
  const { made: load, diagnostics } = await loadFor(ready, options);
  if (load === null) return { report: null, diagnostics };
  if (carried !== null && !load.hasDate) return { report: null, diagnostics: [...read, ...diagnostics, usageProblem("Nothing says when the load was; an execution has a date.", "Give --from and --to, or a scenario with asOf.")] };
  const without = costOver(ready, options, load, null, []);
  const plannedFromMs = beginningOf(options.planAt, carried, load.period.startMs);
  const all = [...read, ...diagnostics, ...planProblems(plan, ready, without, { atMs: plannedFromMs, asExecuted: carried !== null && options.planAt === undefined })];
  if (hasErrors(all)) return { report: null, diagnostics: all };
  const steps = stepsOf(plan, plannedFromMs);
  const planned = costOver(ready, options, load, plan, steps);
  const cost = carried === null ? null : costOver(ready, options, load, plan, carried.steps);
  return {
    diagnostics: all,
    report: {
      plan, kind, plannedFromMs, without, planned, saving: differenceOf(without, planned, kind), thenOn: thenOn({ index: ready.index, plan, without, settled: costOver(ready, options, load, plan, settledSteps(plan, load.period)) }),
      onceMicros: onceMicros(ready.index, steps), standstillMs: standstillIn(ready, steps, plannedFromMs + plan.makespanMs),
      actual: cost === null || carried === null ? null : { ...carried, cost, variance: differenceOf(planned, cost, kind), standstillMs: standstillIn(ready, [...carried.steps, ...carried.startedByOthers], carried.lastMs) },
    },
  };
}

/** Beside what was done, a plan begins when that did: a later beginning is no saving, and an earlier one no loss. */
function beginningOf(planAt: CostOptions["planAt"], carried: Carried | null, startMs: number): number {
  if (planAt !== undefined) return momentMs(planAt, startMs);
  return carried?.beganMs ?? startMs;
}

function standstillIn({ index }: Ready, steps: readonly Step[], endMs: number): number {
  return standstillMs(steps, endMs, (workload) => index.workloads[index.workloadIndex.get(workload) ?? -1]?.desired === "running");
}

function differenceOf(a: MadeCost, b: MadeCost, kind: VarianceKind): Variance {
  return varianceOf(side(a.cost), side(b.cost), kind);
}

function side({ lines, finance }: CostReport): Parameters<typeof varianceOf>[0] {
  return { lines: lines.map((line) => keptLine(line, finance.teamLabel)), policies: [] };
}
