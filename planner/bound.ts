import { firstObjectiveLevel, mustsLevel, unplacedLevel, type Score } from "./problem.ts";
import type { State } from "./state.ts";

/** Pairs of workloads and hosts up to which bounds of objectives are computed. */
const pairsMax = 16_000_000;

/**
 * Lower bounds by level: what no placement can be below, given that the levels before are as good as `score` says; null
 * where unknown. Cheap, and valid whatever the other rules are, because it only leaves rules out:
 * - musts are never below 0;
 * - who is allowed nowhere is unplaced, and what does not fit into the whole fleet is;
 * - once everybody is placed and no must is broken, each workload pays at least its cheapest allowed host, with a share of
 *   the price of switching it on by its share of one resource (the shares on a host never exceed 1); and where the
 *   cheapest hosts of all would be overloaded, the least loss of sending the excess elsewhere comes on top.
 */
export function lowerBounds(state: State, score: Score): readonly (number | null)[] {
  const levels = Array.from({ length: state.levelCount - firstObjectiveLevel }, (_, l) => l);
  if ((score[mustsLevel] ?? 0) > 0) return [0, null, ...levels.map(() => null)];
  const unplaced = unplacedBound(state);
  const small = state.workloadCount * state.hostCount <= pairsMax && state.kernels.objectives.complete;
  if (!small || (score[unplacedLevel] ?? 0) > 0) return [0, unplaced, ...levels.map(() => null)];
  return [0, unplaced, ...levels.map((level) => levelBound(state, level))];
}

/** Least penalty for workloads that no placement can hold without breaking a must. */
function unplacedBound(state: State): number {
  const { problem, kernels } = state;
  const penalty = (w: number): number => 1 + (problem.index.workloads[w]?.priority ?? 0);
  const homeless = problem.wanted.filter((w) => kernels.allow.candidatesOf(w).length === 0);
  const certain = homeless.reduce((sum, w) => sum + penalty(w), 0);
  const others = problem.wanted.filter((w) => kernels.allow.candidatesOf(w).length > 0);
  let worst = 0;
  for (let r = 0; r < kernels.fill.resources; r++) {
    let room = 0;
    for (let h = 0; h < state.hostCount; h++) room += Math.max(0, limitOf(state, h, r));
    const excess = others.reduce((sum, w) => sum + needOf(state, w, r), -room);
    worst = Math.max(worst, leastLoss(excess, others, (w) => needOf(state, w, r), penalty));
  }
  return certain + Math.ceil(worst - 1e-6);
}

/** The best of several relaxations: prices of hosts shared out by each resource. */
function levelBound(state: State, level: number): number | null {
  const { fill, objectives } = state.kernels;
  let best = -Infinity;
  for (let r = fill.resources === 0 ? -1 : 0; r < fill.resources || r === -1; r++) {
    const bound = relaxedBound(state, level, r);
    if (bound === null) return null;
    if (bound > best) best = bound;
    if (r === -1) break;
  }
  let always = objectives.base[level] as number;
  for (let h = 0; h < state.hostCount; h++) always += Math.min(0, objectives.on[h * objectives.levels + level] as number);
  return Math.ceil(best + always - 1e-6 * Math.max(1, Math.abs(best)));
}

/** Null when some workload has no allowed host. */
function relaxedBound(state: State, level: number, resource: number): number | null {
  const { kernels, problem } = state;
  const { objectives } = kernels;
  const price = new Float64Array(state.hostCount);
  for (let h = 0; h < state.hostCount; h++) {
    const limit = resource < 0 ? Infinity : limitOf(state, h, resource);
    const on = objectives.on[h * objectives.levels + level] as number;
    price[h] = on > 0 && limit > 0 && Number.isFinite(limit) ? on / limit : 0;
  }
  const cheapest: number[][] = Array.from({ length: state.hostCount }, () => []);
  const regret = new Float64Array(state.workloadCount);
  let sum = 0;
  for (const w of problem.wanted) {
    const need = resource < 0 ? 0 : needOf(state, w, resource);
    let least = Infinity;
    let second = Infinity;
    let at = -1;
    for (const h of kernels.allow.candidatesOf(w)) {
      const cost = (objectives.values[objectives.find(w, h) + level] as number) + (price[h] as number) * need;
      if (cost < least) {
        second = least;
        least = cost;
        at = h;
      } else if (cost < second) second = cost;
    }
    if (at < 0) return null;
    sum += least;
    regret[w] = second - least;
    cheapest[at]?.push(w);
  }
  cheapest.forEach((workloads, h) => {
    let worst = 0;
    for (let r = 0; r < kernels.fill.resources; r++) {
      const limit = limitOf(state, h, r);
      const excess = workloads.reduce((total, w) => total + needOf(state, w, r), -limit);
      const loss = leastLoss(excess, workloads, (w) => needOf(state, w, r), (w) => regret[w] as number);
      if (Number.isFinite(loss) && loss > worst) worst = loss;
    }
    sum += worst;
  });
  return sum;
}

/** The cheapest way to get rid of `excess`, workloads divisible: a lower bound of a knapsack. */
function leastLoss(excess: number, workloads: ArrayLike<number>, size: (w: number) => number, loss: (w: number) => number): number {
  if (!(excess > 0)) return 0;
  const order = Array.from(workloads).filter((w) => size(w) > 0).sort((a, b) => loss(a) / size(a) - loss(b) / size(b) || a - b);
  let left = excess;
  let sum = 0;
  for (const w of order) {
    const part = Math.min(1, left / size(w));
    sum += part * loss(w);
    left -= size(w);
    if (left <= 0) break;
  }
  return sum;
}

function limitOf(state: State, host: number, resource: number): number {
  const { fill } = state.kernels;
  let limit = Infinity;
  for (const layer of fill.mustLayers) limit = Math.min(limit, layer[host * fill.resources + resource] as number);
  return limit;
}

function needOf(state: State, workload: number, resource: number): number {
  const { fill } = state.kernels;
  return fill.need[workload * fill.resources + resource] as number;
}
