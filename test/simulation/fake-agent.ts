import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { Action } from "../../model/plan.ts";
import type { Attempt, Command, Expectation, Found, Report } from "../../executor/protocol.ts";
import type { Drivers, DriverWorld, Outcome } from "./drivers.ts";

interface Kept {
  readonly attempt: Attempt;
  readonly work: Action | null;
  outcome: Outcome | "begun" | "void";
}

/**
 * An agent of the simulated world: keeps the same promises as a real one. Its disk (`#kept`, `#fence`) outlives it; a
 * write takes time, and it may crash before or after one.
 */
export class FakeAgent {
  readonly host: HostId;
  readonly role: "agent" | "power";
  readonly #world: DriverWorld;
  readonly #drivers: Drivers;
  readonly #report: (report: Report) => void;
  readonly #estimateMs: (work: Action) => number;
  readonly #kept = new Map<string, Kept>();
  /** Attempts whose write has not ended: nobody is told of them yet. */
  readonly #writing = new Set<string>();
  #fence = 0;
  /** Changes with each crash: what was going on in memory before is gone. */
  #life = 1;
  alive = true;
  /** It has crashed by itself and will be started again. */
  comesBack = false;
  /** Told of every action as it begins. */
  onBegin: (attempt: Attempt, work: Action) => void = () => {};

  constructor(host: HostId, role: "agent" | "power", world: DriverWorld, drivers: Drivers, estimateMs: (work: Action) => number, report: (report: Report) => void) {
    this.host = host;
    this.role = role;
    this.#world = world;
    this.#drivers = drivers;
    this.#estimateMs = estimateMs;
    this.#report = report;
  }

  crash(): void {
    this.alive = false;
    this.#life++;
    this.#writing.clear();
  }

  /** Starts again and finds out how what had begun has ended. */
  revive(): void {
    if (this.alive) return;
    this.alive = true;
    for (const [key, kept] of this.#kept) {
      if (kept.outcome !== "begun" || kept.work === null) continue;
      const job = this.#drivers.job(key);
      if (job === undefined) this.#ended(key, kept, { kind: "failed", because: "the agent crashed before it began", again: true, found: this.#foundFor(kept.work), ran: false });
      else if (job.outcome !== null && job.state !== "cut") this.#ended(key, kept, job.outcome);
      else if (job.state === "underWay") this.#listen(key, kept);
      else this.#drivers.resolve(key, this.host, kept.work, (outcome) => this.#ended(key, kept, outcome), this.#whileAlive());
    }
  }

  receive(command: Command): void {
    if (!this.alive) return;
    if (command.kind === "find") return this.#report({ kind: "found", host: this.host, run: command.run, workload: command.workload, found: this.#find(command.workload) });
    if (command.kind === "takeInventory" || command.kind === "tellApplication" || command.kind === "checkpoint") return;
    const { run, action, attempt } = command;
    if (command.epoch < this.#fence) return this.#report({ kind: "fenced", host: this.host, epoch: this.#fence, run, action, attempt });
    this.#fence = command.epoch;
    const key = `${run} ${action} ${attempt}`;
    const kept = this.#kept.get(key);
    if (command.kind === "abort") {
      const job = this.#drivers.job(key);
      if (kept?.outcome === "begun" && job?.state === "underWay") job.abort();
      return;
    }
    if (this.#writing.has(key)) return;
    if (kept !== undefined) return this.#tell(kept);
    if (command.kind === "settle") this.#keep(key, { attempt: { run, action, attempt }, work: null, outcome: "void" });
    else this.#perform(key, command);
  }

  #perform(key: string, { run, action, attempt, work, expects }: Extract<Command, { readonly kind: "perform" }>): void {
    const kept: Kept = { attempt: { run, action, attempt }, work, outcome: "begun" };
    const because = this.#obstacle(key, work, expects);
    if (because !== null) {
      this.#keep(key, { ...kept, outcome: { kind: "failed", because, again: because === busy, found: this.#foundFor(work), ran: false } });
      return;
    }
    this.#keep(key, kept, () => {
      this.onBegin(kept.attempt, work);
      this.#drivers.begin(key, this.host, work, this.#estimateMs(work));
      this.#listen(key, kept);
    });
  }

  #obstacle(key: string, work: Action, expects: Expectation): string | null {
    const { physical } = this.#world;
    if (work.kind === "bootHost" || work.kind === "shutdownHost") {
      const { power, data } = physical.at(work.host);
      if (expects === "empty") return power === "on" && data.size === 0 ? null : `${work.host} is not on and empty`;
      return power === "off" ? null : `${work.host} is on already`;
    }
    const subject = work.kind === "copy" ? work.source : work.workload;
    for (const [other, { outcome, work: otherWork }] of this.#kept) {
      if (other !== key && outcome === "begun" && otherWork !== null && "workload" in otherWork && otherWork.workload === work.workload) return busy;
    }
    const found = this.#find(subject);
    const fits = expects === "present" ? found === "running" || found === "stopped" : found === expects;
    return fits ? null : `${subject} is ${found} on ${this.host}, not ${expects}`;
  }

  #find(workload: WorkloadId): Found {
    const { running, data } = this.#world.physical.at(this.host);
    const lying = data.get(workload);
    return running.get(workload) ?? (lying === undefined ? "absent" : lying.complete ? "stopped" : "incoming");
  }

  #foundFor(work: Action): Found | null {
    return "workload" in work && work.kind !== "copy" ? this.#find(work.workload) : null;
  }

  #listen(key: string, kept: Kept): void {
    const job = this.#drivers.job(key);
    if (job === undefined) return;
    const wanted = this.#whileAlive();
    if (job.outcome !== null) this.#ended(key, kept, job.outcome);
    else job.onEnd = (outcome) => { if (wanted()) this.#ended(key, kept, outcome); };
    this.#tell(kept);
  }

  #ended(key: string, kept: Kept, outcome: Outcome): void {
    this.#keep(key, { ...kept, outcome });
  }

  /** Writes to its disk, then says so. The disk may be slow, and the agent may die on either side of the write. */
  #keep(key: string, kept: Kept, then: () => void = () => this.#tell(kept)): void {
    const { timeline, random, faults } = this.#world;
    const wanted = this.#whileAlive();
    const crashes = timeline.nowMs < faults.endMs && random.chance(faults.agentCrashes) ? random.below(2) : -1;
    this.#writing.add(key);
    if (kept.outcome === "begun" || kept.outcome === "void") this.#kept.set(key, kept);
    timeline.after(random.between(1, 20), () => {
      if (!wanted()) {
        // A write that had not ended: a beginning is forgotten, as it never led to anything.
        if ((kept.outcome === "begun" && this.#drivers.job(key) === undefined) || kept.outcome === "void") this.#kept.delete(key);
        return;
      }
      this.#writing.delete(key);
      if (crashes !== 0) this.#kept.set(key, kept);
      else if (kept.outcome === "begun" || kept.outcome === "void") this.#kept.delete(key);
      if (crashes >= 0) return this.#crashForAWhile();
      then();
    });
  }

  #crashForAWhile(): void {
    const { timeline, random } = this.#world;
    this.crash();
    this.comesBack = true;
    timeline.after(random.between(100, 60_000), () => {
      this.comesBack = false;
      if (this.#isPowered()) this.revive();
    });
  }

  /** The power agent needs no power of the host that it switches. */
  #isPowered(): boolean {
    return this.role === "power" || this.#world.physical.isOn(this.host);
  }

  #whileAlive(): () => boolean {
    const life = this.#life;
    return () => this.alive && this.#life === life;
  }

  #tell({ attempt, outcome }: Kept): void {
    const about = { host: this.host, ...attempt };
    if (outcome === "begun") this.#report({ kind: "begun", ...about, permille: 0 });
    else if (outcome === "void") this.#report({ kind: "void", ...about });
    else if (outcome.kind === "done") this.#report({ kind: "done", ...about, tookMs: 0 });
    else this.#report({ kind: "failed", ...about, because: outcome.because, again: outcome.again, found: outcome.found, ran: outcome.ran });
  }
}

const busy = "another attempt with it is still under way here";
