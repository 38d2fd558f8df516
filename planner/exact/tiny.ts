import type { MilpData } from "./milp.ts";
import { SolverThread, type Patience } from "../solver-thread.ts";

/** Binaries up to which a model is tiny. */
export const tinyBinariesMax = 60;
/** It answers within this or, now and then, never. */
const limitMs = 1_000;

interface TinyAnswer {
  readonly values: Float64Array | null;
}

let idle: SolverThread<MilpData, TinyAnswer> | null = null;

/** A guess of javascript-lp-solver: values of all columns, not to be believed before they are checked; null for none. */
export async function askTiny(data: MilpData, stopped: Patience["stopped"]): Promise<Float64Array | null> {
  const thread = idle ?? new SolverThread<MilpData, TinyAnswer>(new URL("./tiny-worker", import.meta.url));
  idle = null;
  const answer = await thread.ask(data, { limitMs, stopped, graceMs: 0 });
  if (answer !== null && thread.alive && idle === null) idle = thread;
  else thread.dispose();
  return answer?.values ?? null;
}
