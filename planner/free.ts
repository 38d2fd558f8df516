import { firstObjectiveLevel, mustsLevel, unplacedLevel, type Score } from "./problem.ts";
import type { State } from "./state.ts";

/** How many may not stay on the host where they are now, once no must about a single workload may be broken. */
export function forcedLeavers({ problem: { current, wanted }, kernels: { allow } }: State): number {
  return wanted.reduce((count, w) => count + Number(mustLeave(allow, w, current[w] as number)), 0);
}

/**
 * Whoever still has a choice once a placement with this score is known; null when that cannot be told. Where moves come
 * first, no must is broken and nobody has moved but who must, everybody else stays in any placement that is as good.
 */
export function freeWorkloads(state: State, score: Score): Int32Array | null {
  const { problem: { current, wanted, levels }, kernels: { allow } } = state;
  if (levels[0]?.countsLeavers !== true || score[mustsLevel] !== 0 || score[unplacedLevel] !== 0) return null;
  if (score[firstObjectiveLevel] !== forcedLeavers(state)) return null;
  return wanted.filter((w) => ((current[w] as number) < 0 || mustLeave(allow, w, current[w] as number)) && allow.candidatesOf(w).length > 1);
}

function mustLeave(allow: State["kernels"]["allow"], workload: number, host: number): boolean {
  return host >= 0 && ((allow.rows[allow.classOf[workload] as number] as Uint8Array)[host] as number) > 0;
}
