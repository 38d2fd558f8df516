import type { PlanJobResult } from "./context.ts";
import type { PlanningMessage, PlanningWorkerData } from "./planning-worker.ts";
import type { PlanJob, Progress } from "./planning.ts";
import { startWorker } from "./start-worker.ts";

/** What happens beside the planning. */
export interface PlanWatch {
  onProgress(progress: Progress): void;
  onInterrupt(): void;
  onSecondInterrupt(): void;
}

/**
 * Plans in a worker, because a search that computes without pause would never hear Ctrl-C. The first Ctrl-C asks for
 * the best plan so far; what the next one does is up to the watcher.
 */
export async function planInWorker(asked: PlanJob, watch: PlanWatch): Promise<PlanJobResult> {
  // Before Ctrl-C means anything else than the end: there is nothing yet that could be the best so far.
  const job = await withStandardInput(asked);
  const interrupted = new SharedArrayBuffer(4);
  const flag = new Int32Array(interrupted);
  const onSignal = (): void => {
    if (Atomics.exchange(flag, 0, 1) === 1) watch.onSecondInterrupt();
    else watch.onInterrupt();
  };
  process.on("SIGINT", onSignal);
  const workerData: PlanningWorkerData = { job, interrupted };
  const worker = startWorker("planning-worker", workerData);
  try {
    const outcome = await new Promise<PlanJobResult["outcome"]>((resolve, reject) => {
      worker.on("message", (message: PlanningMessage) => {
        if (message.kind === "done") resolve(message.outcome);
        else watch.onProgress(message.progress);
      });
      worker.on("error", reject);
      worker.on("exit", (code) => reject(new Error(`the planning worker ended with code ${code} and no answer`)));
    });
    return { outcome, interrupted: Atomics.load(flag, 0) === 1 };
  } finally {
    process.off("SIGINT", onSignal);
    await worker.terminate();
  }
}

/** Loads what reads scenarios only for those who need it: main.ts loads this file at every start. */
async function withStandardInput(job: PlanJob): Promise<PlanJob> {
  if (!job.input.paths.includes("-")) return job;
  const { readStandardInput } = await import("../scenarios/index.ts");
  return { ...job, input: { ...job.input, standardInput: await readStandardInput() } };
}
