import type { Worker } from "node:worker_threads";
import { startWorker } from "../start-worker.ts";
import type { StudyAnswer, StudyQuestion } from "../study-worker.ts";
import type { JobOutcome, StudyJob } from "./job.ts";

/** What happens beside the running. */
export interface PoolWatch {
  readonly workers: number;
  /** Called for each job that is done, in the order in which they are; the next one waits for it. */
  onDone(number: number, outcome: JobOutcome): Promise<void>;
}

/**
 * Runs jobs on worker threads, each worker one simulation after the other. Ctrl-C ends the workers at once; what was done
 * before stays. Returns whether it was pressed.
 */
export async function runJobs(jobs: readonly StudyJob[], watch: PoolWatch): Promise<boolean> {
  const state = { interrupted: false };
  let next = 0;
  const workers: Worker[] = [];
  const endAll = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  const onSignal = (): void => {
    state.interrupted = true;
    void endAll();
  };
  const work = async (): Promise<void> => {
    const worker = startWorker("study-worker", null);
    workers.push(worker);
    while (next < jobs.length && !state.interrupted) {
      const number = next++;
      const job = jobs[number];
      const outcome = job === undefined ? null : await ask(worker, { number, job }, () => state.interrupted);
      if (outcome !== null) await watch.onDone(number, outcome);
    }
  };
  process.on("SIGINT", onSignal);
  try {
    await Promise.all(Array.from({ length: Math.min(watch.workers, jobs.length) }, work));
  } finally {
    process.off("SIGINT", onSignal);
    await endAll();
  }
  return state.interrupted;
}

/** Null when the worker was ended before it had an answer. */
function ask(worker: Worker, question: StudyQuestion, interrupted: () => boolean): Promise<JobOutcome | null> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      worker.off("exit", onExit);
      end();
    };
    const onMessage = ({ outcome }: StudyAnswer): void => settle(() => resolve(outcome));
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (code: number): void => settle(() => {
      if (interrupted()) resolve(null);
      else reject(new Error(`a worker of the study ended with code ${code} and no answer`));
    });
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.on("exit", onExit);
    // A port between threads has no origin.
    // eslint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(question);
  });
}
