import { placeInBlocks } from "./blocks.ts";
import { Chooser, guideTolerance, isGain, type Effort } from "./moves/chooser.ts";
import { focusOf } from "./moves/focus.ts";
import { relieve } from "./relieve.ts";
import { compareScores, unplacedLevel } from "./problem.ts";
import type { Random } from "../model/random.ts";
import type { State } from "./state.ts";

/** Weighings that construction may spend on choosing places; each choice looks at fewer hosts when many are to be made. */
const weighingsMax = 4_000_000;
const repairPassesMax = 6;

/**
 * A first placement: everybody who may stay stays, the others are placed largest first where it is best, and who
 * overloads a host or breaks a group leaves it. What cannot be placed without breaking a must stays nowhere.
 */
export function construct(state: State, random: Random, start: ArrayLike<number>, stopped: () => boolean): void {
  state.load(start);
  const chooser = new Chooser(state, random);
  evict(state);
  placeUnplaced(state, chooser, stopped);
  relieve(state, random, stopped);
  repair(state, chooser, stopped);
  unplaceBroken(state);
  placeUnplaced(state, chooser, stopped);
  packTighter(state);
  state.settle();
  state.forget();
}

/** Where somebody is left without a place, all who leave a host may fit together where they do not one by one. */
function packTighter(state: State): void {
  if (state.score[unplacedLevel] === 0) return;
  const before = state.score.slice();
  const mark = state.mark();
  placeInBlocks(state);
  if (compareScores(state.score, before) >= 0) state.undoTo(mark);
}

/** Who is where it may not be leaves first, so that others find room there. */
function evict(state: State): void {
  for (const w of state.problem.wanted) {
    const host = state.hostOf[w] as number;
    if (host >= 0 && state.misfits(w, host) > 0) state.move(w, -1);
  }
}

function placeUnplaced(state: State, chooser: Chooser, stopped: () => boolean): void {
  const order = [...placingOrder(state)];
  const effort = effortFor(state, order.length);
  for (const [i, w] of order.entries()) {
    if (i % 64 === 0 && stopped()) return;
    const host = chooser.choose(w, false, effort);
    if (host >= 0 && chooser.guideChange <= guideTolerance) state.move(w, host);
  }
}

function effortFor(state: State, count: number): Effort {
  const each = Math.max(24, Math.floor(weighingsMax / Math.max(1, count)));
  return { scanMax: Math.max(each, Math.min(state.hostCount, 8 * each)), goodMax: Math.min(each, 160), blinkPermille: 0 };
}

/** Workloads without a host: important ones first, then those with little choice, then large ones; groups in a row. */
function placingOrder(state: State): Int32Array {
  const { problem, kernels } = state;
  const unplaced = problem.wanted.filter((w) => (state.hostOf[w] as number) < 0);
  const size = new Float64Array(state.workloadCount);
  const { need, resources } = kernels.fill;
  const totals = new Float64Array(resources);
  for (const w of problem.wanted) for (let r = 0; r < resources; r++) totals[r] = (totals[r] as number) + (need[w * resources + r] as number);
  for (const w of unplaced) {
    for (let r = 0; r < resources; r++) size[w] = (size[w] as number) + (need[w * resources + r] as number) / Math.max(1, totals[r] as number);
  }
  const choice = (w: number): number => kernels.allow.candidatesOf(w).length;
  const groupOf = new Int32Array(state.workloadCount).fill(-1);
  kernels.groups.forEach(({ members, must }, g) => {
    if (must && members.length <= 64) for (const w of members) if (groupOf[w] === -1) groupOf[w] = g;
  });
  const groupSize = new Float64Array(kernels.groups.length);
  for (const w of unplaced) if (groupOf[w] !== -1) groupSize[groupOf[w] as number] = (groupSize[groupOf[w] as number] as number) + (size[w] as number);
  const weight = (w: number): number => (groupOf[w] === -1 ? (size[w] as number) : (groupSize[groupOf[w] as number] as number));
  const priority = (w: number): number => problem.index.workloads[w]?.priority ?? 0;
  // Who has one host only, or half of them at most, cannot make way for others.
  const freedom = (w: number): number => (choice(w) === 1 ? 0 : 2 * choice(w) <= state.hostCount ? 1 : 2);
  return unplaced.sort((a, b) => priority(b) - priority(a) || freedom(a) - freedom(b) || weight(b) - weight(a) || (groupOf[a] as number) - (groupOf[b] as number) ||
    choice(a) - choice(b) || (size[b] as number) - (size[a] as number) || a - b);
}

/** Moves those with whom something is wrong, each to where it is best, while that mends something. */
function repair(state: State, chooser: Chooser, stopped: () => boolean): void {
  for (let pass = 0; pass < repairPassesMax && state.guide > guideTolerance; pass++) {
    const focus = focusOf(state);
    const effort = effortFor(state, focus.length * 2);
    let mended = false;
    for (const [i, w] of focus.entries()) {
      if (i % 64 === 0 && stopped()) return;
      const host = chooser.choose(w, false, effort);
      if (host === state.hostOf[w] || host < 0 || !isGain(chooser.guideChange, chooser.change)) continue;
      state.move(w, host);
      mended = true;
      if (state.guide <= guideTolerance) return;
    }
    if (!mended) return;
  }
}

/** The last way to keep the musts: who breaks one is nowhere. */
function unplaceBroken(state: State): void {
  while (state.guide > guideTolerance) {
    let mended = false;
    for (const w of focusOf(state)) {
      if ((state.hostOf[w] as number) < 0 || state.weighMusts(w, -1) >= -guideTolerance) continue;
      state.weighLevels();
      state.commit();
      mended = true;
    }
    if (!mended) return;
  }
}
