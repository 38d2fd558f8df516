import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Plan } from "../../model/plan.ts";
import type { Moment } from "../../model/simulation.ts";
import { canonicalJson, sha256 } from "../../policies/index.ts";
import { chargeLines, courseOf, type CostReport, type Step } from "../../reports/index.ts";
import { simulationOptionsOf } from "../load-options.ts";
import { usageProblem } from "../failed.ts";
import { readPlanFile } from "../plan-file.ts";
import { hasErrors, type Ready } from "../prepare.ts";
import { momentMs } from "../simulation-load.ts";
import { costLoad, type CostLoad } from "./cost-load.ts";
import { financeWith, wantedPeriod, type CostOptions } from "./cost-options.ts";
import type { MadeCost } from "./made-cost.ts";
import { planProblems } from "./plan-checks.ts";

export interface CostOutcome {
  readonly made: MadeCost | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** From a prepared scenario to the charge lines of a period. */
export async function costReportOf(ready: Ready, options: CostOptions): Promise<CostOutcome> {
  const read = options.plan === undefined ? { plan: null, diagnostics: [] } : await readPlanFile(options.plan);
  if (hasErrors(read.diagnostics)) return { made: null, diagnostics: read.diagnostics };
  const { plan } = read;
  const other = plan === null ? [] : ofAnotherFleet(plan, ready);
  if (other.length > 0) return { made: null, diagnostics: other };
  if (plan === null) return costWith(ready, options, null, () => []);
  const atMs = ({ startMs }: CostReport["period"]): number => momentMs(options.planAt ?? { kind: "after", ms: 0 } satisfies Moment, startMs);
  const { made, diagnostics } = await costWith(ready, options, plan, (period) => stepsOf(plan, atMs(period)));
  if (made === null) return { made, diagnostics };
  const all = [...diagnostics, ...planProblems(plan, ready, made, { atMs: atMs(made.cost.period), asExecuted: false })];
  return { made: hasErrors(all) ? null : made, diagnostics: all };
}

/** The same with steps that are made once the period is known. */
export async function costWith(
  ready: Ready, options: CostOptions, plan: Plan | null, stepsIn: (period: CostReport["period"]) => readonly Step[],
): Promise<CostOutcome> {
  const { made: load, diagnostics } = await loadFor(ready, options);
  return { made: load === null ? null : costOver(ready, options, load, plan, stepsIn(load.period)), diagnostics };
}

/** The load of the period that the options name: read once, however often the period is costed. */
export async function loadFor(ready: Ready, options: CostOptions): ReturnType<typeof costLoad> {
  const { made, diagnostics } = await costLoad(ready, wantedPeriod(options), simulationOptionsOf(options));
  return { made: hasErrors(diagnostics) ? null : made, diagnostics };
}

/** What the period of a load costs with these steps. */
export function costOver(
  ready: Ready, options: CostOptions, { period, measured, applicationUse, hasDate }: CostLoad, plan: Plan | null, steps: readonly Step[],
): MadeCost {
  const { index, constraints, scenario } = ready;
  const cost = chargeLines({
    index, constraints, period, measured, applicationUse, finance: financeWith(scenario.finance, options.share), course: courseOf(index, period, steps),
  });
  return { scenario: scenario.name, title: scenario.title, cost, hasDate, plan, policies: policiesOf(ready) };
}

/** A plan places workloads on hosts: where one of them is unknown, it was made for another fleet, and costs nothing here. */
export function ofAnotherFleet({ digest, target }: Plan, { index, scenario }: Ready): readonly Diagnostic[] {
  const stranger = target.find(({ workload, host }) => !index.workloadIndex.has(workload) || !index.hostIndex.has(host));
  if (stranger === undefined) return [];
  const what = index.workloadIndex.has(stranger.workload) ? `host ${stranger.host}` : `workload ${stranger.workload}`;
  return [usageProblem(`Plan ${digest.slice(0, 12)} is of another fleet: ${scenario.name} has no ${what}.`, "Name the files that it was made of.")];
}

/** Rules about places that bind, by their meaning. */
function policiesOf({ scenario, constraints, index }: Ready): MadeCost["policies"] {
  return scenario.policies.filter(({ enabled, strength }) => enabled && strength !== "audit").map((policy) => {
    const { title: _title, why: _why, tests: _tests, ...meaning } = policy;
    const about = constraints.filter((constraint) => constraint.policy === policy.id).map(({ workloads }) => workloads);
    const members = about.includes(null) ? null : [...new Set(about.flatMap((some) => [...some ?? []]))].sort((a, b) => a - b).flatMap((w) => index.workloads[w]?.id ?? []);
    return { id: policy.id, digest: sha256(canonicalJson(meaning)), workloads: members };
  });
}

/** The actions of a plan at the times that it predicts. */
export function stepsOf({ actions }: Plan, atMs: number): readonly Step[] {
  return actions.map(({ action, startMs, endMs }) => ({ action, beganMs: atMs + startMs, endedMs: atMs + endMs }));
}
