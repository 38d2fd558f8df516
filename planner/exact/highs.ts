import type { MilpData } from "./milp.ts";
import { SolverThread, type Patience } from "../solver-thread.ts";

/** What the thread of HiGHS is asked. */
export interface HighsQuestion {
  readonly data: MilpData;
  /** A solution to start from, in some columns; the solver completes it. */
  readonly start: { readonly indices: Int32Array; readonly values: Float64Array } | null;
  readonly timeMs: number;
  readonly seed: number;
  /** Most nodes of the search tree. */
  readonly nodes: number;
  /** How far from whole a whole number may be. */
  readonly tolerance: number;
}

/** What it says: a solution or none, and what no solution can be below. */
export interface HighsAnswer {
  readonly status: "optimal" | "infeasible" | "limit" | "failed";
  readonly values: Float64Array | null;
  readonly bound: number | null;
}

/** WebAssembly memory never shrinks: a thread is replaced after so many answers. */
const answersMax = 400;
/** Threads kept warm; more may run at once, they are dropped afterwards. */
const idleMax = 1;
/** How long HiGHS may take to notice that it was called off: it looks between steps, and presolve is one step. */
const graceMs = 1_500;
const idle: SolverThread<HighsQuestion, HighsAnswer>[] = [];

/** Solves a model with HiGHS in a thread of its own. A thread that failed or was killed answers `failed`. */
export async function askHighs(question: HighsQuestion, patience: Omit<Patience, "graceMs">): Promise<HighsAnswer> {
  const thread = idle.pop() ?? new SolverThread<HighsQuestion, HighsAnswer>(new URL("./highs-worker", import.meta.url));
  const answer = await thread.ask(question, { ...patience, graceMs });
  const healthy = answer !== null && answer.status !== "failed" && thread.alive && thread.answered < answersMax;
  if (healthy && idle.length < idleMax) idle.push(thread);
  else thread.dispose();
  return answer ?? { status: "failed", values: null, bound: null };
}
