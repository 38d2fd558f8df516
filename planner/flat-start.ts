import { flatten } from "./flat/flatten.ts";
import { searchIslands } from "./flat/islands.ts";
import { firstObjectiveLevel, mustsLevel, type EngineOptions, type Problem, type Score } from "./problem.ts";
import { scoreOf } from "./score.ts";

/** Threads that share the work; the same on every machine, because the answer depends on it. */
const lanes = 2;
/** Proposals when nobody sets a limit: for each workload, and for all. */
const proposals = { each: 20_000, most: 40_000_000 };
/** Share of the time that is left; the general search has the rest. */
const timeShare = 0.7;

/** A placement to go on from, and how many proposals it took. */
export interface FlatStart {
  readonly hostOf: Int32Array;
  readonly weighed: number;
}

/**
 * Where the search for a placement may start when the problem has the shape that tables hold: sums of sizes under soft and
 * hard limits, group rules and moving costs on one level. Annealing over the tables is an order of magnitude faster than
 * the general search. Null when the problem has another shape, or nothing that keeps every must was found.
 */
export async function flatStart(problem: Problem, options: EngineOptions): Promise<FlatStart | null> {
  const { seed, clock, stopped, progress } = options;
  const iterations = options.iterations ?? Math.min(proposals.most, proposals.each * problem.wanted.length);
  if (iterations === 0 || (options.forbidden ?? []).length > 0) return null;
  const flat = flatten(problem);
  if (flat === null) return null;
  const levels = scoreOf(problem, problem.current).length;
  progress?.({ stage: "search", done: 0, total: 1, score: null });
  const found = await searchIslands(flat, lanes, {
    seed, iterations, clock, stopped, timeMs: options.timeMs * timeShare,
    improved: (cost) => progress?.({ stage: "search", done: 0, total: 1, score: scoreWith(levels, cost) }),
  });
  if (found.cost === Infinity || scoreOf(problem, found.hostOf)[mustsLevel] !== 0) return null;
  return { hostOf: found.hostOf, weighed: found.weighed };
}

function scoreWith(levels: number, cost: number): Score {
  const score = new Float64Array(levels);
  score[firstObjectiveLevel] = cost;
  return score;
}
