import type { Diagnostic } from "../model/diagnostic.ts";
import type { Plan } from "../model/plan.ts";
import type { Moment, PlanRequestSettings } from "../model/simulation.ts";
import { planScenario } from "../planner/index.ts";
import { verifyPlan, type Verification } from "../policies/index.ts";
import type { Ready } from "./prepare.ts";
import { momentMs } from "./simulation-load.ts";
import { problemIn } from "./simulation-problem.ts";

/** A plan that there is, or one that is made as asked. */
export type PlanSource = { readonly plan: Plan; readonly at: Moment } | { readonly make: PlanRequestSettings };

/** What is asked for when nobody says how. */
export const defaultPlanRequest: PlanRequestSettings = { at: { kind: "after", ms: 0 }, mode: "optimise", engine: "auto", seed: 1, iterations: 100_000 };

/** A plan that a simulation carries out. The verifier has replayed it. */
export interface CarriedPlan {
  readonly plan: Plan;
  readonly atMs: number;
  readonly verification: Verification;
}

interface Carried {
  readonly carried: CarriedPlan | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** The plan that is asked for, or that of the section, verified from its own beginning on. */
export async function carriedPlan(ready: Ready, source: PlanSource | null | undefined, section: PlanRequestSettings | null, startMs: number, hasDate: boolean): Promise<Carried> {
  const asked = source === undefined ? (section === null ? null : { make: section }) : source;
  if (asked === null) return { carried: null, diagnostics: [] };
  const at = "plan" in asked ? asked.at : asked.make.at;
  const beginsMs = momentMs(at, startMs);
  const startsAtMs = hasDate ? beginsMs : null;
  const plan = "plan" in asked ? asked.plan : await madePlan(ready, asked.make, startsAtMs);
  const verification = verifyPlan({ index: ready.index, constraints: ready.constraints, plan, startsAtMs });
  if (!verification.ok) {
    const why = verification.problems[0] ?? verification.violations[0]?.words;
    return { carried: null, diagnostics: [problemIn("not-allowed", "plan", `the plan is refused${why === undefined ? "" : `: ${why.replace(/\.$/, "")}`}`, "See `stowage verify PLAN FILES`; begin it at another time, or make another one.")] };
  }
  return { carried: { plan, atMs: beginsMs - startMs, verification }, diagnostics: [] };
}

/** With work limits only, so that the plan does not depend on the machine. */
async function madePlan({ scenario, index, constraints }: Ready, { mode, engine, seed, iterations }: PlanRequestSettings, startsAtMs: number | null): Promise<Plan> {
  return planScenario({
    scenario, index, constraints, mode, engine, seed, iterations, startsAtMs, timeMs: 600_000, clock: { nowMs: () => 0 }, stopped: () => false,
  });
}
