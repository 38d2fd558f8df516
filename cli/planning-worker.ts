import { parentPort, workerData } from "node:worker_threads";
import { makePlan, type PlanJob, type PlanOutcome, type Progress } from "./planning.ts";

/** What the worker is started with: the job, and one shared number that is 1 once Ctrl-C was pressed. */
export interface PlanningWorkerData {
  readonly job: PlanJob;
  readonly interrupted: SharedArrayBuffer;
}

/** What the worker says. */
export type PlanningMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly outcome: PlanOutcome };

const { job, interrupted } = workerData as PlanningWorkerData;
const flag = new Int32Array(interrupted);
const send = (message: PlanningMessage): void => {
  // A port between threads has no origin.
  // eslint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(message);
};

const outcome = await makePlan(job, {
  clock: { nowMs: () => performance.now() },
  stopped: () => Atomics.load(flag, 0) === 1,
  progress: (progress) => send({ kind: "progress", progress }),
});
send({ kind: "done", outcome });
