import type { Plan } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { defaultSimulation, type RecoverySettings } from "../model/simulation.ts";
import { indexFleet } from "../model/snapshot.ts";
import { planScenario } from "../planner/index.ts";
import { compilePolicies, verifyPlan } from "../policies/index.ts";
import type { Question, Replan } from "../simulator/index.ts";
import { hasErrors } from "./prepare.ts";

/** What the planner was asked in the middle of a simulation, and what became of its answers. */
export interface Answers {
  asked: number;
  /** Answers that the verifier refused, and that were not carried out. */
  refused: number;
  /** Workloads of all answers that found no place. */
  unplaced: number;
}

/**
 * The planner as a simulation asks it: with work limits only, so that the answer does not depend on the machine, under
 * all policies that are not set aside, and never believed before the verifier has replayed it.
 */
export function plannerOf(scenario: Scenario, startMs: number | null, answers: Answers, progress: (asked: number) => void = () => undefined): Replan | undefined {
  const { recovery } = scenario.simulation ?? defaultSimulation;
  if (recovery.mode === "none") return undefined;
  return async (question) => {
    answers.asked++;
    progress(answers.asked);
    const plan = await planAnswer(scenario, question, startMs);
    if (plan === null) {
      answers.refused++;
      return null;
    }
    answers.unplaced += plan.unplaced.length;
    return plan;
  };
}

/** One answer; null when the verifier refuses it. */
export function planAnswer(scenario: Scenario, question: Question, startMs: number | null): Promise<Plan | null> {
  const { recovery, seed } = scenario.simulation ?? defaultSimulation;
  return answerTo(question, boundBy(scenario, recovery), { ...recovery, mode: recovery.mode === "repair" ? "repair" : "place" }, seed, startMs);
}

function boundBy(scenario: Scenario, { setAside }: RecoverySettings): Scenario {
  return { ...scenario, policies: scenario.policies.filter(({ id }) => !setAside.includes(id)) };
}

async function answerTo(question: Question, scenario: Scenario, { mode, iterations }: { readonly mode: "place" | "repair"; readonly iterations: number }, seed: number, startMs: number | null): Promise<Plan | null> {
  const startsAtMs = startMs === null ? null : startMs + question.atMs;
  const asked = { ...scenario, fleet: question.fleet, asOf: startsAtMs === null ? scenario.asOf : new Date(startsAtMs).toISOString() };
  const index = indexFleet(question.fleet);
  const { constraints, diagnostics } = await compilePolicies(asked, index, { lint: false });
  if (hasErrors(diagnostics)) return null;
  const plan = await planScenario({
    scenario: asked, index, constraints, mode, engine: "search", seed, timeMs: 600_000, iterations, clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs,
  });
  return verifyPlan({ index, constraints, plan, startsAtMs }).ok ? plan : null;
}
