import { parentPort, workerData } from "node:worker_threads";
import type { Scenario } from "../model/scenario.ts";
import { indexFleet } from "../model/snapshot.ts";
import { answerOf, type LossAnswer, type LossScope } from "./sweep/answer.ts";

/** What the worker is started with: one scenario for all its questions. */
export interface SweepWorkerData {
  readonly scenario: Scenario;
  readonly startMs: number | null;
}

export interface SweepQuestion {
  readonly number: number;
  readonly scope: LossScope;
}

export interface SweepAnswer {
  readonly number: number;
  readonly answer: LossAnswer;
}

const { scenario, startMs } = workerData as SweepWorkerData;
const index = indexFleet(scenario.fleet);

parentPort?.on("message", ({ number, scope }: SweepQuestion) => {
  // What is thrown is a fault of the program: it ends the worker, and is told where that is watched.
  void answer(number, scope);
});

async function answer(number: number, scope: LossScope): Promise<void> {
  const said: SweepAnswer = { number, answer: await answerOf(scenario, index, scope, startMs) };
  // A port between threads has no origin.
  // eslint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(said);
}
