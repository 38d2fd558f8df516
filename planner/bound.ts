import type { Problem } from "./problem.ts";

/** Cheap lower bounds by level: what no placement can be below, given the levels before; null where unknown. */
export function lowerBounds(problem: Problem): readonly (number | null)[] {
  return [0, 0, ...problem.levels.map(() => null)];
}
