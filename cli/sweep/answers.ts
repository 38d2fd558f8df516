import type { Worker } from "node:worker_threads";
import type { Scenario } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { startWorker } from "../start-worker.ts";
import type { SweepAnswer, SweepQuestion, SweepWorkerData } from "../sweep-worker.ts";
import { answerOf, type LossAnswer, type LossScope } from "./answer.ts";

/** With fewer losses for each than this a worker takes longer to start than it saves. */
const lossesPerWorker = 24;

export interface AnswerOptions {
  readonly startMs: number | null;
  /** Threads that may be used. */
  readonly threads: number;
  readonly progress: (done: number) => void;
}

/** The planner's answers to all losses, in their order. They do not depend on how many threads there are. */
export function answersTo(scenario: Scenario, scopes: readonly LossScope[], options: AnswerOptions): Promise<readonly LossAnswer[]> {
  const workers = Math.min(options.threads, Math.floor(scopes.length / lossesPerWorker));
  return workers < 2 ? answersHere(scenario, scopes, options) : answersOfWorkers(scenario, scopes, workers, options);
}

/** One after the other on this thread. */
export async function answersHere(scenario: Scenario, scopes: readonly LossScope[], { startMs, progress }: AnswerOptions): Promise<readonly LossAnswer[]> {
  const index = indexFleet(scenario.fleet);
  const answers: LossAnswer[] = [];
  for (const scope of scopes) {
    progress(answers.length);
    answers.push(await answerOf(scenario, index, scope, startMs));
  }
  return answers;
}

/** Each worker takes the next loss as soon as it has answered the last. */
export async function answersOfWorkers(scenario: Scenario, scopes: readonly LossScope[], count: number, { startMs, progress }: AnswerOptions): Promise<readonly LossAnswer[]> {
  const answers = new Map<number, LossAnswer>();
  const workers = Array.from({ length: count }, () => {
    const data: SweepWorkerData = { scenario, startMs };
    return startWorker("sweep-worker", data);
  });
  let next = 0;
  const work = async (worker: Worker): Promise<void> => {
    for (let number = next++; number < scopes.length; number = next++) {
      const scope = scopes[number];
      if (scope !== undefined) answers.set(number, await ask(worker, { number, scope }));
      progress(answers.size);
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return scopes.flatMap((_, number) => answers.get(number) ?? []);
}

function ask(worker: Worker, question: SweepQuestion): Promise<LossAnswer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => reject(new Error(`a worker of the sweep ended with code ${code} and no answer`));
    worker.once("error", reject);
    worker.once("exit", onExit);
    worker.once("message", ({ answer }: SweepAnswer) => {
      worker.off("error", reject);
      worker.off("exit", onExit);
      resolve(answer);
    });
    // A port between threads has no origin.
    // eslint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(question);
  });
}
