import { parentPort, workerData } from "node:worker_threads";
import type { Clock } from "../../model/clock.ts";
import { Random } from "../../model/random.ts";
import { ready } from "../solver-thread.ts";
import { Cooling, type Heat } from "./cooling.ts";
import type { FlatProblem } from "./problem.ts";
import { processorMs } from "./processor-time.ts";
import type { Reach } from "./reach.ts";
import { runRound, type FlatSolution, type TimeKind } from "./search.ts";

/** What an island is asked: first to take a problem, then for one round after another. */
export type IslandQuestion =
  | {
      readonly kind: "settle";
      readonly problem: FlatProblem;
      readonly reach: Reach;
      readonly seed: number;
      readonly measures: TimeKind;
      /** That search side by side. */
      readonly threads: number;
      /** One cell, shared: the cost of the best placement of this island. */
      readonly cost: Float64Array;
    }
  | {
      readonly kind: "round";
      readonly heat: Heat;
      readonly iterations: number;
      readonly timeMs: number;
      readonly audits: boolean;
      /** The placement to start from. */
      readonly from: Int32Array;
    };

const flag = workerData as Int32Array;
/** A thread is an edge of the process: no clock can be handed to it. With a limit of proposals it decides nothing. */
function clockOf(measures: TimeKind, threads: number): Clock {
  return { nowMs: measures === "wall" ? () => performance.now() : () => processorMs() / threads };
}

let island: { readonly cooling: Cooling; readonly cost: Float64Array; readonly clock: Clock } | null = null;

function answer(question: IslandQuestion): FlatSolution {
  if (question.kind === "settle") {
    island = { cooling: new Cooling(question.problem, question.reach, new Random(question.seed)), cost: question.cost, clock: clockOf(question.measures, question.threads) };
  } else if (island !== null) {
    const { cooling, cost, clock } = island;
    cooling.begin(question.from);
    runRound(cooling, question.heat, {
      ...question, clock, stopped: () => Atomics.load(flag, 0) === 1, improved: (best) => { cost[0] = best; },
    });
    if (question.audits) cooling.audit();
  }
  const record = island?.cooling.record;
  return { hostOf: record?.hostOf ?? new Int32Array(), cost: record?.cost ?? Infinity, weighed: island?.cooling.weighed ?? 0, audited: island?.cooling.audited ?? 0 };
}

// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.on("message", (question: IslandQuestion) => parentPort?.postMessage(answer(question)));
// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(ready);
