import type { FleetIndex } from "../../model/snapshot.ts";
import type { FleetState } from "./fleet-state.ts";
import type { Next } from "./next-step.ts";
import { stepMs } from "./step.ts";

/** What is known of a schedule before its first step. */
interface Beginning {
  readonly index: FleetIndex;
  readonly target: Int32Array;
  readonly state: FleetState;
  readonly next: (workload: number) => Next;
}

/** First what leaves hosts that others wait for, then what takes longest, then by id. */
export function ranks({ index, target, state, next: nextOf }: Beginning, jobs: readonly number[]): Int32Array {
  const wanted = new Int32Array(index.hosts.length);
  for (const w of jobs) {
    const goal = target[w] ?? -1;
    if (goal >= 0 && goal !== state.hostOf(w)) wanted[goal] = (wanted[goal] ?? 0) + 1;
  }
  const keyed = jobs.map((w) => {
    const next = nextOf(w);
    const step = next.kind === "step" ? next.step : null;
    return { w, frees: wanted[state.hostOf(w)] ?? 0, lasts: step === null ? 0 : stepMs(index, step) };
  }).sort((a, b) => b.frees - a.frees || b.lasts - a.lasts || a.w - b.w);
  const rank = new Int32Array(index.workloads.length);
  keyed.forEach(({ w }, position) => {
    rank[w] = position;
  });
  return rank;
}

/**
 * Those that fill hosts which nobody leaves, last in rank first. While anybody waits for anybody else, the room there is
 * what a way out needs, and the end of their own way takes it for good.
 */
export function fillers({ index, target, state }: Beginning, jobs: readonly number[], rank: Int32Array): number[] {
  const isLeft = new Uint8Array(index.hosts.length);
  for (const w of jobs) if (state.hostOf(w) >= 0 && target[w] !== state.hostOf(w)) isLeft[state.hostOf(w)] = 1;
  return jobs
    .filter((w) => (target[w] ?? -1) >= 0 && target[w] !== state.hostOf(w) && isLeft[target[w] ?? -1] === 0)
    .sort((a, b) => (rank[b] ?? 0) - (rank[a] ?? 0));
}
