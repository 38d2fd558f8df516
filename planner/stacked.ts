import { amountOf } from "../model/resource.ts";
import type { Problem } from "./problem.ts";
import { State } from "./state.ts";

/**
 * Everybody wanted, the largest first, on hosts that are already used, else on the largest that takes them without a
 * broken must. A start for questions in which few hosts must do, which moves at random seldom answer.
 */
export function stackedPlacement(problem: Problem): Int32Array {
  const { index, wanted } = problem;
  const state = new State(problem);
  const sizeOf = (w: number): number => amountOf(index.workloads[w]?.reservation ?? {}, "memoryMiB");
  const roomOf = (h: number): number => amountOf(index.hosts[h]?.capacity ?? {}, "memoryMiB");
  const largest = [...index.hosts.keys()].sort((a, b) => roomOf(b) - roomOf(a) || a - b);
  for (const w of [...wanted].sort((a, b) => sizeOf(b) - sizeOf(a) || a - b)) {
    const used = largest.filter((h) => (state.population[h] ?? 0) > 0);
    const takes = (h: number): boolean => state.mayEnter(w, h) && state.weighMusts(w, h) <= 0;
    const host = used.find(takes) ?? largest.find(takes);
    if (host !== undefined) state.move(w, host);
  }
  return Int32Array.from(state.hostOf);
}
