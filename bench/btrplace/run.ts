import type { Clock } from "../../model/clock.ts";
import type { Plan } from "../../model/plan.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario, type PlanRequest } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { fewestMoves } from "./bound.ts";
import { InstanceFault, readInstance } from "./read.ts";
import { faultsOf } from "./replay.ts";
import { scenarioOf } from "./scenario.ts";
import { allAtOnce, spanOf, timed, type Span, type TimedAction } from "./timing.ts";

/** How an instance is planned. */
export interface RunOptions {
  readonly seed: number;
  readonly timeMs: number;
  readonly clock: Clock;
  /** Told how long each stage took. */
  readonly stage?: (name: string) => void;
}

/** The plan of an instance and what it is worth. */
export interface RunResult {
  readonly nodes: number;
  readonly vms: number;
  readonly constraints: number;
  readonly ignoredViews: readonly string[];
  /** From the start of the run, before the text was parsed. */
  readonly firstValidMs: number | null;
  readonly verifiedMs: number;
  readonly moves: number;
  readonly fewestMoves: number;
  /** What the planner has proved that no plan can be below; 0 when it has proved nothing. */
  readonly provedMoves: number;
  readonly starts: number;
  readonly span: Span;
  readonly atOnce: Span;
  readonly actions: readonly TimedAction[];
  /** Why the plan is none; empty when all is well. */
  readonly faults: readonly string[];
}

/**
 * Reads, plans, verifies, replays. The first plan is what construction and repair alone give; when it is as good as any
 * plan can be, that is the answer, else the search goes on from the beginning with the time that is left.
 */
export async function runInstance(name: string, text: string, { seed, timeMs, clock, stage = () => {} }: RunOptions): Promise<RunResult> {
  const beganMs = clock.nowMs();
  const instance = readInstance(text);
  stage("read");
  const converted = scenarioOf(name, instance);
  const { scenario } = converted;
  const index = indexFleet(scenario.fleet);
  stage("convert");
  const { constraints, diagnostics } = await compilePolicies(scenario, index, { lint: false });
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new InstanceFault(`${error.path}: ${error.message}`);
  stage("compile");
  const bound = fewestMoves(instance);
  const ask = async (effort: Pick<PlanRequest, "engine" | "iterations">): Promise<Answer> => {
    const plan = await planScenario({
      scenario, index, constraints, mode: "repair", seed, timeMs: Math.max(1000, timeMs - (clock.nowMs() - beganMs)),
      ...effort, clock, stopped: () => false, startsAtMs: null,
    });
    stage("plan");
    const verification = verifyPlan({ index, constraints, plan, startsAtMs: null });
    stage("verify");
    const actions = timed(plan, instance, converted);
    const faults = [
      ...shortfalls(plan), ...verification.problems, ...verification.violations.map(({ words, before }) => `${words}${before ? " (as before the plan)" : ""}`),
      ...faultsOf(instance, actions),
    ];
    stage("replay");
    const provedMoves = plan.levels.find(({ name }) => name === "moves")?.bound ?? 0;
    return { actions, faults, provedMoves, moves: plan.moves.filter(({ how }) => how === "live" || how === "cold").length, span: spanOf(actions), atOnce: allAtOnce(actions) };
  };
  const first = await ask({ engine: "search", iterations: 0 });
  const firstMs = clock.nowMs() - beganMs;
  const best = isBest(first, bound) || firstMs > timeMs ? first : better(first, await ask({ engine: "auto" }));
  const verifiedMs = clock.nowMs() - beganMs;
  return {
    nodes: instance.nodes.length, vms: instance.vms.length, constraints: instance.constraints.length, ignoredViews: instance.ignoredViews,
    firstValidMs: first.faults.length === 0 ? firstMs : best.faults.length === 0 ? verifiedMs : null, verifiedMs,
    fewestMoves: bound, starts: best.actions.filter(({ kind }) => kind === "boot" || kind === "resume").length, ...best,
  };
}

type Answer = Pick<RunResult, "actions" | "faults" | "moves" | "provedMoves" | "span" | "atOnce">;

/** Nothing can be better: as few moves as any plan needs, and none waits. */
function isBest({ faults, moves, span, atOnce }: Answer, bound: number): boolean {
  return faults.length === 0 && moves === bound && span.sumOfEnds === atOnce.sumOfEnds;
}

function better(a: Answer, b: Answer): Answer {
  const rank = ({ faults, moves, span }: Answer): readonly number[] => [faults.length, moves, span.sumOfEnds, span.makespan];
  const [of, to] = [rank(a), rank(b)];
  const first = of.findIndex((value, i) => value !== to[i]);
  return first < 0 || (of[first] ?? 0) <= (to[first] ?? 0) ? a : b;
}

function shortfalls({ unplaced, unreached, levels }: Plan): readonly string[] {
  const broken = levels.find(({ name }) => name === "broken musts")?.after ?? 0;
  return [
    ...(broken > 0 ? [`${broken} broken musts are left`] : []),
    ...unplaced.map(({ workload, reasons }) => `${workload} is nowhere: ${reasons[0] ?? "no reason known"}`),
    ...unreached.map(({ workload, because }) => `${workload} does not arrive: ${because}`),
  ];
}
