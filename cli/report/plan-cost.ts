import { readJournal } from "../../executor/index.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { ActionId } from "../../model/ids.ts";
import type { Plan, PlannedAction } from "../../model/plan.ts";
import { keptLine, onceMicros, varianceOf, type CostReport, type Step, type Variance, type VarianceKind } from "../../reports/index.ts";
import { usageProblem } from "../failed.ts";
import { hasErrors, type Ready } from "../prepare.ts";
import { momentMs } from "../simulation-load.ts";
import { costOver, loadFor, ofAnotherFleet, stepsOf } from "./cost-input.ts";
import type { CostOptions } from "./cost-options.ts";
import type { MadeCost } from "./made-cost.ts";
import { planProblems } from "./plan-checks.ts";
import { settledSteps, thenOn, type ThenOn } from "./plan-then-on.ts";

/** How an action of a plan went: when it was to take so long, and how long it took. */
export interface ActionRecord {
  readonly planned: PlannedAction;
  readonly estimateMs: number;
  /** Null when it was not done. */
  readonly tookMs: number | null;
  readonly because: string;
}

/** What a plan costs and saves in a period, and what it cost in fact. */
export interface PlanCostReport {
  readonly plan: Plan;
  readonly kind: VarianceKind;
  readonly without: MadeCost;
  readonly planned: MadeCost;
  readonly saving: Variance;
  readonly thenOn: ThenOn;
  /** What carrying the data of its moves costs, in the period or not. */
  readonly onceMicros: bigint;
  readonly downtimeSeconds: number;
  /** Null before anything has been carried out. */
  readonly actual: { readonly cost: MadeCost; readonly variance: Variance; readonly actions: readonly ActionRecord[]; readonly ended: string | null } | null;
}

/** What an execution has written down: what was done when, and why it ended; null while it goes on. */
interface Carried {
  readonly steps: readonly Step[];
  readonly actions: readonly ActionRecord[];
  readonly ended: string | null;
}

/** Costs a period as it would be without the plan, as the plan says, with the plan done before it, and as it was. */
export async function planCost(
  ready: Ready, plan: Plan, options: CostOptions & { readonly journal?: string }, kind: VarianceKind,
): Promise<{ readonly report: PlanCostReport | null; readonly diagnostics: readonly Diagnostic[] }> {
  const other = ofAnotherFleet(plan, ready);
  if (other.length > 0) return { report: null, diagnostics: other };
  const carried = options.journal === undefined ? { carried: null, diagnostics: [] } : await carriedOut(plan, options.journal);
  if (hasErrors(carried.diagnostics)) return { report: null, diagnostics: carried.diagnostics };
  const { made: load, diagnostics } = await loadFor(ready, options);
  if (load === null) return { report: null, diagnostics };
  const without = costOver(ready, options, load, null, []);
  const atMs = momentMs(options.planAt ?? { kind: "after", ms: 0 }, without.cost.period.startMs);
  const all = [...diagnostics, ...planProblems(plan, ready, without, atMs)];
  if (hasErrors(all)) return { report: null, diagnostics: all };
  const planned = costOver(ready, options, load, plan, stepsOf(plan, atMs));
  const actual = carried.carried === null ? null : costOver(ready, options, load, plan, carried.carried.steps);
  return {
    diagnostics: all,
    report: {
      plan, kind, without, planned, saving: differenceOf(without, planned, kind), thenOn: thenOn({ index: ready.index, plan, without, settled: costOver(ready, options, load, plan, settledSteps(plan, without.cost.period)) }),
      onceMicros: onceMicros(ready.index, stepsOf(plan, atMs)), downtimeSeconds: downtimeOf(ready, plan),
      actual: actual === null || carried.carried === null ? null : { cost: actual, variance: differenceOf(planned, actual, kind), actions: carried.carried.actions, ended: carried.carried.ended },
    },
  };
}

function differenceOf(a: MadeCost, b: MadeCost, kind: VarianceKind): Variance {
  return varianceOf(side(a.cost), side(b.cost), kind);
}

function side({ lines, finance }: CostReport): Parameters<typeof varianceOf>[0] {
  return { lines: lines.map((line) => keptLine(line, finance.teamLabel)), policies: [] };
}

/** How long workloads do not serve, one after the other, because they are moved while they stand still. */
function downtimeOf({ index }: Ready, { moves }: Plan): number {
  return moves.filter(({ how }) => how === "cold").reduce((sum, { workload }) => {
    const what = index.workloads[index.workloadIndex.get(workload) ?? -1];
    return sum + ((what?.stopMs ?? 0) + (what?.startMs ?? 0)) / 1000;
  }, 0);
}

async function carriedOut(plan: Plan, path: string): Promise<{ readonly carried: Carried | null; readonly diagnostics: readonly Diagnostic[] }> {
  const { entries, diagnostics } = await readJournal(path);
  if (hasErrors(diagnostics)) return { carried: null, diagnostics };
  const [first] = entries;
  if (first?.event.kind !== "began") return { carried: null, diagnostics: [...diagnostics, usageProblem(`File ${path} is no journal of an execution, or has no entry yet.`, "Name the file journal of an execution's folder.")] };
  if (first.event.digest !== plan.digest) {
    return { carried: null, diagnostics: [...diagnostics, usageProblem(`The journal ${path} is of plan ${first.event.digest.slice(0, 12)}, not of ${plan.digest.slice(0, 12)}.`, "Name the journal of this plan's execution, or the plan that was carried out.")] };
  }
  const known = new Map<ActionId, PlannedAction>(first.event.actions.map((action) => [action.id, action]));
  const began = new Map<ActionId, number>();
  const steps: Step[] = [];
  const done = new Map<ActionId, number>();
  const because = new Map<ActionId, string>();
  let ended: string | null = null;
  for (const { event } of entries) {
    const atMs = event.at.utcMs;
    if (event.kind === "turnedBack") for (const action of event.actions) known.set(action.id, action);
    else if (event.kind === "dispatched") began.set(event.action, atMs);
    else if (event.kind === "failed") because.set(event.action, event.because);
    else if (event.kind === "ended") ended = event.because === "" ? "carried out" : event.because;
    else if (event.kind === "succeeded") {
      const [planned, beganMs] = [known.get(event.action), began.get(event.action) ?? atMs];
      if (planned === undefined) continue;
      steps.push({ action: planned.action, beganMs, endedMs: atMs });
      done.set(event.action, Math.max(0, atMs - beganMs));
    }
  }
  const actions = [...known.values()].map((planned): ActionRecord => ({
    planned, estimateMs: planned.endMs - planned.startMs, tookMs: done.get(planned.id) ?? null, because: done.has(planned.id) ? "" : because.get(planned.id) ?? "not begun",
  }));
  return { carried: { steps, actions, ended }, diagnostics };
}
