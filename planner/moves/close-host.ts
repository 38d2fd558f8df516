import { draw, guideTolerance, type Effort } from "./chooser.ts";
import type { MoveContext, MoveKind } from "./context.ts";

const populationMax = 512;
const stepsPerWorkload = 12;
const hostsTried = 16;
const victimsTried = 24;
const effort: Effort = { scanMax: 400, goodMax: 40, blinkPermille: 0 };

/**
 * Empties a host for good, as the way to switch it off when all others are nearly full. Its workloads form a pool; one
 * after the other is placed, and where nothing has room it takes the place of the one that so far was the easiest to
 * place elsewhere, which joins the pool. After Nagata and Braysy, "A powerful route minimization heuristic", 2009.
 */
export const closeHost: MoveKind = {
  name: "close host",
  propose(context) {
    const { state, chooser, random } = context;
    // Those who stay on it, and those who stay where they would make room, leave nothing to close.
    const closed = context.isNarrow ? -1 : drawClosable(context);
    if (closed < 0) return;
    const pool: number[] = [];
    for (let w = state.first[closed] as number; w >= 0; w = state.next[w] as number) pool.push(w);
    for (const w of pool) state.move(w, -1);
    const hardness = new Map<number, number>();
    chooser.barred = closed;
    const guide = state.guide;
    for (let steps = pool.length * stepsPerWorkload; steps > 0 && pool.length > 0; steps--) {
      const at = draw(random, pool.length);
      const w = pool[at] as number;
      pool[at] = pool[pool.length - 1] as number;
      pool.pop();
      const host = chooser.choose(w, false, effort);
      if (host >= 0 && chooser.guideChange <= guideTolerance) {
        state.move(w, host);
        continue;
      }
      hardness.set(w, (hardness.get(w) ?? 0) + 1);
      const victim = takePlace(context, w, closed, guide, hardness);
      if (victim < 0) break;
      pool.push(victim);
    }
    chooser.barred = -1;
  },
};

/** Puts `w` where one other workload must leave for it, and that one is the easiest; the one that left, or -1. */
function takePlace(context: MoveContext, w: number, closed: number, guide: number, hardness: ReadonlyMap<number, number>): number {
  const { state, random } = context;
  let best = -1;
  let bestHost = -1;
  let bestHardness = Infinity;
  for (let i = 0; i < hostsTried; i++) {
    const host = context.drawHost(w);
    if (host < 0 || host === closed || (state.population[host] as number) === 0) continue;
    const mark = state.mark();
    state.move(w, host);
    const over = state.guide - guide;
    let seen = 0;
    for (let v = state.first[host] as number; v >= 0 && seen < victimsTried; v = state.next[v] as number, seen++) {
      if (v === w) continue;
      const hard = (hardness.get(v) ?? 0) + draw(random, 1000) / 1000;
      if (hard >= bestHardness || state.weighMusts(v, -1) + over > guideTolerance) continue;
      best = v;
      bestHost = host;
      bestHardness = hard;
    }
    state.undoTo(mark);
  }
  if (best < 0) return -1;
  state.move(best, -1);
  state.move(w, bestHost);
  return best;
}

/** Of a few hosts in use that may be switched off, the one with the fewest workloads. */
function drawClosable({ state, random }: MoveContext): number {
  let best = -1;
  for (let i = 0; i < 3; i++) {
    const host = draw(random, state.hostCount);
    const population = state.population[host] as number;
    if (population === 0 || population > populationMax || !state.isSwitchable(host)) continue;
    if (best < 0 || population < (state.population[best] as number)) best = host;
  }
  return best;
}
