import { parentPort } from "node:worker_threads";
import { runStudyJob, type JobOutcome, type StudyJob } from "./study/job.ts";

/** What the worker is asked: one simulation after the other, by number. */
export interface StudyQuestion {
  readonly number: number;
  readonly job: StudyJob;
}

/** What it answers. */
export interface StudyAnswer {
  readonly number: number;
  readonly outcome: JobOutcome;
}

parentPort?.on("message", ({ number, job }: StudyQuestion) => {
  // What is thrown is a fault of the program: it ends the worker, and is told where that is watched.
  void answer(number, job);
});

async function answer(number: number, job: StudyJob): Promise<void> {
  const answered: StudyAnswer = { number, outcome: await runStudyJob(job) };
  // A port between threads has no origin.
  // eslint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(answered);
}
