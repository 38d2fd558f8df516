import { assert } from "../model/assert.ts";
import type { HostId, WorkloadId } from "../model/ids.ts";
import type { Core } from "./core.ts";
import { fairShares } from "./share.ts";

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

interface Job {
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

/**
 * Tasks on the processors of hosts: first come, first served, each on its own processors, all sharing the pool with the
 * workloads there. All in whole numbers: a task is done at the first millisecond at which its work is.
 */
export class Tasks {
  readonly #core: Core;
  readonly #jobs: readonly Job[];
  readonly #arrivals: Int32Array;
  readonly #processors: Float64Array;
  readonly #busy: Float64Array;
  readonly #waiting: Job[][];
  readonly #running: Set<number>[];
  readonly #inWorkload = new Map<number, Job[]>();
  #arrived = 0;
  open: number;
  /** How many run that get on by what they are granted, in all and by host: their shares matter at every slot. */
  runningByWork = 0;
  readonly #byWork: Int32Array;

  constructor(core: Core, tasks: readonly Task[], processors: (host: number) => number) {
    this.#core = core;
    this.#jobs = tasks.map((task, n) => newJob(n, task, core));
    this.#arrivals = Int32Array.from(tasks, (_, n) => n).sort((a, b) => (tasks[a]?.atMs ?? 0) - (tasks[b]?.atMs ?? 0) || a - b);
    this.#processors = Float64Array.from(core.index.hosts, (_, h) => processors(h));
    this.#busy = new Float64Array(core.index.hosts.length);
    this.#waiting = core.index.hosts.map(() => []);
    this.#running = core.index.hosts.map(() => new Set<number>());
    this.#byWork = new Int32Array(core.index.hosts.length);
    this.open = tasks.length;
    for (const job of this.#jobs) {
      const { host, task, workload } = job;
      assert(host >= 0 || workload >= 0, `task ${task.id} names a host or a workload that the fleet has`);
      assert(workload >= 0 || task.processors <= (this.#processors[host] ?? 0), `task ${task.id} needs no more processors than host ${task.host} has`);
      if (workload >= 0) this.#inWorkload.set(workload, [...(this.#inWorkload.get(workload) ?? []), job]);
    }
    this.#nextArrival();
  }

  record(n: number): TaskRecord {
    const { task, state, startedMs, endedMs, saved, restarts, lostWork } = this.#job(n);
    return { id: task.id, state, startedMs, endedMs, saved, restarts, lostWork };
  }

  get count(): number {
    return this.#jobs.length;
  }

  /** The next task arrives. */
  arrive(): void {
    const n = this.#arrivals[this.#arrived++] ?? 0;
    const job = this.#job(n);
    job.state = "waiting";
    this.#nextArrival();
    if (job.workload >= 0) {
      this.workloadChanged(job.workload);
      return;
    }
    this.#waiting[job.host]?.push(job);
    this.#admit(job.host);
  }

  /** Tasks inside a workload run where it serves; what it does not serve they wait for. */
  workloadChanged(w: number): void {
    const jobs = this.#inWorkload.get(w);
    if (jobs === undefined) return;
    const { world } = this.#core;
    const host = world.serves(w) ? world.where(w).host : -1;
    for (const job of jobs) {
      if (job.host !== host && (job.state === "running" || job.state === "saving")) this.#suspend(job);
      if (world.stateOf(w) === "failed" && job.state === "waiting") goBack(job);
      job.host = host;
      if (host >= 0 && job.state === "waiting") this.#start(job);
    }
    if (host >= 0) this.reshare(host);
  }

  /** Something about task n is due. */
  due(n: number, epoch: number): void {
    const job = this.#job(n);
    if (job.epoch !== epoch) return;
    this.#advance(job);
    job.scheduled = false;
    if (job.state === "saving") this.#endSave(job);
    else this.#step(job);
    // Where only time counts nobody else's share matters.
    if ((this.#byWork[job.host] as number) > 0 || job.row < 0) this.reshare(job.host);
    else {
      job.granted = demandOf(job);
      this.#schedule(job);
    }
  }

  /** The tasks of a host stop, and lose what they have not saved. */
  hostFails(host: number): void {
    const own = [...(this.#running[host] ?? [])].map((n) => this.#job(n)).filter(({ workload }) => workload < 0);
    for (const job of own) {
      this.#suspend(job);
      goBack(job);
    }
    this.#waiting[host]?.unshift(...own);
  }

  /** The host runs again: whoever waited for it starts. */
  hostReturns(host: number): void {
    this.#admit(host);
  }

  /** What tasks are granted from now on; to be called when anything about the load of a host has changed. */
  reshare(host: number): void {
    const running = this.#running[host];
    if (running === undefined || running.size === 0) return;
    const granted = (this.#byWork[host] as number) > 0 ? this.#sharesNow(host) : null;
    for (const n of running) {
      const job = this.#job(n);
      const next = granted?.get(job.row) ?? demandOf(job);
      if (job.scheduled && job.granted === next) continue;
      this.#advance(job);
      job.granted = next;
      this.#schedule(job);
    }
  }

  /** Hosts on which tasks hold more processors than there are, or less than none, in words. */
  overfull(): readonly string[] {
    return this.#core.index.hosts.filter((_, h) => (this.#busy[h] as number) < 0 || (this.#busy[h] as number) > (this.#processors[h] as number))
      .map(({ id }) => `tasks hold the wrong number of processors of host ${id}`);
  }

  #job(n: number): Job {
    const job = this.#jobs[n];
    assert(job !== undefined, `task ${n} exists`);
    return job;
  }

  #nextArrival(): void {
    const next = this.#arrivals[this.#arrived];
    if (next !== undefined) this.#core.schedule("arrival", Math.max(this.#core.nowMs, this.#job(next).task.atMs), next);
  }

  /** Starts whoever is first in line while there are processors. */
  #admit(host: number): void {
    const waiting = this.#waiting[host] ?? [];
    let started = false;
    while (this.#core.world.runsWorkloads(host)) {
      const [job] = waiting;
      if (job === undefined || (this.#busy[host] as number) + job.task.processors > (this.#processors[host] as number)) break;
      waiting.shift();
      this.#start(job);
      started = true;
    }
    if (started) this.reshare(host);
  }

  #start(job: Job): void {
    const { host, task, n } = job;
    this.#busy[host] = (this.#busy[host] as number) + processorsOf(job);
    this.#running[host]?.add(n);
    if (task.measure === "work") this.#countByWork(host, 1);
    job.state = "running";
    job.hasRun = true;
    job.startedMs ??= this.#core.nowMs;
    job.sinceMs = this.#core.nowMs;
    job.row = this.#core.window.takeRow();
    this.#core.guest(host, job.row, true);
    if (job.untilSaveMs <= 0) this.#save(job);
    this.#demand(job);
  }

  /** Stops a task where it is; what it has done stays done until its workload or host fails. */
  #suspend(job: Job): void {
    this.#advance(job);
    this.#running[job.host]?.delete(job.n);
    // What was being written is written again.
    job.state = "waiting";
    this.#release(job);
  }

  #release(job: Job): void {
    if (job.task.measure === "work") this.#countByWork(job.host, -1);
    this.#busy[job.host] = (this.#busy[job.host] as number) - processorsOf(job);
    job.epoch++;
    this.#core.guest(job.host, job.row, false);
    this.#core.window.returnRow(job.row);
    job.row = -1;
    job.granted = 0;
    job.scheduled = false;
  }

  #demand(job: Job): void {
    const { processor } = this.#core.meters;
    if (processor >= 0) this.#core.setRow(job.host, job.row, processor, demandOf(job));
  }

  /** Brings a job's progress up to now. */
  #advance(job: Job): void {
    const ms = this.#core.nowMs - job.sinceMs;
    job.sinceMs = this.#core.nowMs;
    if (ms === 0 || job.state !== "running") return;
    const done = isTimed(job.task, job.stage) ? ms : job.granted * ms;
    job.unsaved += job.granted * ms;
    job.untilSaveMs -= ms;
    job.left = Math.max(0, job.left - done);
  }

  /** A stage may be over, and the next begins; or it is time to save. */
  #step(job: Job): void {
    const { stages } = job.task;
    while (job.left === 0 && job.stage < stages.length) {
      job.stage++;
      job.left = workOf(job.task, job.stage);
    }
    if (job.stage >= stages.length) {
      this.#end(job);
      return;
    }
    if (job.untilSaveMs <= 0) this.#save(job);
    this.#demand(job);
  }

  #save(job: Job): void {
    job.state = "saving";
    job.savedAtMs = this.#core.nowMs + Math.max(1, job.task.checkpoints?.durationMs ?? 1);
  }

  #endSave(job: Job): void {
    job.kept = { stage: job.stage, left: job.left };
    job.saved++;
    job.unsaved = 0;
    job.intervalMs = Math.max(1, Math.round((job.intervalMs * (job.task.checkpoints?.intervalPermille ?? 1000)) / 1000));
    job.untilSaveMs = job.intervalMs;
    job.state = "running";
    this.#demand(job);
  }

  #end(job: Job): void {
    job.state = "done";
    job.endedMs = this.#core.nowMs;
    this.open--;
    this.#running[job.host]?.delete(job.n);
    this.#release(job);
    this.#admit(job.host);
  }

  /** When the next thing happens to a job, if its share stays. */
  #schedule(job: Job): void {
    const { nowMs } = this.#core;
    const rate = isTimed(job.task, job.stage) ? 1 : job.granted;
    const doneMs = rate > 0 ? nowMs + Math.ceil(job.left / rate) : Infinity;
    const dueMs = job.state === "saving" ? job.savedAtMs : Math.min(doneMs, nowMs + job.untilSaveMs);
    job.epoch++;
    job.scheduled = true;
    if (dueMs < Infinity) this.#core.schedule("task", dueMs, job.n, job.epoch);
  }

  #countByWork(host: number, change: 1 | -1): void {
    this.runningByWork += change;
    this.#byWork[host] = (this.#byWork[host] as number) + change;
  }

  #sharesNow(host: number): ReadonlyMap<number, number> {
    const { meters, window, nowMs } = this.#core;
    const rows = this.#core.rows(host);
    if (meters.processor < 0) return new Map();
    const { weights } = meters;
    const shares = fairShares(rows.map((row) => window.at(meters.processor, row, nowMs)), meters.capacity[meters.processor]?.[host] ?? 0, undefined, weights === null ? undefined : rows.map((row) => weights[row] ?? 1));
    return new Map(rows.map((row, i) => [row, shares[i] ?? 0]));
  }
}

function newJob(n: number, task: Task, { index }: Core): Job {
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
function processorsOf({ workload, task }: Job): number {
  return workload >= 0 ? 0 : task.processors;
}

/** To the last checkpoint, or to the beginning. */
function goBack(job: Job): void {
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

function workOf(task: Task, stage: number): number {
  const next = task.stages[stage];
  return next === undefined ? 0 : isTimed(task, stage) ? next.durationMs : next.durationMs * next.demand;
}

/** A stage that asks for nothing is a pause, however work is measured. */
function isTimed({ stages, measure }: Task, stage: number): boolean {
  return measure === "time" || stages[stage]?.demand === 0;
}

function demandOf({ state, task, stage }: Job): number {
  return state === "saving" ? (task.checkpoints?.demand ?? 0) : (task.stages[stage]?.demand ?? 0);
}
