import type { PresenceObjective } from "../policies/objective.ts";
import { forcedLeavers, freeWorkloads } from "./free.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel, type Problem, type Score } from "./problem.ts";
import { limitsOf, priceBound, type Choices } from "./price-bound.ts";
import type { State } from "./state.ts";

/** Pairs of workloads and hosts up to which bounds of objectives are computed. */
const pairsMax = 16_000_000;
/** Looks at a workload on a host in which prices are improved: up to the first level that is above its bound, and after it. */
const boundLooksMax = 20_000_000;
const laterLooksMax = 4_000_000;

/**
 * Lower bounds by level: what no placement can be below, given that the levels before are as good as `score`, that of
 * `hostOf`, says; null where unknown. Cheap, and valid whatever the other rules are, because it only leaves rules out:
 * - musts are never below 0;
 * - who is allowed nowhere is unplaced, and what does not fit into the whole fleet is;
 * - once no must is broken, who may not stay where it is moves; where nobody else has moved and moves come first, everybody
 *   else stays;
 * - once everybody is placed and no must is broken, each workload pays at least its cheapest allowed host, with a share of
 *   the price of switching it on by its share of one resource (the shares on a host never exceed 1); and where the
 *   cheapest hosts of all would be overloaded, the least loss of sending the excess elsewhere comes on top;
 * - what is above the limits of an objective of kind `over` is at least what is above them were all hosts one;
 * - and a group that pays by host pays for the hosts that have room for its members, the cheapest of all.
 */
export function lowerBounds(state: State, score: Score, hostOf: ArrayLike<number> = state.hostOf, ofObjectives = true): readonly (number | null)[] {
  const levels = Array.from({ length: state.levelCount - firstObjectiveLevel }, (_, l) => l);
  if ((score[mustsLevel] ?? 0) > 0) return [0, null, ...levels.map(() => null)];
  const unplaced = unplacedBound(state);
  if ((score[unplacedLevel] ?? 0) > 0) return [0, unplaced, ...levels.map(() => null)];
  const free = freeWorkloads(state, score);
  if (free?.length === 0) return [...score];
  const choices = choicesOf(state, free, hostOf);
  const small = ofObjectives && choices.pairs <= pairsMax && state.kernels.objectives.complete;
  // How sure an answer is depends on the first level above its bound: those behind it get their bound for less.
  let looksMax = boundLooksMax;
  return [0, unplaced, ...levels.map((level) => {
    const forced = state.problem.levels[level]?.countsLeavers === true ? forcedLeavers(state) : null;
    if (!small || forced === score[firstObjectiveLevel + level]) return forced;
    const bound = levelBound(state, level, score, choices, looksMax);
    if (bound !== score[firstObjectiveLevel + level]) looksMax = laterLooksMax;
    return bound === null || forced === null ? bound : Math.max(bound, forced);
  })];
}

/** Where each workload may be in a placement that is as good on the levels before. */
function choicesOf({ problem, kernels: { allow }, workloadCount }: State, free: Int32Array | null, hostOf: ArrayLike<number>): Choices {
  const isFree = new Uint8Array(workloadCount).fill(free === null ? 1 : 0);
  for (const w of free ?? []) isFree[w] = 1;
  const only = new Int32Array(1);
  const hostsOf = (w: number): Int32Array => {
    if (isFree[w] === 1) return allow.candidatesOf(w);
    only[0] = hostOf[w] ?? -1;
    return only;
  };
  return { hostsOf, pairs: problem.wanted.reduce((sum, w) => sum + hostsOf(w).length, 0) };
}

/** Least penalty for workloads that no placement can hold without breaking a must. */
function unplacedBound(state: State): number {
  const { problem, kernels } = state;
  const penalty = (w: number): number => 1 + (problem.index.workloads[w]?.priority ?? 0);
  const homeless = problem.wanted.filter((w) => kernels.allow.candidatesOf(w).length === 0);
  const certain = homeless.reduce((sum, w) => sum + penalty(w), 0);
  const others = problem.wanted.filter((w) => kernels.allow.candidatesOf(w).length > 0);
  let worst = 0;
  const limits = limitsOf(state);
  for (let r = 0; r < kernels.fill.resources; r++) {
    let room = 0;
    for (let h = 0; h < state.hostCount; h++) room += Math.max(0, limits[h * kernels.fill.resources + r] as number);
    const excess = others.reduce((sum, w) => sum + needOf(state, w, r), -room);
    worst = Math.max(worst, leastLoss(excess, others, (w) => needOf(state, w, r), penalty));
  }
  return certain + Math.ceil(worst - 1e-6);
}

/** The best of several relaxations: prices of hosts shared out by each resource, then prices improved step by step. */
function levelBound(state: State, level: number, score: Score, choices: Choices, looksMax: number): number | null {
  const { fill, objectives } = state.kernels;
  const limits = limitsOf(state);
  let negative = 0;
  /** Without a price for being on, all resources say the same. */
  let hasPrice = false;
  for (let h = 0; h < state.hostCount; h++) {
    const on = objectives.on[h * objectives.levels + level] as number;
    negative += Math.min(0, on);
    if (on > 0) hasPrice = true;
  }
  let best = -Infinity;
  let bestShares: Float64Array = new Float64Array(limits.length);
  for (let r = 0; r < Math.max(1, fill.resources); r++) {
    const shares = onShares(state, level, r, limits);
    const bound = relaxedBound(state, level, shares, limits, choices);
    if (bound === null) return null;
    if (bound + negative <= best) continue;
    best = bound + negative;
    bestShares = shares;
    if (!hasPrice) break;
  }
  const base = (objectives.base[level] as number) + leastOver(state.problem, level) + leastPresence(state, level, limits);
  const value = (score[firstObjectiveLevel + level] ?? 0) - base;
  if (roundUp(best) < value && fill.resources > 0) best = Math.max(best, priceBound(state, level, { target: value, start: bestShares, limits, choices, looksMax }));
  return roundUp(best) + base;
}

/** What is above the limits of all hosts together, were they one: with everybody placed no host can be less over than its part of it. */
function leastOver({ levels, wanted }: Problem, level: number): number {
  return (levels[level]?.terms ?? []).reduce((sum, { objective, weight }) => {
    if (objective.kind !== "over") return sum;
    const { sizes, limits } = objective;
    const size = wanted.reduce((total, w) => total + (sizes[w] ?? 0), 0);
    return sum + weight * Math.max(0, size - limits.reduce((total, limit) => total + limit, 0));
  }, 0);
}

/** A group pays for hosts that hold its members: the cheapest of them, were they divisible, by the resource that asks for most; and for one at least. */
function leastPresence(state: State, level: number, limits: Float64Array): number {
  const { problem: { levels, wanted }, kernels: { fill: { resources } } } = state;
  const isWanted = new Set(wanted);
  const ofGroup = ({ members, prices }: PresenceObjective["groups"][number]): number => {
    const placed = members.filter((w) => isWanted.has(w));
    if (placed.length === 0) return 0;
    let most = prices.reduce((least, price) => Math.min(least, price), Infinity);
    for (let r = 0; r < resources; r++) most = Math.max(most, leastCover(placed.reduce((sum, w) => sum + needOf(state, w, r), 0), prices, (h) => limits[h * resources + r] as number));
    return most;
  };
  return (levels[level]?.terms ?? []).reduce((sum, { objective, weight }) =>
    sum + (objective.kind === "presence" ? weight * objective.groups.reduce((paid, group) => paid + roundUp(ofGroup(group)), 0) : 0), 0);
}

/** What hosts with so much room cost at least, where their parts can be paid for. */
function leastCover(need: number, prices: Float64Array, roomOf: (host: number) => number): number {
  const order = Array.from(prices.keys()).filter((h) => roomOf(h) > 0).sort((a, b) => (prices[a] as number) / roomOf(a) - (prices[b] as number) / roomOf(b));
  let [left, paid] = [need, 0];
  for (const h of order) {
    if (left <= 0) break;
    paid += (prices[h] as number) * Math.min(1, left / roomOf(h));
    left -= roomOf(h);
  }
  return paid;
}

/** Values are whole numbers, so a bound may be rounded up; not when it is above one by rounding errors only. */
function roundUp(bound: number): number {
  return Math.ceil(bound - 1e-9 * Math.max(1000, Math.abs(bound)));
}

/** By host and resource: the price of being on for each unit of one resource. */
function onShares(state: State, level: number, resource: number, limits: Float64Array): Float64Array {
  const { fill: { resources }, objectives } = state.kernels;
  const shares = new Float64Array(limits.length);
  if (resources === 0) return shares;
  for (let h = 0; h < state.hostCount; h++) {
    const limit = limits[h * resources + resource] as number;
    const on = objectives.on[h * objectives.levels + level] as number;
    if (on > 0 && limit > 0 && Number.isFinite(limit)) shares[h * resources + resource] = on / limit;
  }
  return shares;
}

/** Everybody on the cheapest host at these prices, and what it costs to mend its overloads; null when somebody has no allowed host. */
function relaxedBound(state: State, level: number, prices: Float64Array, limits: Float64Array, { hostsOf }: Choices): number | null {
  const { kernels: { objectives, fill }, problem } = state;
  const { resources } = fill;
  const cheapest: number[][] = Array.from({ length: state.hostCount }, () => []);
  const regret = new Float64Array(state.workloadCount);
  let sum = 0;
  for (const w of problem.wanted) {
    let least = Infinity;
    let second = Infinity;
    let at = -1;
    for (const h of hostsOf(w)) {
      let cost = objectives.values[objectives.find(w, h) + level] as number;
      for (let r = 0; r < resources; r++) cost += (prices[h * resources + r] as number) * needOf(state, w, r);
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
  cheapest.forEach((workloads, h) => { sum += overloadLoss(state, workloads, h, regret, limits); });
  return sum;
}

/** The least loss of sending away what a host cannot hold, by the resource that costs most. */
function overloadLoss(state: State, workloads: readonly number[], host: number, regret: Float64Array, limits: Float64Array): number {
  const { resources } = state.kernels.fill;
  let worst = 0;
  for (let r = 0; r < resources; r++) {
    const excess = workloads.reduce((total, w) => total + needOf(state, w, r), -(limits[host * resources + r] as number));
    const loss = leastLoss(excess, workloads, (w) => needOf(state, w, r), (w) => regret[w] as number);
    if (Number.isFinite(loss) && loss > worst) worst = loss;
  }
  return worst;
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

function needOf(state: State, workload: number, resource: number): number {
  const { fill } = state.kernels;
  return fill.need[workload * fill.resources + resource] as number;
}
