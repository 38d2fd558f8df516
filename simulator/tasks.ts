import { assert } from "../model/assert.ts";
import type { Core } from "./core.ts";
import { fairShares } from "./share.ts";
import { demandOf, goBack, isTimed, newJob, processorsOf, workOf, type Job, type Task, type TaskRecord } from "./task.ts";

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
  /** Hosts with tasks whose load has changed since they were shared last. */
  readonly #unshared = new Set<number>();

  constructor(core: Core, tasks: readonly Task[], processors: (host: number) => number) {
    this.#core = core;
    this.#jobs = tasks.map((task, n) => newJob(n, task, core.index));
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

  /** The tasks of a host stop, and lose what they have not saved; so do those that stood still there. */
  hostFails(host: number): void {
    this.#stopAll(host);
    for (const job of this.#waiting[host] ?? []) goBack(job);
  }

  /** A host that runs again starts whoever waited for it; the tasks of one that is switched off stop in order. */
  hostChanged(host: number): void {
    if (this.#core.world.runsWorkloads(host)) this.#admit(host);
    else this.#stopAll(host);
  }

  /** The load of a host changes now, also by tasks themselves. */
  loadChanged(host: number): void {
    if ((this.#running[host]?.size ?? 0) > 0) this.#unshared.add(host);
  }

  /** The instant is over: whoever it gave another share has that from now on. A new slot may change all of them. */
  reshareChanged(): void {
    const { window, nowMs, index } = this.#core;
    const isNewSlot = this.runningByWork > 0 && nowMs === window.slotStartMs(window.slotAt(nowMs));
    if (isNewSlot) index.hosts.forEach((_, h) => this.reshare(h));
    else for (const h of this.#unshared) this.reshare(h);
    this.#unshared.clear();
  }

  /** What the tasks of a host are granted from now on. */
  reshare(host: number): void {
    this.#unshared.delete(host);
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

  /** Hosts whose tasks hold more processors than there are, or less than none, or run while the host does not; in words. */
  misplaced(): readonly string[] {
    return this.#core.index.hosts.flatMap(({ id }, h) => {
      const [busy, room] = [this.#busy[h] as number, this.#processors[h] as number];
      const isOff = !this.#core.world.runsWorkloads(h) && (this.#running[h]?.size ?? 0) > 0;
      return [...(busy < 0 || busy > room ? [`tasks hold the wrong number of processors of host ${id}`] : []), ...(isOff ? [`tasks run on host ${id}, which does not`] : [])];
    });
  }

  /** Tasks that go on by another share than the one that is theirs, or wait although there is room; none, once an instant is over. */
  outdated(): readonly string[] {
    return this.#core.index.hosts.flatMap((_, h) => {
      const granted = (this.#byWork[h] as number) > 0 ? this.#sharesNow(h) : null;
      const words = [...(this.#running[h] ?? [])].map((n) => this.#job(n)).flatMap((job) => {
        const share = granted?.get(job.row) ?? demandOf(job);
        return job.granted === share ? [] : [`task ${job.task.id} is granted ${job.granted}, its share is ${share}`];
      });
      const next = this.#next(h);
      return next === null ? words : [...words, `task ${next.task.id} waits although there is room`];
    });
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
    for (let job = this.#next(host); job !== null; job = this.#next(host)) {
      waiting.shift();
      this.#start(job);
      started = true;
    }
    if (started) this.reshare(host);
  }

  /** Who is first in line, when there is room for it. */
  #next(host: number): Job | null {
    const [job] = this.#waiting[host] ?? [];
    const hasRoom = job !== undefined && (this.#busy[host] as number) + job.task.processors <= (this.#processors[host] as number);
    return hasRoom && this.#core.world.runsWorkloads(host) ? job : null;
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

  /** Stops the tasks that run on a host itself; they are first in line there. */
  #stopAll(host: number): void {
    const own = [...(this.#running[host] ?? [])].map((n) => this.#job(n)).filter(({ workload }) => workload < 0);
    for (const job of own) this.#suspend(job);
    this.#waiting[host]?.unshift(...own);
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
