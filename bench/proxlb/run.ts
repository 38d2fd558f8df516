import type { Clock } from "../../model/clock.ts";
import type { Plan } from "../../model/plan.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { parseScenarioText } from "../../scenarios/index.ts";
import { readCase, type RuleCase } from "./case.ts";
import { shortfalls, type Answer } from "./judge.ts";
import { isBaseLoad, replay } from "./replay.ts";
import { noEasing, scenarioOf, type Easing } from "./scenario.ts";

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

interface Outcome {
  readonly answer: Answer;
  readonly verdict: string;
  readonly problems: readonly string[];
}

const nowhere: Answer = { target: null, reached: false, faults: [] };

/** As strict as the rules are read; where only a direct swap under a native rule is stuck, as that cluster does it. */
async function answerTo(ruleCase: RuleCase, options: CaseOptions): Promise<Outcome> {
  const strict = await plannedWith(ruleCase, options, noEasing);
  const { target, reached } = strict.answer;
  const swapping = target === null || reached ? new Set<string>() : nativeSwaps(ruleCase, target);
  if (swapping.size === 0) return strict;
  for (const easing of [{ park: swapping, pass: new Set<string>() }, { park: swapping, pass: swapping }]) {
    const eased = await plannedWith(ruleCase, options, easing);
    if (eased.answer.reached) return { ...eased, verdict: `${eased.verdict}, ${easing.pass.size > 0 ? "a native pair passes directly" : "a native pair parks beside its pins"}` };
  }
  return strict;
}

/** VMs that a native rule keeps apart and that would go to each other's node. */
function nativeSwaps({ vms, rules }: RuleCase, target: ReadonlyMap<string, string>): ReadonlySet<string> {
  const nodeOf = new Map(vms.map(({ name, node }) => [name, node]));
  const native = rules.apart.filter(({ hard, always }) => hard && always);
  return new Set(native.flatMap(({ vms: members }) => members.filter((vm) => target.get(vm) !== nodeOf.get(vm) &&
    members.some((other) => target.get(vm) === nodeOf.get(other) && target.get(other) === nodeOf.get(vm)))));
}

async function plannedWith(ruleCase: RuleCase, options: CaseOptions, easing: Easing): Promise<Outcome> {
  const { scenario, diagnostics } = parseScenarioText(JSON.stringify(scenarioOf(ruleCase, easing)), "rule-case.json");
  if (scenario === null) return { answer: nowhere, verdict: "refused", problems: diagnostics.map(({ path, message }) => `${path}: ${message}`) };
  const index = indexFleet(scenario.fleet);
  const { constraints, diagnostics: compiled } = await compilePolicies(scenario, index);
  const errors = compiled.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const other = errors.filter(({ code }) => code !== "policy-contradiction");
    return { answer: nowhere, verdict: `infeasible (${errors[0]?.message})`, problems: other.map(({ message }) => message) };
  }
  const plan = await planScenario({
    scenario, index, constraints, mode: "optimise", engine: "auto", startsAtMs: null, stopped: () => false, ...options,
  });
  if (plan.claim.kind === "infeasible" || plan.claim.kind === "incomplete") {
    return { answer: nowhere, verdict: `infeasible (${plan.engine}, ${plan.claim.kind === "infeasible" ? "proved" : "not proved"})`, problems: [] };
  }
  const verified = verifyPlan({ index, constraints, plan, startsAtMs: null });
  const refusals = verified.ok ? [] : ["the verifier refuses the plan", ...verified.problems, ...verified.violations.map(({ words }) => words)];
  const { placement, faults } = replay(ruleCase, plan.actions, easing);
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
  const path = reached ? `${moved} ${moved === 1 ? "VM moves" : "VMs move"} in ${steps} ${steps === 1 ? "step" : "steps"}` : `${moved} VMs would move, no path`;
  return `feasible, ${path} (${plan.engine.split(",")[0]}, ${claim})`;
}
