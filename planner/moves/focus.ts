import { unplacedLevel } from "../problem.ts";
import type { State } from "../state.ts";
import { guideTolerance } from "./chooser.ts";

/**
 * Workloads with which something is wrong: unplaced, on a host that they may not be on, on an overloaded host, or member
 * of a group whose must is broken. Only those of `among`, ascending. In a large fleet a random draw would hardly ever meet one of them.
 */
export function focusOf(state: State, among = state.problem.wanted): Int32Array {
  const { kernels, hostOf } = state;
  if (state.guide <= guideTolerance && state.score[unplacedLevel] === 0) return new Int32Array(0);
  const wrong = new Uint8Array(state.workloadCount);
  const overloaded = new Uint8Array(state.hostCount);
  for (let h = 0; h < state.hostCount; h++) if (kernels.fill.guidedExcess(h) > 0) overloaded[h] = 1;
  const isWanted = new Uint8Array(state.workloadCount);
  for (const w of among) {
    isWanted[w] = 1;
    const host = hostOf[w] as number;
    if (host < 0 || overloaded[host] === 1 || state.misfits(w, host) > 0) wrong[w] = 1;
  }
  for (const { kernel, must, members } of kernels.groups) {
    if (must && kernel.amount > 0) for (const w of members) wrong[w] = isWanted[w] as number;
  }
  return Int32Array.from(among.filter((w) => wrong[w] === 1));
}
