import type { WorkloadId } from "../model/ids.ts";
import type { Step } from "./cost/course.ts";

/**
 * How long workloads do not run because they were stopped, added up: each from the beginning of its stop to the end of
 * its start, with all that is done and waited for in between. One that is to run and is not started again stands still to
 * the end. Pauses of live moves are not in it: no step says how long they are.
 */
export function standstillMs(steps: readonly Step[], endMs: number, isToRun: (workload: WorkloadId) => boolean): number {
  const stoppedMs = new Map<WorkloadId, number>();
  let sumMs = 0;
  for (const { action, beganMs, endedMs } of steps.toSorted((a, b) => a.beganMs - b.beganMs)) {
    if (action.kind === "stop") stoppedMs.set(action.workload, stoppedMs.get(action.workload) ?? beganMs);
    if (action.kind !== "start") continue;
    sumMs += endedMs - (stoppedMs.get(action.workload) ?? endedMs);
    stoppedMs.delete(action.workload);
  }
  for (const [workload, fromMs] of stoppedMs) if (isToRun(workload)) sumMs += Math.max(0, endMs - fromMs);
  return sumMs;
}
