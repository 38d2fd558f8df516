import type { Clock } from "../model/clock.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Mode, Plan } from "../model/plan.ts";
import { planScenario, type EngineChoice, type PlanRequest } from "../planner/index.ts";
import { verifyPlan, type Verification } from "../policies/index.ts";
import { figuresOf, placedByPlan, placedNow, type Figures } from "../reports/index.ts";
import { bestWords } from "./best-so-far.ts";
import { usageProblem } from "./failed.ts";
import { instantMs } from "./instant.ts";
import { prepare, type Input, type Ready } from "./prepare.ts";
import { overflowProblem } from "./score-overflow.ts";

/** Everything that determines a plan. Plain data, so that a worker can be given it. */
export interface PlanJob {
  readonly input: Input;
  readonly mode: Mode;
  readonly engine: EngineChoice;
  readonly seed: number;
  readonly timeMs: number;
  readonly iterations: number | null;
}

/** A plan that has been verified, and what it changes. Plain data. */
export interface PlanReport {
  readonly plan: Plan;
  readonly verification: Verification;
  readonly before: Figures;
  readonly after: Figures;
  readonly changes: readonly string[];
}

/** The report, or the reasons why there is none. */
export interface PlanOutcome {
  readonly report: PlanReport | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** What the planner is doing, now and then. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** The best placement known so far, in words; null while there is none. */
  readonly best: string | null;
}

/** Where the planner asks for the time, asks whether to stop, and says how far it is. */
export interface PlanHooks {
  readonly clock: Clock;
  readonly stopped: () => boolean;
  readonly progress: (progress: Progress) => void;
}

/** From files to a verified plan. The plan is not believed: it is replayed by the verifier before anybody sees it. */
export async function makePlan(job: PlanJob, hooks: PlanHooks): Promise<PlanOutcome> {
  hooks.progress({ stage: "load", done: 0, total: 1, best: null });
  const { ready, diagnostics, locate } = await prepare(job.input);
  if (ready === null) return { report: null, diagnostics };
  if (job.mode === "evacuate" && !ready.scenario.fleet.hosts.some(({ state }) => state === "maintenance" || state === "failed")) {
    const nothing = usageProblem("--mode evacuate has no host to empty: none is in maintenance.", "Name a host with --evacuate, or put one in maintenance.");
    return { report: null, diagnostics: [...diagnostics, nothing] };
  }
  try {
    return { report: await reportOn(ready, job, hooks), diagnostics };
  } catch (error) {
    return { report: null, diagnostics: [...diagnostics, ...locate([overflowProblem(error)])] };
  }
}

async function reportOn(ready: Ready, job: PlanJob, hooks: PlanHooks): Promise<PlanReport> {
  const { scenario, index, constraints } = ready;
  const startsAtMs = instantMs(scenario.asOf);
  const plan = await planScenario({
    scenario, index, constraints, startsAtMs,
    mode: job.mode, engine: job.engine, seed: job.seed, timeMs: job.timeMs,
    ...(job.iterations === null ? {} : { iterations: job.iterations }),
    clock: hooks.clock, stopped: hooks.stopped, progress: forwardTo(hooks.progress, (score) => bestWords(score, ready, job.mode)),
  });
  hooks.progress({ stage: "verify", done: 0, total: 1, best: null });
  const verification = verifyPlan({ index, constraints, plan, startsAtMs });
  return {
    plan, verification, changes: scenario.changes,
    before: figuresOf(placedNow(index)), after: figuresOf(placedByPlan(index, plan)),
  };
}

function forwardTo(progress: PlanHooks["progress"], words: (score: ArrayLike<number> | null) => string | null): NonNullable<PlanRequest["progress"]> {
  return ({ stage, done, total, score }) => progress({ stage, done, total, best: words(score) });
}
