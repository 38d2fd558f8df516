import type { State } from "./state.ts";

const roundsMax = 250;
/** Once steps are so much shorter than at first, they lead nowhere any more. */
const shortestStep = 1 / 1024;

/** Where workloads may be. */
export interface Choices {
  readonly hostsOf: (workload: number) => Int32Array;
  /** Pairs of workloads and such hosts. */
  readonly pairs: number;
}

/** What prices aim at, and where they begin. */
interface PriceAim {
  /** The value that the search has reached: a bound as high as this proves it. */
  readonly target: number;
  readonly start: Float64Array;
  /** The strictest limit of each host and resource. */
  readonly limits: Float64Array;
  readonly choices: Choices;
  /** Looks at a workload on a host that the bound may cost. */
  readonly looksMax: number;
}

/**
 * A lower bound of one level by prices on room (Lagrangian relaxation): every host asks a price for each unit of each
 * resource, each workload goes where it pays least with these prices, and the hosts' takings for room that they do not
 * have to give are subtracted again. Any prices give a valid bound; they are improved step by step (subgradients after
 * Polyak, aimed at the value that the search has reached).
 */
export function priceBound(state: State, level: number, { target, start, limits, choices, looksMax }: PriceAim): number {
  const { resources } = state.kernels.fill;
  const rounds = Math.min(roundsMax, Math.floor(looksMax / Math.max(1, choices.pairs * Math.max(1, resources))));
  const prices = start.slice();
  const usage = new Float64Array(limits.length);
  let best = -Infinity;
  let stepScale = 1;
  let sinceBetter = 0;
  for (let round = 0; round <= rounds; round++) {
    const value = answer(state, level, prices, { limits, choices }, usage);
    if (value > best) {
      best = value;
      sinceBetter = 0;
    } else if (++sinceBetter >= 8) {
      stepScale /= 2;
      sinceBetter = 0;
    }
    let steepness = 0;
    // Resources differ by orders of magnitude: steps are taken in shares of each host's room.
    for (let cell = 0; cell < limits.length; cell++) steepness += gradient(usage, limits, cell) ** 2;
    if (steepness < 1e-12 || target <= value || stepScale < shortestStep) break;
    const step = (stepScale * (target - value)) / steepness;
    for (let cell = 0; cell < limits.length; cell++) {
      const limit = limits[cell] as number;
      if (limit > 0 && Number.isFinite(limit)) prices[cell] = Math.max(0, (prices[cell] as number) + (step * gradient(usage, limits, cell)) / limit);
    }
  }
  return best;
}

/** Use above room, as a share of the room; 0 where there is no limit. */
function gradient(usage: Float64Array, limits: Float64Array, cell: number): number {
  const limit = limits[cell] as number;
  return limit > 0 && Number.isFinite(limit) ? (usage[cell] as number) / limit : 0;
}

/** The bound that these prices give; `usage` becomes use less room of each host that is on in the answer. */
function answer(state: State, level: number, prices: Float64Array, { limits, choices }: Pick<PriceAim, "limits" | "choices">, usage: Float64Array): number {
  const { fill, objectives } = state.kernels;
  const { resources, need } = fill;
  usage.fill(0);
  let sum = 0;
  for (const w of state.problem.wanted) {
    let least = Infinity;
    let at = -1;
    const candidates = choices.hostsOf(w);
    for (let i = 0; i < candidates.length; i++) {
      const h = candidates[i] as number;
      let cost = objectives.values[objectives.find(w, h) + level] as number;
      for (let r = 0; r < resources; r++) cost += (prices[h * resources + r] as number) * (need[w * resources + r] as number);
      if (cost < least) {
        least = cost;
        at = h;
      }
    }
    if (at < 0) continue;
    sum += least;
    for (let r = 0; r < resources; r++) usage[at * resources + r] = (usage[at * resources + r] as number) + (need[w * resources + r] as number);
  }
  for (let h = 0; h < state.hostCount; h++) sum += hostAnswer(state, level, h, prices, limits, usage);
  return sum;
}

/** What a host adds: its price for being on, less what it takes for its room; nothing when it is better off. */
function hostAnswer(state: State, level: number, host: number, prices: Float64Array, limits: Float64Array, usage: Float64Array): number {
  const { resources } = state.kernels.fill;
  const { objectives } = state.kernels;
  let takings = 0;
  for (let r = 0; r < resources; r++) {
    const cell = host * resources + r;
    const limit = limits[cell] as number;
    if (Number.isFinite(limit)) takings += (prices[cell] as number) * Math.max(0, limit);
  }
  const on = objectives.on[host * objectives.levels + level] as number;
  const mayBeOff = state.isSwitchable(host);
  if (mayBeOff && on - takings >= 0) return 0;
  for (let r = 0; r < resources; r++) {
    const cell = host * resources + r;
    if (Number.isFinite(limits[cell])) usage[cell] = (usage[cell] as number) - Math.max(0, limits[cell] as number);
  }
  return (mayBeOff ? on : 0) - takings;
}

/** The strictest limit of each host and resource. */
export function limitsOf(state: State): Float64Array {
  const { fill } = state.kernels;
  const limits = new Float64Array(fill.load.length).fill(Infinity);
  for (const layer of fill.mustLayers) layer.forEach((limit, cell) => { if (limit < (limits[cell] as number)) limits[cell] = limit; });
  return limits;
}
