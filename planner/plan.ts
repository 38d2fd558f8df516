import type { Clock } from "../model/clock.ts";
import type { Claim, LevelScore, Mode, Plan, Unplaced, Unreached } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { fleetAfter } from "../model/applied.ts";
import { indexFleet, type FleetIndex } from "../model/snapshot.ts";
import { basisFacts, compilePolicies, planDigest, type Constraint } from "../policies/index.ts";
import { hourlyBill, movesOf } from "./assemble.ts";
import { buildProblem } from "./build-problem.ts";
import { exactSize, solveExactly } from "./exact/index.ts";
import { reasonsAgainst } from "./explain.ts";
import { compareScores, mustsLevel, unplacedLevel, type EngineOptions, type Problem, type Solution } from "./problem.ts";
import { schedule, type ScheduleResult } from "./schedule.ts";
import { scoreOf } from "./score.ts";
import { search } from "./search.ts";
import { settle } from "./settle.ts";

export type EngineChoice = "auto" | "exact" | "search";

export interface PlanRequest {
  readonly scenario: Scenario;
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
  readonly mode: Mode;
  readonly engine: EngineChoice;
  readonly seed: number;
  /** Wall-clock limit of one search for a placement; a safeguard that normally is not reached. */
  readonly timeMs: number;
  /** Work limit, so that the answer does not depend on the speed of the machine; by the size of the fleet when absent. */
  readonly iterations?: number;
  readonly clock: Clock;
  readonly stopped: () => boolean;
  readonly progress?: EngineOptions["progress"];
  /** When the plan will start, milliseconds since 1970 UTC; for windows. */
  readonly startsAtMs: number | null;
}

/** Up to so many binaries the exact engine is tried first when nobody chooses. */
const exactBinariesMax = 1500;
/** How many other targets are tried when a schedule reaches one not. */
const targetsMax = 6;
/** How often a target that the search found is planned again from. */
const settlingRoundsMax = 3;

/**
 * From a scenario and its constraints to a complete plan; "no solution" is an answer, never an error. What the search
 * finds is planned again from its own target until nothing moves any more, so that planning after applying moves nothing.
 */
export async function planScenario(request: PlanRequest): Promise<Plan> {
  const problem = problemOf(request);
  let reached = await reachableTarget(request, problem);
  let plan = assemble(request, problem, reached);
  for (let round = 0; round < settlingRoundsMax; round++) {
    if (plan.claim.kind === "optimal" || plan.claim.kind === "infeasible" || plan.moves.length === 0 || request.stopped()) break;
    const better = await planAgain(request, plan);
    if (better === null) break;
    const score = scoreOf(problem, better);
    if (compareScores(score, scoreOf(problem, reached.target)) >= 0) break;
    const result = scheduleTo(request, better);
    if (result.kind !== "scheduled") break;
    reached = { solution: { ...reached.solution, hostOf: better, score }, target: better, result };
    plan = assemble(request, problem, reached);
  }
  return plan;
}

/** Where the same planner would go from the plan's target; null when it would stay. */
async function planAgain(request: PlanRequest, plan: Plan): Promise<Int32Array | null> {
  const scenario = { ...request.scenario, fleet: fleetAfter(request.scenario.fleet, plan) };
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  const next = { ...request, scenario, index, constraints };
  const again = await reachableTarget(next, problemOf(next));
  const hostOf = Int32Array.from(request.index.workloads, ({ id }) => {
    const w = index.workloadIndex.get(id);
    return w === undefined ? -1 : (again.target[w] ?? -1);
  });
  const moved = index.workloads.some(({ host }, w) => (again.target[w] ?? -1) !== (host === null ? -1 : (index.hostIndex.get(host) ?? -1)));
  return moved ? hostOf : null;
}

function problemOf({ scenario, index, constraints, mode }: PlanRequest): Problem {
  return buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode });
}

function scheduleTo({ index, constraints, startsAtMs, stopped }: PlanRequest, hostOf: Int32Array): ScheduleResult {
  return schedule({ index, constraints, hostOf, startsAtMs, stopped });
}

interface Reached {
  /** The engine's answer, in which a workload may be nowhere. */
  readonly solution: Solution;
  /** The same with every workload that exists somewhere. */
  readonly target: Int32Array;
  readonly result: ScheduleResult;
}

/** Solves, schedules, and asks for another target while the one found cannot be reached. */
async function reachableTarget(request: PlanRequest, problem: Problem): Promise<Reached> {
  const forbidden: { workload: number; host: number }[] = [];
  let first: Reached | null = null;
  for (let attempt = 0; attempt < targetsMax; attempt++) {
    const solution = await solve(request, problem, forbidden);
    const target = keepTheUnplaced(problem, solution.hostOf);
    const result = scheduleTo(request, target);
    if (result.kind === "scheduled") return { solution, target, result };
    first ??= { solution, target, result };
    const unreached = result.stuck.filter(({ to }) => to >= 0).map(({ workload, to }) => ({ workload, host: to }));
    if (result.proved || unreached.length === 0 || request.stopped()) break;
    forbidden.push(...unreached);
  }
  if (first === null) throw new Error("broken invariant: no target was tried");
  return first;
}

/**
 * A workload that exists but found no place stays where it is: it is never lost. When that would make any must worse
 * than it is now, the whole fleet stays as it is.
 */
function keepTheUnplaced(problem: Problem, hostOf: Int32Array): Int32Array {
  const homeless = [...problem.wanted].filter((w) => (hostOf[w] ?? -1) < 0 && (problem.current[w] ?? -1) >= 0);
  const kept = Int32Array.from(hostOf);
  for (const w of homeless) kept[w] = problem.current[w] ?? -1;
  return worsensAMust(problem, kept) ? Int32Array.from(problem.current, (h, w) => (problem.index.workloads[w]?.desired === "removed" ? -1 : h)) : kept;
}

function worsensAMust(problem: Problem, hostOf: Int32Array): boolean {
  if ((scoreOf(problem, hostOf)[mustsLevel] ?? 0) === 0) return false;
  return settle(problem, hostOf).some(({ before, after }) => after > before);
}

async function solve(request: PlanRequest, problem: Problem, forbidden: NonNullable<EngineOptions["forbidden"]>): Promise<Solution> {
  const options: EngineOptions = {
    seed: request.seed, timeMs: request.timeMs, clock: request.clock, stopped: request.stopped, forbidden,
    iterations: request.iterations ?? defaultIterations(problem),
    ...(request.progress === undefined ? {} : { progress: request.progress }),
  };
  const size = exactSize(problem);
  if (request.engine === "search" || (request.engine === "auto" && size > exactBinariesMax)) return search(problem, options);
  const warm = search(problem, { ...options, iterations: Math.min(request.iterations ?? 50_000, 50_000) });
  if (warm.claim.kind === "optimal") return warm;
  return solveExactly(problem, { ...options, start: warm.hostOf });
}

/** Moves tried grow with the workloads, between what is enough for a rack and what a minute allows. */
function defaultIterations(problem: Problem): number {
  return Math.min(4_000_000, Math.max(200_000, 400 * problem.wanted.length));
}

function assemble(request: PlanRequest, problem: Problem, { solution, target, result }: Reached): Plan {
  const { scenario, index } = request;
  const hostOf = result.kind === "scheduled" ? target : result.reached;
  const score = scoreOf(problem, hostOf);
  const moves = movesOf(problem, hostOf);
  const unplaced = unplacedOf(problem, solution.hostOf);
  const unreached = unreachedOf(index, result);
  const plan: Omit<Plan, "digest"> = {
    format: "stowage/plan/v1",
    scenario: scenario.name,
    mode: request.mode,
    engine: solution.engine,
    seed: request.seed,
    claim: claimOf(solution, score, unplaced, unreached),
    asOf: scenario.asOf,
    currency: scenario.fleet.currency,
    levels: levelScores(problem, solution, score),
    placedCount: problem.wanted.filter((w) => (hostOf[w] ?? -1) >= 0).length,
    wantedCount: problem.wanted.length,
    unplaced,
    unreached,
    moves,
    actions: result.actions,
    makespanMs: result.makespanMs,
    target: [...problem.wanted].flatMap((w) => {
      const workload = index.workloads[w];
      const host = index.hosts[hostOf[w] ?? -1];
      return workload === undefined || host === undefined ? [] : [{ workload: workload.id, host: host.id }];
    }),
    hourlyCostBeforeMicros: hourlyBill(index, problem.current, "now"),
    hourlyCostAfterMicros: hourlyBill(index, hostOf, "planned"),
    basis: basisFacts(index, result.actions, scenario.policies),
    remarks: remarksOf(problem, score, unreached),
  };
  return { ...plan, digest: planDigest(plan) };
}

function claimOf(solution: Solution, score: Float64Array, unplaced: readonly Unplaced[], unreached: readonly Unreached[]): Claim {
  const cannot = (solution.score[mustsLevel] ?? 0) > 0 || (solution.score[unplacedLevel] ?? 0) > 0 || unplaced.length > 0;
  if (cannot) {
    const proved = solution.claim.kind === "optimal" ||
      [mustsLevel, unplacedLevel].some((level) => (solution.bounds[level] ?? 0) > 0);
    return { kind: "infeasible", proved };
  }
  if (unreached.length > 0 || (score[mustsLevel] ?? 0) > 0) return { kind: "best-found" };
  return solution.claim;
}

function levelScores(problem: Problem, solution: Solution, after: Float64Array): readonly LevelScore[] {
  const before = scoreOf(problem, problem.current);
  const names = ["broken musts", "unplaced", ...problem.levels.map(({ name }) => name)];
  return names.map((name, level) => ({
    name, before: before[level] ?? 0, after: after[level] ?? 0, bound: solution.bounds[level] ?? null,
  }));
}

function unplacedOf(problem: Problem, hostOf: Int32Array): readonly Unplaced[] {
  return [...problem.wanted].filter((w) => (hostOf[w] ?? -1) < 0).map((w) => ({
    workload: problem.index.workloads[w]?.id ?? missing(),
    reasons: reasonsAgainst(problem, hostOf, w),
  }));
}

function unreachedOf(index: FleetIndex, result: ScheduleResult): readonly Unreached[] {
  if (result.kind === "scheduled") return [];
  return result.stuck.map(({ workload, from, to, because }) => ({
    workload: index.workloads[workload]?.id ?? missing(),
    from: index.hosts[from]?.id ?? null,
    to: index.hosts[to]?.id ?? null,
    because,
  }));
}

function remarksOf(problem: Problem, score: Float64Array, unreached: readonly Unreached[]): readonly string[] {
  const remarks: string[] = [];
  if ((score[mustsLevel] ?? 0) > 0) {
    remarks.push("Some musts that the fleet breaks now are still broken after this plan; none is worse than before.");
  }
  if (unreached.length > 0) {
    remarks.push(`A better placement exists, but no order of actions reaches it: ${unreached.length} of its moves are stuck.`);
  }
  if (problem.wanted.length === 0) remarks.push("The fleet wants no workload placed.");
  return remarks;
}

function missing(): never {
  throw new Error("broken invariant: an index outside the fleet");
}

