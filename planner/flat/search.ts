import type { Clock } from "../../model/clock.ts";
import { Random } from "../../model/random.ts";
import { Cooling, loadScaleOf, looksPerRound, type Heat } from "./cooling.ts";
import type { FlatProblem } from "./problem.ts";
import { reachOf } from "./reach.ts";
import { Recipes } from "./recipes.ts";

/**
 * The time of day passes by itself; that of processors is what this process has used of them, divided by the threads
 * that search: on a machine that does other things beside it says what the search would have found there alone.
 */
export type TimeKind = "wall" | "processor";

export interface FlatOptions {
  readonly seed: number;
  /** Proposals; with it the answer does not depend on the speed of the machine. */
  readonly iterations: number;
  readonly timeMs: number;
  readonly clock: Clock;
  /** Which time `clock` tells; threads have clocks of their own, which must tell the same. */
  readonly measures?: TimeKind;
  readonly stopped: () => boolean;
  /** Counts afresh after every million moves and throws when that differs; costs next to nothing. */
  readonly audits?: boolean;
  /** Called when there is a better placement that keeps every limit. */
  readonly improved?: (cost: number) => void;
}

export interface FlatSolution {
  readonly hostOf: Int32Array;
  /** Infinity when no placement that keeps every limit was found. */
  readonly cost: number;
  readonly weighed: number;
  /** How often what was counted move by move was counted afresh. */
  readonly audited: number;
}

/** Loads are settled when no more of what is still above the least that they can cost is theirs. */
const settledShare = 0.2;
/** Moves between two audits. */
const auditEvery = 1_000_000;
const proposalsMin = 200;
/** Cells of hosts and dimensions that a look goes over, to the proposals between two looks. */
const cellsPerProposal = 8;
/** What a thread is taken to propose in a millisecond while its tables stay in the cache, and the size at which that is a half. */
const proposalsPerMs = 3000;
const cachedBytes = 2 * 1024 * 1024;

/**
 * What one thread can propose for each workload within its limits. Estimated, not measured, so that the same limits
 * lead to the same rounds.
 */
export function affordable(problem: FlatProblem, { timeMs, iterations }: Pick<FlatOptions, "timeMs" | "iterations">): number {
  const { sizes, softLimits, hardLimits, between, workloadCount } = problem;
  const bytes = sizes.byteLength + softLimits.byteLength + hardLimits.byteLength + (between?.values.byteLength ?? 0);
  return Math.min(iterations, timeMs * proposalsPerMs / (1 + bytes / cachedBytes)) / workloadCount;
}

/**
 * When loads cost about as little as they can, so that what is left to save are moves: what being away costs those who
 * are, on average, as a share of what the load of a typical workload costs. Else null. Loads cost at least what is too
 * much for all hosts together.
 */
export function moveShareOf(problem: FlatProblem, { hostOf, cost }: Pick<FlatSolution, "hostOf" | "cost">): number | null {
  const { softLimits, softWeights, sizes, dimensionCount, workloadCount, home } = problem;
  const over = softLimits.map((limit) => -limit);
  let away = 0;
  for (let w = 0; w < workloadCount; w++) {
    const row = (hostOf[w] as number) * dimensionCount;
    for (let d = 0; d < dimensionCount; d++) over[row + d] = (over[row + d] as number) + (sizes[w * dimensionCount + d] as number);
    if (hostOf[w] !== home[w]) away++;
  }
  const together = new Float64Array(dimensionCount);
  let load = 0;
  over.forEach((excess, i) => {
    const d = i % dimensionCount;
    load += (softWeights[d] as number) * Math.max(0, excess);
    together[d] = (together[d] as number) + excess;
  });
  const least = together.reduce((sum, excess, d) => sum + (softWeights[d] as number) * Math.max(0, excess), 0);
  if (away === 0 || load - least > settledShare * (cost - least)) return null;
  return (cost - load) / away / loadScaleOf(problem);
}

/** Anneals within the time and the proposals given, in one thread. */
export function searchFlat(problem: FlatProblem, options: FlatOptions): FlatSolution {
  const { clock, timeMs, iterations, stopped, improved, seed, audits } = options;
  const endMs = clock.nowMs() + timeMs;
  const cooling = new Cooling(problem, reachOf(problem), new Random(seed));
  const recipes = new Recipes(new Random(seed), 1, affordable(problem, options));
  let best = { hostOf: problem.home, cost: cooling.record.cost };
  let sharesLeft = 1;
  for (const [round, share] of recipes.shares.entries()) {
    if (stopped()) break;
    const recipe = recipes.recipe(round, 0, moveShareOf(problem, best));
    cooling.begin(recipe.startsAt === "best" ? best.hostOf : problem.home);
    const leftMs = Math.max(1, endMs - clock.nowMs());
    runRound(cooling, recipe.heat, {
      ...options, timeMs: leftMs * share / sharesLeft, iterations: Math.ceil(iterations * share),
      improved: (cost) => { if (cost < best.cost) improved?.(cost); },
    });
    const { record } = cooling;
    recipes.learn(recipe, record.cost, best.cost);
    if (audits === true) cooling.audit();
    if (record.cost < best.cost) best = { hostOf: record.hostOf.slice(), cost: record.cost };
    sharesLeft -= share;
  }
  return { ...best, weighed: cooling.weighed, audited: cooling.audited };
}

/** One round within the given limits. */
export function runRound(cooling: Cooling, heat: Heat, { clock, timeMs, iterations, stopped, audits, improved }: Omit<FlatOptions, "seed">): void {
  const startMs = clock.nowMs();
  const share = (done: number): number => Math.max((clock.nowMs() - startMs) / timeMs, done / iterations);
  const paceMin = Math.max(proposalsMin, Math.ceil(cooling.cellCount / cellsPerProposal));
  let pace = Math.max(paceMin, Math.min(5000, Math.ceil(iterations / looksPerRound)));
  let reported = cooling.record.cost;
  let done = 0;
  for (let now = share(done); now < 1 && !stopped();) {
    cooling.step(heat, now, pace);
    if (audits === true && cooling.accepted - cooling.auditedAt >= auditEvery) cooling.audit();
    done += pace;
    const then = share(done);
    // A look is a small part of a round, whatever the machine's speed.
    if (then - now > 2 / looksPerRound) pace = Math.max(paceMin, Math.floor(pace / 2));
    else if (then - now < 0.5 / looksPerRound) pace *= 2;
    now = then;
    if (cooling.record.cost < reported) {
      reported = cooling.record.cost;
      improved?.(reported);
    }
  }
  cooling.record.keep();
}
