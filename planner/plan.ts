import type { Claim, LevelScore, Plan, Unplaced, Unreached } from "../model/plan.ts";
import { settledInstant, type FleetIndex } from "../model/snapshot.ts";
import { basisFacts, planDigest } from "../policies/index.ts";
import { hourlyBill, movesOf } from "./assemble.ts";
import { reasonsAgainst } from "./explain.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel, type Problem, type Score, type Solution } from "./problem.ts";
import type { ScheduleResult } from "./schedule.ts";
import { scoreOf } from "./score.ts";
import { findTarget, problemOf, type PlanRequest, type Target } from "./target.ts";

/** From a scenario and its constraints to a complete plan; "no solution" is an answer, never an error. */
export async function planScenario(request: PlanRequest): Promise<Plan> {
  const problem = problemOf(request);
  return assemble(request, problem, await findTarget(request, problem));
}

function assemble(request: PlanRequest, problem: Problem, { aimedAt, solution, hostOf: wantedHosts, result }: Target): Plan {
  const { scenario, index } = request;
  const hostOf = result.kind === "scheduled" ? wantedHosts : result.reached;
  const score = scoreOf(problem, hostOf);
  const moves = movesOf(problem, hostOf);
  const unplaced = unplacedOf(problem, solution.hostOf, wantedHosts, hostOf);
  const unreached = unreachedOf(index, result);
  const plan: Omit<Plan, "digest"> = {
    format: "stowage/plan/v1",
    scenario: scenario.name,
    mode: request.mode,
    engine: solution.engine,
    seed: request.seed,
    claim: claimOf(aimedAt, solution, unreached),
    asOf: scenario.asOf,
    currency: scenario.fleet.currency,
    levels: levelScores(problem, score, provedBounds(problem, aimedAt, solution, hostOf, score)),
    placedCount: problem.wanted.length - unplaced.filter(({ workload }) => (wantedHosts[index.workloadIndex.get(workload) ?? -1] ?? -1) < 0).length,
    wantedCount: problem.wanted.length,
    unplaced,
    unreached,
    moves,
    actions: result.actions,
    makespanMs: result.makespanMs,
    target: index.workloads.flatMap(({ id }, w) => {
      const host = index.hosts[hostOf[w] ?? -1];
      return host === undefined ? [] : [{ workload: id, host: host.id }];
    }),
    hourlyCostBeforeMicros: hourlyBill(index, problem.current, "now"),
    hourlyCostAfterMicros: hourlyBill(index, hostOf, "planned"),
    basis: basisFacts(index, result.actions, scenario.policies),
    remarks: remarksOf(problem, score, unreached),
  };
  return { ...plan, digest: planDigest(plan) };
}

function claimOf(aimedAt: Score, solution: Solution, unreached: readonly Unreached[]): Claim {
  const cannot = (aimedAt[mustsLevel] ?? 0) > 0 || (aimedAt[unplacedLevel] ?? 0) > 0;
  if (cannot) {
    const proved = solution.claim.kind === "optimal" ||
      [mustsLevel, unplacedLevel].some((level) => (solution.bounds[level] ?? 0) > 0);
    return proved ? { kind: "infeasible", proved } : { kind: "incomplete" };
  }
  return unreached.length > 0 ? { kind: "best-found" } : solution.claim;
}

function levelScores(problem: Problem, after: Score, bounds: readonly (number | null)[]): readonly LevelScore[] {
  const before = scoreOf(problem, problem.current);
  const names = ["broken musts", "unplaced", ...problem.levels.map(({ name }) => name)];
  return names.map((name, level) => ({
    name, before: before[level] ?? 0, after: after[level] ?? 0, bound: bounds[level] ?? null,
  }));
}

/**
 * The engine's bounds as far as they hold for the plan. A bound presumes the levels before, so behind the first level at
 * which the plan is not what was aimed at only nothing bounds what cannot be negative. Only what is new may be left out
 * of a plan: when more than that would have to go for every must to hold, no plan keeps every must. No bound knows of what
 * is to be removed and stays all the same.
 */
function provedBounds({ index, wanted, current, levels }: Problem, aimedAt: Score, { bounds }: Solution, hostOf: Int32Array, score: Score): readonly (number | null)[] {
  const differs = score.findIndex((value, level) => value !== aimedAt[level]);
  const floor = (level: number): number | null => ((levels[level - firstObjectiveLevel]?.terms ?? []).length === 0 ? 0 : null);
  if (index.workloads.some(({ desired }, w) => desired === "removed" && (hostOf[w] ?? -1) >= 0)) return bounds.map((_, level) => floor(level));
  const held = bounds.map((bound, level) => (differs >= 0 && level > differs ? floor(level) : bound));
  const mayGo = wanted.reduce((sum, w) => sum + ((current[w] ?? -1) < 0 ? 1 + (index.workloads[w]?.priority ?? 0) : 0), 0);
  if (aimedAt[mustsLevel] === 0 && (bounds[unplacedLevel] ?? 0) > mayGo) held[mustsLevel] = Math.max(1, held[mustsLevel] ?? 0);
  return held;
}

/** Who is nowhere in the target, and who only stays where it is, against a must, because no allowed place was found. */
function unplacedOf(problem: Problem, found: Int32Array, target: Int32Array, reached: Int32Array): readonly Unplaced[] {
  const { index, wanted } = problem;
  const homeless = [...wanted].filter((w) => (found[w] ?? -1) < 0 || (target[w] ?? -1) < 0);
  if (homeless.length === 0) return [];
  const wrong = homeless.some((w) => (target[w] ?? -1) >= 0) ? breakingMusts(problem, reached) : new Map<number, ReadonlySet<string>>();
  const unplaced = homeless.filter((w) => (target[w] ?? -1) < 0 || wrong.has(w));
  const without = target.slice();
  for (const w of unplaced) without[w] = -1;
  const reasons = reasonsAgainst(problem, without);
  const stays = (w: number): readonly string[] => {
    const host = index.hosts[target[w] ?? -1];
    return host === undefined ? [] : [`stays on ${host.id} against ${[...wrong.get(w) ?? []].join(", ")}`];
  };
  return unplaced.map((w) => ({ workload: index.workloads[w]?.id ?? missing(), reasons: [...stays(w), ...reasons(w)] }));
}

/** Everybody who takes part in the breach of a must about places, with the policies that they break. */
function breakingMusts({ constraints, index }: Problem, hostOf: Int32Array): ReadonlyMap<number, ReadonlySet<string>> {
  const then = settledInstant(index, hostOf);
  const broken = new Map<number, Set<string>>();
  for (const constraint of constraints) {
    if (constraint.strength !== "must") continue;
    for (const w of constraint.check(then).flatMap(({ workloads }) => workloads)) broken.set(w, (broken.get(w) ?? new Set()).add(constraint.policy));
  }
  return broken;
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
  const moves = unreached.filter(({ to }) => to !== null).length;
  if (moves > 0) remarks.push(`A better placement exists, but no order of actions reaches it: ${moves === 1 ? "1 of its moves is" : `${moves} of its moves are`} stuck.`);
  const removals = unreached.length - moves;
  if (removals > 0) remarks.push(`${removals} of what is to be removed ${removals === 1 ? "stays" : "stay"}, for the reason that stands with what is not reached.`);
  if (problem.wanted.length === 0) remarks.push("The fleet wants no workload placed.");
  return remarks;
}

function missing(): never {
  throw new Error("broken invariant: an index outside the fleet");
}

