import { Random } from "../../model/random.ts";
import { SolverThread } from "../solver-thread.ts";
import type { IslandQuestion } from "./island-worker.ts";
import type { FlatProblem } from "./problem.ts";
import { reachOf, type Reach } from "./reach.ts";
import { Recipes } from "./recipes.ts";
import { affordable, moveShareOf, type FlatOptions, type FlatSolution } from "./search.ts";

/** How often shared costs are looked at. */
const lookMs = 100;
/** What a thread gets to come to an end by itself. */
const graceMs = 5000;
/** When time is that of processors, nobody knows how long a round takes; a day is too long. */
const longestMs = 86_400_000;
/** Longest time that tables take to reach a thread. */
const loadMs = 120_000;

/**
 * Anneals on several threads at once, a recipe on each; what they find is shared between rounds. With a limit of proposals
 * that is reached before the time, the answer depends on the seed and the number of threads only.
 */
export async function searchIslands(problem: FlatProblem, threads: number, options: FlatOptions): Promise<FlatSolution> {
  const { seed, timeMs, clock, stopped, measures = "wall" } = options;
  const endMs = clock.nowMs() + timeMs;
  const shared = inSharedMemory(problem);
  const reach = reachInSharedMemory(reachOf(problem));
  const islands = Array.from({ length: threads }, (_, i) => ({
    thread: new SolverThread<IslandQuestion, FlatSolution>(new URL("./island-worker", import.meta.url)),
    cost: new Float64Array(new SharedArrayBuffer(8)).fill(Infinity),
    seed: seed + i * 1_000_003,
  }));
  let best = { hostOf: problem.home, cost: Infinity };
  let done = { weighed: 0, audited: 0 };
  let reported = Infinity;
  const report = (): void => {
    const least = islands.reduce((known, { cost }) => Math.min(known, cost[0] as number), best.cost);
    if (least >= reported) return;
    reported = least;
    options.improved?.(least);
  };
  const looks = setInterval(report, lookMs);
  const askAll = async (question: (i: number) => IslandQuestion, limitMs: number): Promise<readonly (FlatSolution | null)[]> =>
    Promise.all(islands.map(({ thread }, i) => thread.ask(question(i), { limitMs, stopped, graceMs })));
  try {
    await askAll((i) => ({ kind: "settle", problem: shared, reach, seed: islands[i]?.seed ?? 0, measures, threads, cost: islands[i]?.cost ?? new Float64Array(1) }), loadMs);
    const recipes = new Recipes(new Random(seed), threads, affordable(problem, { timeMs, iterations: options.iterations / threads }));
    let sharesLeft = 1;
    for (const [round, share] of recipes.shares.entries()) {
      if (stopped()) break;
      const roundMs = Math.max(1, endMs - clock.nowMs()) * share / sharesLeft;
      const iterations = Math.ceil(options.iterations * share / threads);
      const moveShare = best.cost < Infinity ? moveShareOf(problem, best) : null;
      const chosen = islands.map((_, lane) => recipes.recipe(round, lane, moveShare));
      const start = best.hostOf;
      const answers = await askAll((i) => {
        const { heat, startsAt } = chosen[i] as (typeof chosen)[number];
        return { kind: "round", heat, iterations, timeMs: roundMs, audits: options.audits ?? false, from: startsAt === "best" ? start : problem.home };
      }, measures === "wall" ? roundMs + graceMs : longestMs);
      const sum = (of: "weighed" | "audited"): number => answers.reduce((total, answer) => total + (answer?.[of] ?? 0), 0);
      done = { weighed: sum("weighed"), audited: sum("audited") };
      const before = best.cost;
      for (const [i, answer] of answers.entries()) {
        if (answer === null) continue;
        recipes.learn(chosen[i] as (typeof chosen)[number], answer.cost, before);
        if (answer.cost < best.cost) best = { hostOf: answer.hostOf, cost: answer.cost };
      }
      report();
      sharesLeft -= share;
    }
    return { ...best, ...done };
  } finally {
    clearInterval(looks);
    for (const { thread } of islands) thread.dispose();
  }
}

/** The large tables once for all threads. */
function inSharedMemory(problem: FlatProblem): FlatProblem {
  const { between, sizes } = problem;
  return {
    ...problem,
    sizes: sharedCopy(sizes, Float64Array),
    between: between === null ? null : {
      ...between, values: between.values instanceof Uint8Array ? sharedCopy(between.values, Uint8Array) : sharedCopy(between.values, Uint32Array),
    },
  };
}

function sharedCopy<Table extends { readonly byteLength: number; set(from: Table): void }>(table: Table, Kind: new (buffer: SharedArrayBuffer) => Table): Table {
  const copy = new Kind(new SharedArrayBuffer(table.byteLength));
  copy.set(table);
  return copy;
}

function reachInSharedMemory({ rowOf, wordCount, bits, starts, hosts, counts }: Reach): Reach {
  return {
    rowOf: sharedCopy(rowOf, Int32Array), wordCount, bits: sharedCopy(bits, Uint32Array), starts: sharedCopy(starts, Int32Array), counts: sharedCopy(counts, Int32Array),
    hosts: hosts instanceof Uint16Array ? sharedCopy(hosts, Uint16Array) : sharedCopy(hosts, Int32Array),
  };
}
