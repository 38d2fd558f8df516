import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Fleet } from "../../model/fleet.ts";
import type { PolicyDocument } from "../../model/policy.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { figuresOf, placedByPlan, placedNow, type Figures, type SizeAdvice } from "../../reports/index.ts";
import { applyChanges, type ChangeDocument } from "../../scenarios/index.ts";
import { instantMs } from "../instant.ts";
import { hasErrors, type Ready } from "../prepare.ts";

/** One way to run the fleet, in figures. */
export interface EffectRow {
  readonly name: "today" | "planned" | "planned with these sizes";
  readonly figures: Figures;
  /** Workloads that a plan would move; null for today. */
  readonly moved: number | null;
  /** Workloads that should run and have no place. */
  readonly unplaced: number;
}

/** What the advice is worth: the same fleet today, planned as it is, and planned with the advised sizes. */
export interface SizeEffect {
  readonly rows: readonly EffectRow[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface EffectSettings {
  readonly seed: number;
  readonly iterations: number;
}

/** The advice as changes that a scenario may list; workloads of one size together. */
export function sizeChanges(sizes: readonly SizeAdvice[]): readonly ChangeDocument[] {
  const byWorkload = new Map<string, Record<string, number>>();
  for (const { workload, resource, advice, advised } of sizes) {
    if (advice === "grow" || advice === "shrink") byWorkload.set(workload, { ...byWorkload.get(workload), [resource]: advised });
  }
  const bySize = new Map<string, { readonly reservation: Readonly<Record<string, number>>; readonly workloads: string[] }>();
  for (const [workload, reservation] of byWorkload) {
    const key = JSON.stringify(reservation);
    const known = bySize.get(key);
    if (known === undefined) bySize.set(key, { reservation, workloads: [workload] });
    else known.workloads.push(workload);
  }
  return [...bySize.values()].map(({ reservation, workloads }) => ({ resizeWorkloads: { workloads, reservation } }));
}

/** Plans twice with the same work and seed, so that the difference is that of the sizes. */
export async function sizeEffect(ready: Ready, sizes: readonly SizeAdvice[], settings: EffectSettings): Promise<SizeEffect> {
  const { scenario: { fleet, policies } } = ready;
  const resized = applyChanges(fleet, policies, sizeChanges(sizes));
  const planned = await planOf(ready, fleet, policies, settings);
  const smaller = await planOf(ready, resized.fleet, resized.policies, settings);
  const today: EffectRow = { name: "today", figures: figuresOf(placedNow(indexFleet(fleet))), moved: null, unplaced: fleet.workloads.filter(({ host, desired }) => host === null && desired === "running").length };
  return {
    rows: [today, ...planned.row === null ? [] : [{ ...planned.row, name: "planned" as const }], ...smaller.row === null ? [] : [{ ...smaller.row, name: "planned with these sizes" as const }]],
    diagnostics: [...resized.diagnostics, ...planned.diagnostics, ...smaller.diagnostics],
  };
}

/** A plan that the verifier accepts; no row when it does not, which is told. */
async function planOf({ scenario }: Ready, fleet: Fleet, policies: readonly PolicyDocument[], { seed, iterations }: EffectSettings): Promise<{ readonly row: Omit<EffectRow, "name"> | null; readonly diagnostics: readonly Diagnostic[] }> {
  const whole = { ...scenario, fleet, policies };
  const index = indexFleet(fleet);
  const startsAtMs = instantMs(scenario.asOf);
  const { constraints, diagnostics } = await compilePolicies(whole, index, { lint: false });
  if (hasErrors(diagnostics)) return { row: null, diagnostics };
  const plan = await planScenario({
    scenario: whole, index, constraints, mode: "optimise", engine: "search", seed, timeMs: 600_000, iterations, clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs,
  });
  if (!verifyPlan({ index, constraints, plan, startsAtMs }).ok) {
    return { row: null, diagnostics: [{ code: "contradiction", severity: "warning", file: null, line: null, column: null, path: "", message: "No plan that the verifier accepts was found, so its effect is not shown.", advice: "`stowage plan` says what stands in the way." }] };
  }
  const moved = plan.target.filter(({ workload, host }) => {
    const w = index.workloads[index.workloadIndex.get(workload) ?? -1];
    return w !== undefined && w.host !== null && w.host !== host;
  }).length;
  return { row: { figures: figuresOf(placedByPlan(index, plan)), moved, unplaced: plan.unplaced.length }, diagnostics: [] };
}
