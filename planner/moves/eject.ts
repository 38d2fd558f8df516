import { draw, guideTolerance, type Effort } from "./chooser.ts";
import type { MoveContext, MoveKind } from "./context.ts";

const depthMax = 5;
const victimsMax = 24;
const effort: Effort = { scanMax: 64, goodMax: 12, blinkPermille: 50 };

/** Forces a workload onto a host; who must give way goes where it is best, and may force out others in turn. */
export const eject: MoveKind = {
  name: "ejection chain",
  propose(context) {
    const { state } = context;
    const workload = context.drawWorkload(800);
    const target = context.drawHost(workload);
    if (target < 0 || target === state.hostOf[workload]) return;
    const before = state.guide;
    state.move(workload, target);
    let host = target;
    let kept = workload;
    for (let depth = 0; depth < depthMax && state.guide > before + guideTolerance; depth++) {
      const victim = pickVictim(context, host, kept);
      if (victim < 0) return;
      const next = context.chooser.choose(victim, true, effort);
      state.move(victim, next);
      if (next < 0) continue;
      host = next;
      kept = victim;
    }
  },
};

/** Whose leaving mends most; a random one among the first equals. */
function pickVictim(context: MoveContext, host: number, kept: number): number {
  const { state, random } = context;
  let best = -1;
  let bestGuide = Infinity;
  let seen = 0;
  for (let w = state.first[host] as number; w >= 0 && seen < victimsMax; w = state.next[w] as number, seen++) {
    if (w === kept || !context.isFree(w)) continue;
    const guide = state.weighMusts(w, -1);
    if (guide < bestGuide - guideTolerance || (guide < bestGuide + guideTolerance && draw(random, 2) === 0)) {
      best = w;
      bestGuide = guide;
    }
  }
  return best;
}
