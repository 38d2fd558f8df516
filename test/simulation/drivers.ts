import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { Action } from "../../model/plan.ts";
import type { Random } from "../../model/random.ts";
import type { Found } from "../../executor/protocol.ts";
import type { Faults } from "./faults.ts";
import type { Doing, Physical } from "./physical.ts";
import type { Timeline } from "./timeline.ts";

export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly because: string; readonly again: boolean; readonly found: Found | null; readonly ran: boolean };

/** One action in the hands of a driver. It goes on when the agent that began it dies, and ends when its host does. */
export interface Job {
  readonly key: string;
  readonly host: HostId;
  readonly work: Action;
  state: "underWay" | "done" | "failed" | "cut";
  outcome: Outcome | null;
  /** Told once, when it has ended. */
  onEnd: (outcome: Outcome) => void;
  abort: () => void;
}

export interface DriverWorld {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly physical: Physical;
  readonly faults: Faults;
  linked(a: HostId, b: HostId): boolean;
}

type Moving = Extract<Action, { readonly from: HostId }>;

/** What hosts can really do to workloads: takes time, fails, is cut off in the middle. */
export class Drivers {
  readonly #world: DriverWorld;
  readonly #jobs = new Map<string, Job>();

  constructor(world: DriverWorld) {
    this.#world = world;
  }

  job(key: string): Job | undefined {
    return this.#jobs.get(key);
  }

  begin(key: string, host: HostId, work: Action, estimateMs: number): Job {
    const job: Job = { key, host, work, state: "underWay", outcome: null, onEnd: () => {}, abort: () => {} };
    this.#jobs.set(key, job);
    const { random } = this.#world;
    const tookMs = Math.ceil((estimateMs * random.between(500, random.chance(50) ? 8000 : 1500)) / 1000);
    switch (work.kind) {
      case "stop": this.#stop(job, work.workload, tookMs); break;
      case "start": this.#start(job, work.workload, tookMs); break;
      case "migrate": this.#migrate(job, work, tookMs); break;
      case "transfer": case "copy": this.#carry(job, work, tookMs); break;
      case "deleteSource": case "remove": this.#delete(job, work, tookMs); break;
      case "bootHost": case "shutdownHost": this.#switch(job, work, tookMs); break;
    }
    return job;
  }

  /** Power is gone: nobody remembers what was under way there. */
  cutPower(host: HostId): void {
    for (const job of this.#jobs.values()) {
      if (job.host !== host || job.work.kind === "bootHost" || job.work.kind === "shutdownHost") continue;
      if (job.state === "underWay") this.#undo(job);
      job.state = "cut";
    }
  }

  /** After a crash: what became of an action, as both sides show it. Asks again until the other side can be seen. */
  resolve(key: string, host: HostId, work: Action, tell: (outcome: Outcome) => void, isWanted: () => boolean): void {
    const outcome = this.#found(host, work);
    if (outcome !== null) tell(outcome);
    else this.#world.timeline.after(2000, () => { if (isWanted()) this.resolve(key, host, work, tell, isWanted); });
  }

  #found(host: HostId, work: Action): Outcome | null {
    const { physical } = this.#world;
    if (work.kind === "bootHost" || work.kind === "shutdownHost") return physical.isOn(work.host) === (work.kind === "bootHost") ? { kind: "done" } : failed("it did not switch", null);
    const { workload } = work;
    const here = physical.at(host);
    switch (work.kind) {
      case "stop": return here.running.has(workload) ? failed("it was not stopped", "running") : { kind: "done" };
      case "start": return here.running.get(workload) === "running" ? { kind: "done" } : { ...failed("it does not run", here.data.has(workload) ? "stopped" : "absent"), ran: true };
      case "deleteSource": case "remove": return here.data.has(workload) ? failed("it was not deleted", "stopped") : { kind: "done" };
      case "migrate": case "transfer": case "copy": return this.#foundOnBoth(work);
    }
  }

  #foundOnBoth(work: Moving): Outcome | null {
    const { physical } = this.#world;
    const { workload, from, to } = work;
    if (!this.#reaches(from, to)) return null;
    if (physical.has(workload, to)) {
      if (work.kind === "migrate") {
        physical.at(from).running.delete(workload);
        physical.delete(workload, from);
      }
      physical.home.set(workload, to);
      return { kind: "done" };
    }
    physical.delete(workload, to);
    const found = physical.at(from).running.has(workload) ? "running" : "stopped";
    return failed("it was interrupted", work.kind === "copy" ? null : found);
  }

  #stop(job: Job, workload: WorkloadId, tookMs: number): void {
    const { physical, random, faults } = this.#world;
    this.#does(workload, { kind: "stopping", host: job.host });
    job.abort = () => this.#end(job, failed("the guest does not stop", "running"));
    if (random.chance(faults.endless)) return;
    this.#later(job, tookMs, () => {
      physical.doing.delete(workload);
      physical.halt(workload, job.host);
      this.#end(job, { kind: "done" });
    });
  }

  #start(job: Job, workload: WorkloadId, tookMs: number): void {
    const { physical, random, faults } = this.#world;
    this.#does(workload, { kind: "starting", host: job.host });
    this.#later(job, tookMs, () => {
      const here = physical.at(job.host);
      if (here.fullDisk && !here.data.has(workload)) return this.#end(job, failed("no space is left", "absent"));
      if (random.chance(faults.driverFailures)) {
        const ran = random.chance(300);
        if (ran) {
          physical.start(workload, job.host);
          physical.halt(workload, job.host);
        }
        return this.#end(job, { ...failed("it did not start", here.data.has(workload) ? "stopped" : "absent"), ran, again: random.chance(700) });
      }
      physical.doing.delete(workload);
      physical.start(workload, job.host);
      this.#end(job, { kind: "done" });
    });
  }

  #delete(job: Job, work: Extract<Action, { readonly kind: "deleteSource" | "remove" }>, tookMs: number): void {
    const { physical, random, faults } = this.#world;
    this.#later(job, tookMs, () => {
      if (random.chance(faults.driverFailures)) return this.#end(job, failed("the file is busy", "stopped"));
      if (work.kind === "remove") physical.removed.add(work.workload);
      physical.delete(work.workload, work.host);
      this.#end(job, { kind: "done" });
    });
  }

  #carry(job: Job, work: Extract<Action, { readonly kind: "transfer" | "copy" }>, tookMs: number): void {
    const { physical, random, faults } = this.#world;
    const { workload, from, to } = work;
    if (!this.#reaches(from, to)) return this.#end(job, failed(`${to} cannot be reached`, work.kind === "copy" ? null : "stopped"));
    this.#does(workload, { kind: "arriving", host: to });
    const source = work.kind === "copy" ? work.source : workload;
    physical.at(to).data.set(workload, { version: 0, complete: false });
    physical.changed();
    const boots = physical.at(to).boots;
    job.abort = () => this.#cleanUp(job, work, "it was ended");
    this.#later(job, tookMs, () => {
      const arrives = this.#reaches(from, to) && !physical.at(to).fullDisk && physical.at(to).boots === boots && !random.chance(faults.driverFailures);
      if (!arrives) return this.#cleanUp(job, work, physical.at(to).fullDisk ? `no space is left on ${to}` : "the stream broke");
      if (work.kind === "copy") physical.newest.set(workload, 1);
      physical.at(to).data.set(workload, { version: work.kind === "copy" ? 1 : (physical.at(from).data.get(source)?.version ?? 0), complete: true });
      physical.home.set(workload, to);
      this.#end(job, { kind: "done" });
    });
  }

  #migrate(job: Job, work: Extract<Action, { readonly kind: "migrate" }>, tookMs: number): void {
    const { physical, random, faults } = this.#world;
    const { workload, from, to } = work;
    if (!this.#reaches(from, to)) return this.#end(job, failed(`${to} cannot be reached`, "running"));
    this.#does(workload, { kind: "arriving", host: to });
    physical.at(to).data.set(workload, { version: 0, complete: false });
    physical.changed();
    const boots = physical.at(to).boots;
    const lives = (): boolean => this.#reaches(from, to) && physical.at(to).boots === boots;
    job.abort = () => this.#cleanUp(job, work, "it was ended before it converged");
    if (random.chance(faults.endless)) return;
    this.#later(job, tookMs, () => {
      if (!lives() || physical.at(to).fullDisk || !physical.at(from).running.has(workload) || random.chance(faults.driverFailures)) return this.#cleanUp(job, work, "the stream broke");
      physical.at(from).running.set(workload, "paused");
      job.abort = () => {};
      this.#later(job, random.between(20, 2000), () => {
        if (!lives()) {
          physical.at(from).running.set(workload, "running");
          return this.#cleanUp(job, work, "the link broke before it had moved");
        }
        physical.at(to).data.set(workload, { version: physical.at(from).data.get(workload)?.version ?? 0, complete: true });
        physical.at(to).running.set(workload, "running");
        physical.changed();
        this.#confirm(job, work);
      });
    });
  }

  /** The source lets go only when it has seen the target serve. */
  #confirm(job: Job, work: Extract<Action, { readonly kind: "migrate" }>): void {
    const { physical, random } = this.#world;
    const { workload, from, to } = work;
    this.#later(job, random.between(5, 100), () => {
      if (!this.#reaches(from, to)) {
        this.#later(job, 1000, () => this.#confirm(job, work));
        return;
      }
      physical.at(from).running.delete(workload);
      physical.at(from).data.delete(workload);
      physical.home.set(workload, to);
      this.#end(job, { kind: "done" });
    });
  }

  /** A move that failed has failed only once nothing of it is left on the target. */
  #cleanUp(job: Job, work: Moving, because: string): void {
    const { physical } = this.#world;
    if (job.state !== "underWay") return;
    job.abort = () => {};
    if (!this.#reaches(work.from, work.to)) {
      this.#later(job, 5000, () => this.#cleanUp(job, work, because));
      return;
    }
    if (physical.at(work.to).data.get(work.workload)?.complete === false) physical.at(work.to).data.delete(work.workload);
    this.#end(job, failed(because, work.kind === "copy" ? null : physical.at(work.from).running.has(work.workload) ? "running" : "stopped"));
  }

  #switch(job: Job, work: Extract<Action, { readonly kind: "bootHost" | "shutdownHost" }>, tookMs: number): void {
    const { physical } = this.#world;
    this.#later(job, tookMs, () => {
      const host = physical.at(work.host);
      if (host.dead) return this.#end(job, failed("nothing happens when it is switched on", null));
      if (work.kind === "shutdownHost" && host.running.size > 0) return this.#end(job, failed("something runs there", null));
      host.power = work.kind === "bootHost" ? "on" : "off";
      this.#end(job, { kind: "done" });
    });
  }

  #does(workload: WorkloadId, doing: Doing): void {
    const { physical } = this.#world;
    if (physical.doing.has(workload)) physical.wrong.push(`two actions on ${workload} are under way at once`);
    physical.doing.set(workload, doing);
    physical.changed();
  }

  #later(job: Job, delayMs: number, act: () => void): void {
    this.#world.timeline.after(delayMs, () => { if (job.state === "underWay") act(); });
  }

  #end(job: Job, outcome: Outcome): void {
    if (job.state !== "underWay") return;
    this.#undo(job);
    job.state = outcome.kind;
    job.outcome = outcome;
    this.#world.physical.changed();
    job.onEnd(outcome);
  }

  #undo({ work }: Job): void {
    if ("workload" in work) this.#world.physical.doing.delete(work.workload);
  }

  #reaches(from: HostId, to: HostId): boolean {
    const { physical } = this.#world;
    return physical.isOn(from) && physical.isOn(to) && this.#world.linked(from, to);
  }
}

function failed(because: string, found: Found | null): Outcome & { readonly kind: "failed" } {
  return { kind: "failed", because, again: true, found, ran: false };
}
