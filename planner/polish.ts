import { Chooser, isGain } from "./moves/chooser.ts";
import { movableGroups } from "./moves/groups.ts";
import { compareScores } from "./problem.ts";
import type { Random } from "../model/random.ts";
import type { State } from "./state.ts";

/** Workloads times hosts up to which all pairs of moves are tried. */
const pairsMax = 100;

/** Improves a placement by single moves of some workloads until none helps; the way down that annealing leaves out. */
export function descend(state: State, random: Random, among: Int32Array, workMax: number, stopped: () => boolean): void {
  const chooser = new Chooser(state, random);
  const end = state.weighed + workMax;
  for (let pass = 0; pass < 8; pass++) {
    let improved = false;
    for (const [i, w] of among.entries()) {
      if (state.weighed > end || (i % 256 === 0 && stopped())) return;
      const host = chooser.choose(w, false, { scanMax: 128, goodMax: 64, blinkPermille: 0 });
      if (host === state.hostOf[w] || !isGain(chooser.guideChange, chooser.change)) continue;
      const mark = state.mark();
      const before = state.score.slice();
      const settled = state.settled();
      state.move(w, host);
      if (keepUnlessWorse(state, before, settled, mark)) improved = true;
    }
    if (!improved) return;
  }
}

/**
 * No useless moves: every displaced workload goes back to where it is now when that makes nothing worse, then each
 * group, then all that left one host together.
 */
export function pullEveryoneBack(state: State, stopped: () => boolean): void {
  const { current, wanted } = state.problem;
  const goBack = (workloads: Iterable<number>): boolean => {
    const before = state.score.slice();
    const settled = state.settled();
    const mark = state.mark();
    for (const w of workloads) {
      const home = current[w] as number;
      if (home >= 0 && state.hostOf[w] !== home && state.mayEnter(w, home)) state.move(w, home);
    }
    return state.mark() > mark && keepUnlessWorse(state, before, settled, mark);
  };
  const displaced = (): Int32Array => wanted.filter((w) => (current[w] as number) >= 0 && state.hostOf[w] !== current[w]);
  const groups = movableGroups(state.kernels, state.problem);
  for (let pass = 0; pass < 4; pass++) {
    let changed = false;
    for (const w of displaced()) if (!stopped() && goBack([w])) changed = true;
    for (const { members } of groups) if (!stopped() && goBack(members)) changed = true;
    const leavers = new Map<number, number[]>();
    for (const w of displaced()) {
      for (const host of [current[w] as number, state.hostOf[w] as number]) leavers.set(host, [...(leavers.get(host) ?? []), w]);
    }
    for (const together of leavers.values()) if (together.length > 1 && together.length <= 64 && !stopped() && goBack(together)) changed = true;
    if (!changed) return;
  }
}

/** Tries every pair of moves on small problems: two workloads often can only move together. */
export function tryPairs(state: State, stopped: () => boolean): boolean {
  const { wanted } = state.problem;
  const places = [-1, ...Array.from({ length: state.hostCount }, (_, h) => h)];
  if (wanted.length * state.hostCount > pairsMax) return false;
  let improved = false;
  for (const a of wanted) for (const b of wanted) {
    if (a >= b || stopped()) continue;
    for (const toA of places) for (const toB of places) {
      if (toA === state.hostOf[a] || toB === state.hostOf[b]) continue;
      if ((toA >= 0 && !state.mayEnter(a, toA)) || (toB >= 0 && !state.mayEnter(b, toB))) continue;
      const before = state.score.slice();
      const settled = state.settled();
      const mark = state.mark();
      state.move(a, toA);
      state.move(b, toB);
      if (compareScores(state.score, before) >= 0 && settled[0] === 0) state.undoTo(mark);
      else if (keepUnlessWorse(state, before, settled, mark, true)) improved = true;
    }
  }
  return improved;
}

/** Undoes to the mark when the true score became worse (or, if so wanted, did not become better). */
function keepUnlessWorse(state: State, before: Float64Array, settled: readonly [number, number], mark: number, mustGain = false): boolean {
  if (state.settlesOften) state.settle();
  const difference = compareScores(state.score, before);
  if (difference < 0 || (difference === 0 && !mustGain)) return true;
  state.undoTo(mark);
  state.restoreSettled(...settled);
  return false;
}

