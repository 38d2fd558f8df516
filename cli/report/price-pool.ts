import type { PriceMessage } from "../price-worker.ts";
import { startWorker } from "../start-worker.ts";
import type { PriceAnswer, PriceJob } from "./price-of-policy.ts";

/** Answers questions on threads, each in a worker of its own, so many at a time; in the order of the questions. */
export async function priceAnswers(jobs: readonly PriceJob[], threads: number, onDone: (done: number) => void): Promise<readonly (PriceAnswer | null)[]> {
  const answers: (PriceAnswer | null)[] = jobs.map(() => null);
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    for (let n = next++; n < jobs.length; n = next++) {
      const job = jobs[n];
      if (job === undefined) return;
      answers[n] = await ask(job);
      onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
  return answers;
}

function ask(job: PriceJob): Promise<PriceAnswer | null> {
  const worker = startWorker("price-worker", job);
  return new Promise((resolve, reject) => {
    worker.once("message", ({ answer }: PriceMessage) => resolve(answer));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a worker that priced a policy ended with code ${code} and no answer`)));
  });
}
