import { SolverThread } from "../solver-thread.ts";
import type { IslandQuestion } from "./island-worker.ts";
import type { FlatProblem } from "./problem.ts";
import { rounds, type FlatOptions, type FlatSolution } from "./search.ts";

/** How often shared costs are looked at. */
const lookMs = 100;
/** What a thread gets to come to an end by itself. */
const graceMs = 5000;
/** Longest time that tables take to reach a thread. */
const loadMs = 120_000;

/**
 * Anneals on several threads at once. Each anneals for itself; between rounds all go on from the best placement of any.
 * With a limit of proposals that is reached before the time, the answer depends on the seed and the number of threads only.
 */
export async function searchIslands(problem: FlatProblem, threads: number, options: FlatOptions): Promise<FlatSolution> {
  const { seed, timeMs, clock, stopped } = options;
  const shared = inSharedMemory(problem);
  const islands = Array.from({ length: threads }, (_, i) => ({
    thread: new SolverThread<IslandQuestion, FlatSolution>(new URL("./island-worker", import.meta.url)),
    cost: new Float64Array(new SharedArrayBuffer(8)).fill(Infinity),
    seed: seed + i * 1_000_003,
  }));
  const looks = setInterval(() => options.improved?.(islands.reduce((least, { cost }) => Math.min(least, cost[0] as number), Infinity)), lookMs);
  const endMs = clock.nowMs() + timeMs;
  const askAll = async (question: (i: number) => IslandQuestion, limitMs: number): Promise<readonly FlatSolution[]> => {
    const answers = await Promise.all(islands.map(({ thread }, i) => thread.ask(question(i), { limitMs, stopped, graceMs })));
    return answers.filter((answer) => answer !== null);
  };
  try {
    await askAll((i) => ({ kind: "settle", problem: shared, seed: islands[i]?.seed ?? 0, cost: islands[i]?.cost ?? new Float64Array(1) }), loadMs);
    let best: FlatSolution = { hostOf: problem.home, cost: Infinity, weighed: 0 };
    let sharesLeft = 1;
    for (const { heat, share } of rounds) {
      if (stopped()) break;
      const roundMs = Math.max(1, endMs - clock.nowMs()) * share / sharesLeft;
      const from = best.cost < Infinity ? best.hostOf : null;
      const iterations = Math.ceil(options.iterations * share / threads);
      const answers = await askAll(() => ({ kind: "round", heat, iterations, timeMs: roundMs, from }), roundMs + graceMs);
      const weighed = answers.reduce((sum, answer) => sum + answer.weighed, 0);
      for (const answer of answers) if (answer.cost < best.cost) best = answer;
      best = { ...best, weighed };
      sharesLeft -= share;
    }
    return best;
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
