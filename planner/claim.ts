import type { Claim } from "../model/plan.ts";
import { firstObjectiveLevel, type Score } from "./problem.ts";

/**
 * How sure an answer is, from bounds that hold level by level given the levels before: optimal when every level stands
 * at its bound; within so many thousandths when the first level above its bound is near it; else the best found.
 */
export function claimOf(score: Score, bounds: readonly (number | null)[]): Claim {
  for (let level = 0; level < score.length; level++) {
    const value = score[level] ?? 0;
    const bound = bounds[level] ?? null;
    if (bound === value) continue;
    if (bound === null || bound <= 0 || level < firstObjectiveLevel) return { kind: "best-found" };
    return { kind: "within", permille: Math.ceil(((value - bound) * 1000) / bound) };
  }
  return { kind: "optimal" };
}
