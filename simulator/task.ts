import type { HostId, WorkloadId } from "../model/ids.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/** Saves what a task has done: after so much running, at a cost in time in which it does nothing else. */
export interface Checkpoints {
  readonly intervalMs: number;
  readonly durationMs: number;
  /** What saving asks of the processor, in fine units. */
  readonly demand: number;
  /** Each interval is so many thousandths of the one before; 1000 when absent. */
  readonly intervalPermille?: number;
}

/** Work that begins, waits for processors, and ends. */
export interface Task {
  readonly id: string;
  /** Where it runs: on a host, or inside a workload, wherever that serves. */
  readonly host: HostId | null;
  readonly workload?: WorkloadId;
  /** Arrival, milliseconds since the simulation began. */
  readonly atMs: number;
  /** Whole processors of its host that it holds while it runs, also while it uses less; 0 to wait for none. */
  readonly processors: number;
  /** What it asks of the processor, in fine units, one after the other. */
  readonly stages: readonly { readonly durationMs: number; readonly demand: number }[];
  /** `time`: a stage lasts its time, whatever is granted. `work`: until duration x demand has been granted. */
  readonly measure: "time" | "work";
  readonly checkpoints?: Checkpoints;
}

export type TaskState = "due" | "waiting" | "running" | "saving" | "done";

/** What became of a task. */
export interface TaskRecord {
  readonly id: string;
  readonly state: TaskState;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly saved: number;
  readonly restarts: number;
  /** Fine units x ms that were granted and then lost with a host. */
  readonly lostWork: number;
}

/** How far a task was when it was saved. */
interface Progress {
  readonly stage: number;
  readonly left: number;
}

/** A task and where it is. */
export interface Job {
  readonly n: number;
  readonly task: Task;
  /** Dense index of its workload; -1 for none. */
  readonly workload: number;
  /** Where it is now; -1 while its workload serves nowhere. */
  host: number;
  state: TaskState;
  epoch: number;
  row: number;
  /** How far it is: the stage, and what is left of it in ms or in fine units x ms. */
  stage: number;
  left: number;
  kept: Progress;
  /** Work granted since the last checkpoint or restart. */
  unsaved: number;
  sinceMs: number;
  granted: number;
  /** Is an event of this epoch on its way? */
  scheduled: boolean;
  savedAtMs: number;
  /** Running time left until the next checkpoint, and the interval after it. */
  untilSaveMs: number;
  intervalMs: number;
  /** Has it run since it went back last? */
  hasRun: boolean;
  startedMs: number | null;
  endedMs: number | null;
  saved: number;
  restarts: number;
  lostWork: number;
}

/** A task that is not due yet. */
export function newJob(n: number, task: Task, index: FleetIndex): Job {
  const begin = { stage: 0, left: workOf(task, 0) };
  const intervalMs = task.checkpoints?.intervalMs ?? Infinity;
  return {
    n, task, workload: task.workload === undefined ? -1 : (index.workloadIndex.get(task.workload) ?? -1),
    host: task.host === null ? -1 : (index.hostIndex.get(task.host) ?? -1),
    state: "due", epoch: 0, scheduled: false, savedAtMs: 0, row: -1, ...begin, kept: begin, unsaved: 0, sinceMs: 0, granted: 0,
    untilSaveMs: intervalMs, intervalMs, hasRun: false, startedMs: null, endedMs: null, saved: 0, restarts: 0, lostWork: 0,
  };
}

/** What is inside a workload has that workload's processors. */
export function processorsOf({ workload, task }: Job): number {
  return workload >= 0 ? 0 : task.processors;
}

/** To the last checkpoint, or to the beginning. */
export function goBack(job: Job): void {
  if (!job.hasRun) return;
  job.hasRun = false;
  job.lostWork += job.unsaved;
  job.unsaved = 0;
  job.stage = job.kept.stage;
  job.left = job.kept.left;
  job.restarts++;
  job.intervalMs = job.task.checkpoints?.intervalMs ?? Infinity;
  job.untilSaveMs = job.intervalMs;
}

/** What there is to do in a stage, in ms or in fine units x ms. */
export function workOf(task: Task, stage: number): number {
  const next = task.stages[stage];
  return next === undefined ? 0 : isTimed(task, stage) ? next.durationMs : next.durationMs * next.demand;
}

/** A stage that asks for nothing is a pause, however work is measured. */
export function isTimed({ stages, measure }: Task, stage: number): boolean {
  return measure === "time" || stages[stage]?.demand === 0;
}

/** What it asks of the processor now, in fine units. */
export function demandOf({ state, task, stage }: Job): number {
  return state === "saving" ? (task.checkpoints?.demand ?? 0) : (task.stages[stage]?.demand ?? 0);
}
