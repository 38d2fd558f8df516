import { fleetAfter } from "../model/applied.ts";
import type { Clock } from "../model/clock.ts";
import type { Mode } from "../model/plan.ts";
import { defaultMinimumGainPermille, type Scenario } from "../model/scenario.ts";
import { indexFleet, type FleetIndex } from "../model/snapshot.ts";
import { compilePolicies, type Constraint } from "../policies/index.ts";
import { placeInBlocks } from "./blocks.ts";
import { buildProblem } from "./build-problem.ts";
import { claimOf } from "./claim.ts";
import { flatStart, type FlatStart } from "./flat-start.ts";
import { exactSize, solveExactly } from "./exact/index.ts";
import { compareScores, firstObjectiveLevel, mustsLevel, unplacedLevel, type EngineOptions, type Problem, type Score, type Solution } from "./problem.ts";
import { schedule, type ScheduleResult } from "./schedule.ts";
import { scoreOf } from "./score.ts";
import { search } from "./search.ts";
import { settle } from "./settle.ts";
import { State } from "./state.ts";

export type EngineChoice = "auto" | "exact" | "search";

/** What a plan is asked for. */
export interface PlanRequest {
  readonly scenario: Scenario;
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
  readonly mode: Mode;
  readonly engine: EngineChoice;
  readonly seed: number;
  /** Wall-clock limit of the whole search for a placement; a safeguard that normally is not reached. */
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
/** How often the search goes on from its own target before that counts as settled, and the work that all rounds may cost. */
const settlingRoundsMax = 4;
const settlingWorkMax = 3_000_000;
/** With more workloads than this, the target around those that are stuck is not settled once more. */
const settledStartMin = 5_000;
/** Moves tried around those that are stuck: for all of them at least, and for each. */
const aroundStuck = { atLeast: 200_000, each: 20_000 };
/** How long a schedule may still take once the user wants what there is: in all, and for each move. */
const lastScheduleMs = { atLeast: 8_000, eachMove: 1 };
/** Moves tried before the exact engine starts, to give it something to beat. */
const warmIterations = 200_000;

/** A placement that was asked for, and how far actions reach it. */
export interface Target {
  /** The score of the best placement known, reachable or not. */
  readonly aimedAt: Score;
  /** The engine's answer, in which a workload may be nowhere. */
  readonly solution: Solution;
  /** The same with every workload that exists somewhere. */
  readonly hostOf: Int32Array;
  readonly result: ScheduleResult;
}

/**
 * Solves and schedules. When no schedule reaches the target, those that are stuck are left where the schedule could
 * bring them, and the rest is planned around them; when that is no better, the plan goes as far as the first one could.
 */
export async function findTarget(request: PlanRequest, problem: Problem): Promise<Target> {
  const deadlineMs = request.clock.nowMs() + request.timeMs;
  const first = await aim(request, problem, deadlineMs, {});
  if (first.result.kind === "scheduled" || request.stopped()) return first;
  const { reached, stuck } = first.result;
  const rearranged = inBlocks(request, problem, first);
  if (rearranged?.result.kind === "scheduled") return rearranged;
  // All but those that are stuck is as good as the search could make it: what is left to find is around them.
  const iterations = Math.min(request.iterations ?? defaultIterations(problem), Math.max(aroundStuck.atLeast, aroundStuck.each * stuck.length));
  const second = await aim({ ...request, iterations }, problem, deadlineMs, { forbidden: allBut(problem, stuck.map(({ workload }) => workload), reached), start: reached });
  if (second.result.kind !== "scheduled" || compareScores(scoreOf(problem, second.hostOf), scoreOf(problem, reached)) >= 0) return first;
  // What the second could not do better was forbidden to it, so only the first one's bounds hold.
  const { bounds } = first.solution;
  const solution = { ...second.solution, bounds, claim: claimOf(second.solution.score, bounds) };
  return { ...second, solution, aimedAt: first.aimedAt };
}

/**
 * Where moves come first, as good a target in them, in which those who leave a host go on together wherever they can: what
 * is mixed from many hosts needs room on all of them at once, and blocks need it on one. Null when there is none.
 */
function inBlocks(request: PlanRequest, problem: Problem, { aimedAt, solution, hostOf: mixed }: Target): Target | null {
  if (problem.levels[0]?.countsLeavers !== true) return null;
  const state = new State(problem);
  state.load(mixed);
  placeInBlocks(state);
  const hostOf = state.hostOf.slice();
  const score = scoreOf(problem, hostOf);
  if (score.slice(0, firstObjectiveLevel + 1).some((value, level) => value !== aimedAt[level])) return null;
  const found = { ...solution, hostOf, score, claim: claimOf(score, solution.bounds) };
  return { aimedAt, solution: found, hostOf, result: order(request, problem, found, { hostOf, keepsMusts: score[mustsLevel] === 0 }) };
}

/** Every host but the one where each of these is. */
function allBut(problem: Problem, workloads: readonly number[], hostOf: Int32Array): { workload: number; host: number }[] {
  const hosts = [...problem.index.hosts.keys()];
  return workloads.flatMap((workload) => {
    const here = hostOf[workload] ?? -1;
    return here < 0 ? [] : hosts.filter((host) => host !== here).map((host) => ({ workload, host }));
  });
}

type Around = Pick<EngineOptions, "forbidden" | "start">;

async function aim(request: PlanRequest, problem: Problem, deadlineMs: number, around: Around): Promise<Target> {
  const solution = await solve(request, problem, deadlineMs, around);
  const kept = keepTheUnplaced(problem, solution.hostOf);
  return { aimedAt: solution.score, solution, hostOf: kept.hostOf, result: order(request, problem, solution, kept) };
}

function order(request: PlanRequest, problem: Problem, solution: Solution, { hostOf, keepsMusts }: Kept): ScheduleResult {
  const { index, constraints, startsAtMs, clock } = request;
  request.progress?.({ stage: "schedule", done: 0, total: 1, score: solution.score });
  // Who stops the search wants the best so far as a plan, so its schedule still gets a moment.
  const beganMs = clock.nowMs();
  const moves = hostOf.reduce((count, h, w) => count + Number(h !== problem.current[w]), 0);
  const stopped = (): boolean => request.stopped() && clock.nowMs() - beganMs > lastScheduleMs.atLeast + moves * lastScheduleMs.eachMove;
  return schedule({ index, constraints, hostOf, startsAtMs, stopped, keepsMusts });
}

async function solve(request: PlanRequest, problem: Problem, deadlineMs: number, around: Around): Promise<Solution> {
  const isSmall = exactSize(problem) <= exactBinariesMax;
  const options = optionsOf(request, problem, deadlineMs, around);
  if (request.engine === "search" || (request.engine === "auto" && !isSmall)) {
    const start = await startOf(request, problem, options);
    const found = withEngineOf(start, search(problem, start === null ? options : { ...options, start: start.hostOf }));
    if (found.claim.kind === "optimal") return found;
    if (!worthMoving(request, problem, found)) return stay(problem, found);
    return staysPut(problem, found) ? found : settled(request, problem, deadlineMs, found, around);
  }
  const warm = search(problem, { ...options, iterations: Math.min(request.iterations ?? warmIterations, warmIterations) });
  if (warm.claim.kind === "optimal" || request.stopped()) return warm;
  const found = await solveExactly(problem, { ...optionsOf(request, problem, deadlineMs, around), start: warm.hostOf });
  return found.claim.kind === "optimal" || worthMoving(request, problem, found) ? found : stay(problem, found);
}

/** A placement to start from: the caller's, or one that the tables of the problem give. */
async function startOf({ iterations }: PlanRequest, problem: Problem, options: EngineOptions): Promise<FlatStart | null> {
  if (options.start !== undefined) return null;
  const { iterations: _, ...unlimited } = options;
  return flatStart(problem, iterations === undefined ? unlimited : options);
}

/** Says that the search only went on from what annealing had found. */
function withEngineOf(start: FlatStart | null, found: Solution): Solution {
  if (start === null) return found;
  return { ...found, engine: `annealing over tables, ${start.weighed.toLocaleString("en-US")} moves weighed; ${found.engine}` };
}

function optionsOf(request: PlanRequest, problem: Problem, deadlineMs: number, around: Around): EngineOptions {
  return {
    ...around, seed: request.seed, clock: request.clock, stopped: request.stopped,
    timeMs: Math.max(50, deadlineMs - request.clock.nowMs()),
    iterations: request.iterations ?? defaultIterations(problem),
    ...(request.progress === undefined ? {} : { progress: request.progress }),
  };
}

/** Moves tried grow with the workloads, between what is enough for a rack and what a minute allows. */
function defaultIterations(problem: Problem): number {
  return Math.min(3_000_000, Math.max(200_000, 400 * problem.wanted.length));
}

/**
 * What is not proved to be best must bring at least the scenario's least gain at the first level that it changes, so
 * that a fleet is not stirred for next to nothing and planning again after applying moves nothing.
 */
function worthMoving({ scenario }: PlanRequest, problem: Problem, { score }: Solution): boolean {
  const now = scoreOf(problem, stayingHosts(problem));
  const level = now.findIndex((value, l) => value !== score[l]);
  if (level < 0 || (score[level] ?? 0) > (now[level] ?? 0)) return false;
  if (level < firstObjectiveLevel || (problem.levels[level - firstObjectiveLevel]?.shouldsWeight ?? 0) > 0) return true;
  const gain = (now[level] ?? 0) - (score[level] ?? 0);
  return gain * 1000 >= Math.abs(now[level] ?? 0) * (scenario.settings.minimumGainPermille ?? defaultMinimumGainPermille);
}

function stay(problem: Problem, { engine, bounds }: Solution): Solution {
  const hostOf = stayingHosts(problem);
  const score = scoreOf(problem, hostOf);
  return { hostOf, score, bounds, claim: claimOf(score, bounds), engine };
}

/** Everybody who is wanted where they are now. */
function stayingHosts({ current, index }: Problem): Int32Array {
  return Int32Array.from(current, (h, w) => (index.workloads[w]?.desired === "removed" ? -1 : h));
}

/** Would the next planning stay where this one went? Surely where moves come first and nobody is left who had to. */
function staysPut({ levels }: Problem, { score }: Solution): boolean {
  return levels[0]?.countsLeavers === true && score[mustsLevel] === 0 && score[unplacedLevel] === 0;
}

/** Goes on from the target as the next planning would, until that finds nothing worth moving for. */
async function settled(request: PlanRequest, problem: Problem, deadlineMs: number, found: Solution, around: Around): Promise<Solution> {
  let { hostOf: best, score: bestScore } = found;
  for (let round = 0; round < roundsFor(request, problem, around) && !request.stopped() && request.clock.nowMs() < deadlineMs; round++) {
    const next = await requestAt(request, best);
    const again = problemOf(next);
    const further = search(again, { ...optionsOf(request, again, deadlineMs, {}), bound: false });
    if (!worthMoving(request, again, further)) break;
    const hostOf = Int32Array.from(request.index.workloads, ({ id }) => further.hostOf[next.index.workloadIndex.get(id) ?? -1] ?? -1);
    const score = scoreOf(problem, hostOf);
    if (compareScores(score, bestScore) >= 0 || usesForbidden(hostOf, around)) break;
    best = hostOf;
    bestScore = score;
  }
  return { ...found, hostOf: best, score: bestScore, claim: claimOf(bestScore, found.bounds) };
}

/** A large fleet gets fewer rounds: each costs as much as the search did. What starts from a settled target gets none there. */
function roundsFor(request: PlanRequest, problem: Problem, { start }: Around): number {
  if (start !== undefined && problem.wanted.length > settledStartMin) return 0;
  const each = Math.max(request.iterations ?? 0, defaultIterations(problem));
  return Math.min(settlingRoundsMax, Math.max(1, Math.floor(settlingWorkMax / each)));
}

function usesForbidden(hostOf: Int32Array, { forbidden = [] }: Around): boolean {
  return forbidden.some(({ workload, host }) => hostOf[workload] === host);
}

/** The same request once a target has been reached. */
async function requestAt(request: PlanRequest, hostOf: Int32Array): Promise<PlanRequest> {
  const target = new Map(request.index.workloads.flatMap((workload, w) => {
    const host = request.index.hosts[hostOf[w] ?? -1];
    return host === undefined ? [] : [[workload.id, host.id] as const];
  }));
  const scenario = { ...request.scenario, fleet: fleetAfter(request.scenario.fleet, target) };
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index, { lint: false });
  return { ...request, scenario, index, constraints };
}

export function problemOf({ scenario, index, constraints, mode }: PlanRequest): Problem {
  return buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode });
}

/** A placement for a schedule. */
interface Kept {
  readonly hostOf: Int32Array;
  /** True when it breaks no must about places. */
  readonly keepsMusts: boolean;
}

/**
 * A workload that exists but found no place stays where it is: it is never lost. When that would make any must worse
 * than it is now, everybody who is wanted stays; what is to be removed goes as far as the schedule finds that no must
 * gets worse by it.
 */
function keepTheUnplaced(problem: Problem, hostOf: Int32Array): Kept {
  const kept = Int32Array.from(hostOf, (h, w) =>
    h >= 0 || problem.index.workloads[w]?.desired === "removed" ? h : (problem.current[w] ?? -1));
  if (scoreOf(problem, kept)[mustsLevel] === 0) return { hostOf: kept, keepsMusts: true };
  return { hostOf: worsensAMust(problem, kept) ? stayingHosts(problem) : kept, keepsMusts: false };
}

function worsensAMust(problem: Problem, hostOf: Int32Array): boolean {
  return settle(problem, hostOf).some(({ before, after }) => after > before);
}
