import { parentPort, workerData } from "node:worker_threads";
import { priceAnswer, type PriceAnswer, type PriceJob } from "./report/price-of-policy.ts";

/** What the worker says, once. */
export interface PriceMessage {
  readonly answer: PriceAnswer | null;
}

const answer = await priceAnswer(workerData as PriceJob, { nowMs: () => performance.now() });
// A port between threads has no origin.
// eslint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.postMessage({ answer } satisfies PriceMessage);
