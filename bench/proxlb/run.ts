import type { Clock } from "../../model/clock.ts";
import type { Plan } from "../../model/plan.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { parseScenarioText } from "../../scenarios/index.ts";
import { readCase, type RuleCase } from "./case.ts";
import { shortfalls, type Answer } from "./judge.ts";
import { isBaseLoad, replay } from "./replay.ts";
import { scenarioOf } from "./scenario.ts";

/** The outcome of one rule case. */
export interface CaseResult {
  readonly passed: boolean;
  /** `feasible, 2 moves (exact, optimal)`. */
  readonly verdict: string;
  /** Why it failed; empty when it passed. */
  readonly shortfalls: readonly string[];
  /** Keys of the expectation that nothing checks. */
  readonly unchecked: readonly string[];
}

/** How a case is planned. */
export interface CaseOptions {
  readonly seed: number;
  readonly timeMs: number;
  readonly iterations?: number;
  readonly clock: Clock;
}

/** Converts a case, plans it, replays the plan on the case's own numbers, and compares with what the case expects. */
export async function runCase(text: string, options: CaseOptions): Promise<CaseResult> {
  let ruleCase: RuleCase;
  try {
    ruleCase = readCase(text);
  } catch (error) {
    const words = `the case cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { passed: false, verdict: "unreadable", shortfalls: [words], unchecked: [] };
  }
  const { answer, verdict, problems } = await answerTo(ruleCase, options);
  const wrong = [...problems, ...shortfalls(ruleCase, answer)];
  return { passed: wrong.length === 0, verdict, shortfalls: wrong, unchecked: ruleCase.expect.unknown };
}

const nowhere: Answer = { target: null, reached: false, faults: [] };

async function answerTo(ruleCase: RuleCase, options: CaseOptions): Promise<{ answer: Answer; verdict: string; problems: readonly string[] }> {
  const { scenario, diagnostics } = await parseScenarioText(JSON.stringify(scenarioOf(ruleCase)), "rule-case.json");
  if (scenario === null) return { answer: nowhere, verdict: "refused", problems: diagnostics.map(({ path, message }) => `${path}: ${message}`) };
  const index = indexFleet(scenario.fleet);
  const compiled = await compilePolicies(scenario, index);
  const errors = compiled.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const other = errors.filter(({ code }) => code !== "policy-contradiction");
    const [first] = errors;
    return { answer: nowhere, verdict: `infeasible (${first?.message})`, problems: other.map(({ message }) => message) };
  }
  const { constraints } = compiled;
  const plan = await planScenario({
    scenario, index, constraints, mode: "optimise", engine: "auto", startsAtMs: null, stopped: () => false, ...options,
  });
  if (plan.claim.kind === "infeasible") {
    return { answer: nowhere, verdict: `infeasible (${plan.engine}, ${plan.claim.proved ? "proved" : "not proved"})`, problems: [] };
  }
  const verified = verifyPlan({ index, constraints, plan, startsAtMs: null });
  const refusals = verified.ok ? [] : ["the verifier refuses the plan", ...verified.problems];
  const { placement, faults } = replay(ruleCase, plan.actions);
  const reached = plan.unreached.length === 0;
  const target = targetOf(ruleCase, plan, placement);
  return { answer: { target, reached, faults }, verdict: words(ruleCase, plan, target, reached), problems: refusals };
}

/** Where the moves lead, or would lead if those that are stuck were made too. */
function targetOf(ruleCase: RuleCase, plan: Plan, placement: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const target = new Map(placement);
  for (const { workload, to } of plan.unreached) if (to !== null && !isBaseLoad(ruleCase, workload)) target.set(workload, to);
  return target;
}

function words({ vms }: RuleCase, plan: Plan, target: ReadonlyMap<string, string>, reached: boolean): string {
  const moved = vms.filter(({ name, node }) => target.get(name) !== node).length;
  const steps = plan.actions.filter(({ action }) => action.kind === "migrate").length;
  const claim = plan.claim.kind === "within" ? `within ${plan.claim.permille} permille` : plan.claim.kind;
  const path = reached ? `${moved} VMs move in ${steps} steps` : `${moved} VMs would move, no path`;
  return `feasible, ${path} (${plan.engine.split(",")[0]}, ${claim})`;
}
