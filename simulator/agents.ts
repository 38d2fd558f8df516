import type { Letter } from "../executor/commands.ts";
import type { Addressee, Attempt, Command, Found, Report } from "../executor/protocol.ts";
import { deleteMs } from "../model/carrying.ts";
import { amountOf } from "../model/resource.ts";
import type { Carriage, Carriages, CarriageStep } from "./carriage.ts";
import type { Core } from "./core.ts";
import { obstacleTo } from "./obstacle.ts";
import { stepOf, type Step } from "./step.ts";

type Outcome = { readonly kind: "done" } | { readonly kind: "failed"; readonly because: string; readonly again: boolean; readonly found: Found | null; readonly ran: boolean };

/** One attempt as its agent knows it. `cut`: it was under way when its host failed. */
interface Job {
  readonly number: number;
  readonly attempt: Attempt;
  readonly performer: Addressee;
  readonly step: Step;
  readonly sinceMs: number;
  state: "under way" | "cut" | Outcome;
  carriage: number;
}

/**
 * The agents of a simulated fleet: they perform what an executor commands, in simulated time, and keep the promises that
 * executors rely on (docs/executor.md). The agent of a host that is not up answers nothing; when the host is back it
 * tells how what it had begun has ended. What they report is taken by `takeReports`, once an event is over.
 */
export class Agents {
  readonly #core: Core;
  readonly #carriages: Carriages;
  readonly #jobs = new Map<number, Job>();
  readonly #byKey = new Map<string, Job>();
  readonly #voided = new Map<string, Report>();
  readonly #byCarriage = new Map<number, Job>();
  #reports: Report[] = [];
  #count = 0;

  constructor(core: Core, carriages: Carriages) {
    this.#core = core;
    this.#carriages = carriages;
  }

  /** What has been reported since it was taken last. */
  takeReports(): readonly Report[] {
    const reports = this.#reports;
    if (reports.length > 0) this.#reports = [];
    return reports;
  }

  receive({ to, command }: Letter): void {
    if (!this.#isUp(to)) return;
    switch (command.kind) {
      case "perform": return this.#perform(to, command);
      case "settle": return this.#settle(to, command);
      case "abort": return this.#abort(this.#byKey.get(keyOf(command)));
      case "find": {
        const found = this.#foundOn(this.#core.index.workloadIndex.get(command.workload) ?? -1, this.#core.index.hostIndex.get(to.host) ?? -1);
        this.#reports.push({ kind: "found", host: to.host, run: command.run, workload: command.workload, found });
        return;
      }
      case "takeInventory": case "tellApplication": case "checkpoint": return;
    }
  }

  /** The time of attempt number `number` is over. */
  due(number: number): void {
    const job = this.#jobs.get(number);
    if (job?.state === "under way") this.#succeed(job);
  }

  /** A transfer has ended; false when it is nobody's here. */
  carried(flow: number): boolean {
    const job = this.#byCarriage.get(flow);
    if (job === undefined) return false;
    this.#byCarriage.delete(flow);
    const ended = this.#carriages.ended(flow);
    if (ended !== null) this.#carry(job, ended.id, ended.step);
    return true;
  }

  /**
   * What is performed by a host that fails is cut off: nobody tells of it until the host is back. What goes on elsewhere
   * and needs that host fails; workloads that were on their way there stay where they were.
   */
  hostFails(host: number): void {
    const name = this.#core.index.hosts[host]?.id ?? "";
    for (const job of this.#jobs.values()) {
      const { step, performer } = job;
      if (job.state !== "under way" || (step.from !== host && step.to !== host)) continue;
      this.#letGo(job);
      this.#undo(step);
      if (performer.role === "agent" && performer.host === name) job.state = "cut";
      else this.#end(job, this.#failure(step, `host ${name} failed`, performer.role === "agent"));
    }
  }

  /** Its agent finds out how what was under way has ended, and tells. */
  hostReturns(host: number): void {
    const name = this.#core.index.hosts[host]?.id ?? "";
    for (const job of this.#jobs.values()) {
      if (job.state === "cut" && job.performer.host === name) this.#end(job, this.#failure(job.step, `host ${name} failed`, true, job.step.kind === "start"));
    }
  }

  /** Would an agent, asked about an attempt now, say that it is under way? */
  isAt(attempt: Attempt): boolean {
    return this.#byKey.get(keyOf(attempt))?.state === "under way";
  }

  /** An execution is over: nobody asks for its attempts any more. */
  forget(): void {
    for (const [key, { number, state }] of this.#byKey) {
      this.#byKey.delete(key);
      if (typeof state === "object" || state === "cut") this.#jobs.delete(number);
    }
    this.#voided.clear();
  }

  /** Who switches hosts is always there; the agent of a host is while that is up. */
  #isUp({ host, role }: Addressee): boolean {
    const h = this.#core.index.hostIndex.get(host) ?? -1;
    return role === "power" || h < 0 || this.#core.world.runsWorkloads(h);
  }

  #perform(performer: Addressee, command: Extract<Command, { readonly kind: "perform" }>): void {
    const key = keyOf(command);
    if (this.#byKey.has(key) || this.#voided.has(key)) return this.#settle(performer, command);
    const { run, action, attempt, work } = command;
    const job: Job = {
      number: this.#count++, attempt: { run, action, attempt }, performer, step: stepOf(this.#core.index, work), sinceMs: this.#core.nowMs, state: "under way", carriage: -1,
    };
    this.#jobs.set(job.number, job);
    this.#byKey.set(key, job);
    this.#begin(job);
  }

  #settle(performer: Addressee, command: Attempt): void {
    const key = keyOf(command);
    const job = this.#byKey.get(key);
    if (job !== undefined) return this.#tell(job);
    const { run, action, attempt } = command;
    const report = this.#voided.get(key) ?? { kind: "void", host: performer.host, run, action, attempt };
    this.#voided.set(key, report);
    this.#reports.push(report);
  }

  /** Ends a carriage with everything as it was; what is nearly over anyway is not ended. */
  #abort(job: Job | undefined): void {
    if (job === undefined || job.carriage < 0) return;
    this.#letGo(job);
    this.#undo(job.step);
    this.#end(job, this.#failure(job.step, "it took too long and was ended", true));
  }

  #begin(job: Job): void {
    const { step } = job;
    const { world } = this.#core;
    const because = obstacleTo(step, world);
    if (because !== null) {
      const maySoon = isBetween(world.stateOf(step.workload)) || (step.to >= 0 && world.runsWorkloads(step.from) && !world.runsWorkloads(step.to));
      return this.#end(job, this.#failure(step, because, maySoon));
    }
    this.#act(job);
  }

  #act(job: Job): void {
    const { kind, workload: w, from, to } = job.step;
    const core = this.#core;
    const [host, workload] = [core.index.hosts[from], core.index.workloads[w]];
    const there = core.world.where(w);
    const wait = (ms: number): void => core.schedule("action", core.nowMs + Math.max(1, ms), job.number);
    switch (kind) {
      case "bootHost":
        core.setHost(from, "booting", "plan");
        return wait(host?.bootMs ?? 1);
      case "shutdownHost":
        core.setHost(from, "stopping", "plan");
        return wait(host?.shutdownMs ?? 1);
      case "stop":
        core.put(w, { ...there, activity: "stopping" }, "stopping");
        return wait(workload?.stopMs ?? 1);
      case "start":
        core.want(w, true);
        core.put(w, { ...there, host: from, activity: "starting" }, "starting");
        return wait(workload?.startMs ?? 1);
      case "deleteSource": case "remove":
        return wait(deleteMs);
      case "migrate": case "transfer": case "copy": {
        core.put(w, { ...there, arriving: to }, kind === "migrate" ? "moving" : "stopped");
        const { id, step } = this.#carriages.begin(this.#carriageOf(job.step));
        return this.#carry(job, id, step);
      }
    }
  }

  /** What is carried over the network by those that carry anything. */
  #carriageOf({ kind, workload: w, source, from, to }: Step): Carriage {
    const { workloads } = this.#core.index;
    if (kind !== "migrate") return { workload: w, from, to, live: false, dataMiB: workloads[kind === "copy" ? source : w]?.dataMiB ?? 0, memoryMiB: 0, changeMiBPerSecond: 0 };
    const { dataMiB = 0, reservation = {}, memoryChangeMiBPerSecond = 0 } = workloads[w] ?? {};
    return { workload: w, from, to, live: true, dataMiB, memoryMiB: amountOf(reservation, "memoryMiB"), changeMiBPerSecond: memoryChangeMiBPerSecond };
  }

  #carry(job: Job, id: number, carriageStep: CarriageStep): void {
    const { workload: w, from, to } = job.step;
    const { hosts } = this.#core.index;
    job.carriage = -1;
    if (carriageStep === "arrived") return this.#succeed(job);
    if (carriageStep === "refuses") {
      this.#undo(job.step);
      return this.#end(job, this.#failure(job.step, `it changes its memory faster than ${hosts[from]?.id} can send it to ${hosts[to]?.id}`, false));
    }
    if (carriageStep === "pauses") this.#core.put(w, this.#core.world.where(w), "paused");
    job.carriage = id;
    this.#byCarriage.set(id, job);
  }

  #succeed(job: Job): void {
    this.#arrive(job.step);
    this.#end(job, { kind: "done" });
  }

  /** What the end of an action makes true. */
  #arrive({ kind, workload: w, from, to }: Step): void {
    const core = this.#core;
    const there = core.world.where(w);
    switch (kind) {
      case "bootHost": return core.setHost(from, "on", "plan");
      case "shutdownHost": return core.setHost(from, "off", "plan");
      case "migrate": return core.put(w, { host: to, arriving: -1, leaving: -1, activity: "running" }, "running");
      case "transfer": return core.put(w, { host: to, arriving: -1, leaving: from, activity: "stopped" }, "stopped");
      case "copy": return core.put(w, { host: to, arriving: -1, leaving: -1, activity: "stopped" }, "stopped");
      case "start": return core.put(w, { ...there, activity: "running" }, "running");
      case "stop": return core.put(w, { ...there, activity: "stopped" }, "stopped");
      case "deleteSource": return core.put(w, { ...there, leaving: -1 }, core.world.stateOf(w));
      case "remove": return core.put(w, { host: -1, arriving: -1, leaving: -1, activity: "stopped" }, "absent");
    }
  }

  /** What remains of an action that failed on its way. */
  #undo({ kind, workload: w, from }: Step): void {
    const core = this.#core;
    const there = core.world.where(w);
    switch (kind) {
      case "migrate": return core.put(w, { ...there, arriving: -1 }, core.world.runsWorkloads(from) ? "running" : core.world.stateOf(w));
      case "transfer": return core.put(w, { ...there, arriving: -1 }, "stopped");
      case "copy": return core.put(w, { ...there, arriving: -1 }, "absent");
      case "start": case "stop": return core.put(w, { ...there, activity: "stopped" }, "stopped");
      case "bootHost": case "shutdownHost": case "deleteSource": case "remove": return;
    }
  }

  /** Nothing is carried any more. */
  #letGo(job: Job): void {
    if (job.carriage < 0) return;
    this.#byCarriage.delete(job.carriage);
    this.#carriages.abandon(job.carriage);
    job.carriage = -1;
  }

  #failure({ kind, workload, from }: Step, because: string, again: boolean, ran = false): Outcome {
    const found = workload < 0 || kind === "copy" ? null : this.#foundOn(workload, from);
    return { kind: "failed", because, again, found, ran };
  }

  #end(job: Job, outcome: Outcome): void {
    job.state = outcome;
    if (this.#byKey.get(keyOf(job.attempt)) !== job) this.#jobs.delete(job.number);
    this.#tell(job);
  }

  #tell({ attempt, performer: { host }, state, sinceMs }: Job): void {
    const about = { host, ...attempt };
    if (state === "cut") return;
    if (typeof state === "string") this.#reports.push({ kind: "begun", ...about, permille: 0 });
    else if (state.kind === "done") this.#reports.push({ kind: "done", ...about, tookMs: this.#core.nowMs - sinceMs });
    else this.#reports.push({ ...state, ...about });
  }

  #foundOn(w: number, h: number): Found {
    const { host, arriving, activity } = this.#core.world.where(w);
    if (host === h) return this.#core.world.stateOf(w) === "paused" ? "paused" : activity === "running" ? "running" : "stopped";
    if (arriving === h) return "incoming";
    return this.#core.world.where(w).leaving === h ? "stopped" : "absent";
  }
}

function keyOf({ run, action, attempt }: Attempt): string {
  return `${run} ${action} ${attempt}`;
}

/** On its way from one state to another by itself: soon it is something else. */
function isBetween(state: string): boolean {
  return state === "starting" || state === "stopping";
}
