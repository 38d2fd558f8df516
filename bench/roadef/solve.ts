import { flatten } from "../../planner/flat/flatten.ts";
import { searchIslands } from "../../planner/flat/islands.ts";
import type { TimeKind } from "../../planner/flat/search.ts";
import { search } from "../../planner/search.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel, type Problem, type Score } from "../../planner/problem.ts";

export interface SolveOptions {
  readonly seed: number;
  readonly timeMs: number;
  readonly threads: number;
  readonly measures: TimeKind;
  /** Milliseconds, from anywhere. */
  readonly nowMs: () => number;
  /** Called when a better placement that keeps every rule has been found. */
  readonly progress: (cost: number) => void;
}

export interface Solved {
  readonly hostOf: Int32Array;
  /** Proposals weighed, and how often the counts of the search were counted afresh. */
  readonly weighed: number;
  readonly audited: number;
}

/** The best placement found within the time. */
export async function solveInstance(problem: Problem, { seed, timeMs, threads, measures, nowMs, progress }: SolveOptions): Promise<Solved> {
  const flat = flatten(problem);
  if (flat !== null) {
    const found = await searchIslands(flat, threads, {
      seed, timeMs, measures, iterations: Number.MAX_SAFE_INTEGER, clock: { nowMs }, stopped: () => false, audits: true, improved: progress,
    });
    if (found.cost < Infinity) return found;
  }
  const { hostOf } = search(problem, {
    seed, timeMs, bound: false, iterations: Number.MAX_SAFE_INTEGER, clock: { nowMs }, stopped: () => false,
    progress({ score }) {
      if (score !== null && isAllowed(score)) progress(score[firstObjectiveLevel] ?? 0);
    },
  });
  return { hostOf, weighed: 0, audited: 0 };
}

function isAllowed(score: Score): boolean {
  return score[mustsLevel] === 0 && score[unplacedLevel] === 0;
}
