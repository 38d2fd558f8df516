import type { Random } from "../model/random.ts";
import { lossesNotSurvived } from "../policies/survive.ts";
import { draw, guideTolerance } from "./moves/chooser.ts";
import type { State } from "./state.ts";

/** Of so many tries in a row without success the next ones may leave a workload out. */
const patience = 60;

/**
 * Mends broken failover musts where they are too dear to follow each move: workloads of a loss that is not survived move
 * elsewhere, or others make room for them, one at a time, while no other must breaks and the number of such losses does not grow. When that does not
 * help, the least important ones go nowhere: a must stands above being placed. At most `looks` looks at all losses.
 */
export function repairSurvival(state: State, random: Random, looks: number, stopped: () => boolean): void {
  state.settle();
  let failed = 0;
  for (let look = 0; look < looks && state.settled()[0] > 0 && !stopped(); look++) {
    const lost = drawLost(state, random);
    if (lost.length === 0) return;
    const before = state.settled();
    const guide = state.guide;
    const mark = state.mark();
    const leavesOut = failed >= patience;
    const { wanted } = state.problem;
    const makesRoom = look % 2 === 1;
    const w = leavesOut ? leastImportant(state, lost)
      : makesRoom ? (wanted[draw(random, wanted.length)] as number) : (lost[draw(random, lost.length)] as number);
    const candidates = state.kernels.allow.candidatesOf(w);
    const to = leavesOut || candidates.length === 0 ? -1 : (candidates[draw(random, candidates.length)] as number);
    if (to === state.hostOf[w]) continue;
    state.move(w, to);
    const breaks = state.guide > guide + guideTolerance;
    if (!breaks) state.settle();
    failed = !breaks && state.settled()[0] < before[0] ? 0 : failed + 1;
    if (!breaks && state.settled()[0] <= before[0]) continue;
    state.undoTo(mark);
    state.restoreSettled(...before);
  }
}

/** Workloads on the hosts of one loss that is not survived. */
function drawLost(state: State, random: Random): readonly number[] {
  const { index } = state.problem;
  for (const { form, must } of state.kernels.survive) {
    if (!must) continue;
    const broken = lossesNotSurvived(form, index, state.hostOf);
    if (broken.length === 0) continue;
    const gone = new Set(form.losses[broken[draw(random, broken.length)] as number]);
    return [...form.members].filter((w) => gone.has(state.hostOf[w] as number));
  }
  return [];
}

function leastImportant(state: State, workloads: readonly number[]): number {
  const priority = (w: number): number => state.problem.index.workloads[w]?.priority ?? 0;
  return workloads.reduce((least, w) => (priority(w) < priority(least) ? w : least));
}
