import type { Clock } from "../../model/clock.ts";
import type { HostId, RunId, WorkloadId } from "../../model/ids.ts";
import type { Action } from "../../model/plan.ts";
import { keyOf, type Attempt, type Command, type Found, type Inventory, type Report } from "../protocol.ts";
import type { Alarm } from "../run.ts";
import { LogBroken, type AgentLog, type LogEntry } from "./agent-log.ts";
import { neededEntries } from "./needed-entries.ts";
import { failed, type Checkpointing, type Driver, type Outcome, type Task } from "./driver.ts";

/** What an agent needs of the world. */
export interface AgentWorld {
  readonly host: HostId;
  readonly clock: Clock & Alarm;
  readonly log: AgentLog;
  readonly driver: Driver;
  /** What the host has, beside its workloads; its layers only where the driver does not tell of them. */
  readonly facts: () => Promise<Omit<Inventory, "workloads">>;
  readonly report: (report: Report) => void;
  /** Told with which permit the data of an attempt are let in at the other host. */
  readonly permitted?: (key: string, permit: string) => void;
  readonly note: (words: string) => void;
}

interface Kept {
  readonly attempt: Attempt;
  readonly workload: WorkloadId | null;
  /** `writing`: its beginning is not on the disk yet, so nobody is told of it. */
  state: "writing" | "begun" | "void" | { readonly outcome: Outcome; readonly tookMs: number };
  permille: number;
  readonly abort: AbortController;
}

/**
 * Performs what executors ask for, each attempt at most once. What is promised is on the disk before it is begun or said,
 * so it holds however often the agent is killed.
 */
export class Agent {
  /** A larger one after each start. */
  readonly incarnation: number;
  readonly #world: AgentWorld;
  readonly #kept = new Map<string, Kept>();
  readonly #answers = new Map<RunId, Promise<Report>>();
  #fence = 0;
  #fenceKept: Promise<void> = Promise.resolve();
  #stopped = false;
  #tidyAbove = tidyAbove;

  private constructor(world: AgentWorld, entries: readonly LogEntry[]) {
    this.#world = world;
    let incarnation = 1;
    for (const entry of entries) {
      if (entry.kind === "started") incarnation += entry.times ?? 1;
      this.#replay(entry);
    }
    this.incarnation = incarnation;
  }

  /** Stands where the log ends, and asks the driver how what had begun has ended. */
  static async open(world: AgentWorld, entries: readonly LogEntry[]): Promise<Agent> {
    const agent = new Agent(world, entries);
    await world.log.append({ kind: "started" });
    const works = new Map(entries.flatMap((entry) => (entry.kind === "begun" ? [[keyOf(entry.attempt), entry] as const] : [])));
    for (const [key, kept] of agent.#kept) {
      const begun = works.get(key);
      if (kept.state === "begun" && begun?.permit !== undefined) world.permitted?.(key, begun.permit);
      if (kept.state === "begun" && begun !== undefined) agent.#watchOver(agent.#settle(taskOf(key, begun), kept));
    }
    world.driver.watch((workload, found) => world.report({ kind: "changed", host: world.host, workload, found }));
    return agent;
  }

  /** Takes a command. It may come twice, late, or from somebody who has been replaced. */
  receive(command: Command): void {
    if (this.#stopped) return;
    this.#watchOver(this.#take(command));
  }

  /** Why it takes no commands any more: its log cannot be written. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Forgets what nobody can ask for any more, once the log is long. */
  async tidy(): Promise<void> {
    const { log } = this.#world;
    if (this.#stopped || log.count < this.#tidyAbove) return;
    const left = await log.shorten(neededEntries);
    const known = new Set(left.flatMap((entry) => ("attempt" in entry ? [keyOf(entry.attempt)] : [])));
    for (const [key, { state }] of this.#kept) if (state !== "begun" && state !== "writing" && !known.has(key)) this.#kept.delete(key);
    this.#tidyAbove = Math.max(tidyAbove, 2 * left.length);
  }

  /** Lets go of everything in this process; what was begun is resolved after the next start. */
  async close(): Promise<void> {
    this.#stopped = true;
    await this.#world.driver.close();
    await this.#world.log.close();
  }

  #watchOver(work: Promise<void>): void {
    work.catch((error: unknown) => {
      // Without its log an agent may promise nothing: it goes on only after a restart.
      if (error instanceof LogBroken) this.#stopped = true;
      this.#world.note(`${this.#stopped ? "the agent has stopped: " : ""}${messageOf(error)}`);
    });
  }

  async #take(command: Command): Promise<void> {
    const { host, driver, report } = this.#world;
    switch (command.kind) {
      case "find": return report({ kind: "found", host, run: command.run, workload: command.workload, found: await driver.find(command.workload) });
      case "takeInventory": return report({ kind: "inventory", host, run: command.run, inventory: await this.#inventory(command.withinMs ?? layerWithinMs) });
      case "tellApplication": return this.#tellApplication(command);
      case "checkpoint": return report(await this.#onceForRun(command));
      case "perform": case "abort": case "settle": return this.#takeOfAttempt(command);
    }
  }

  async #inventory(withinMs: number): Promise<Inventory> {
    const { driver, facts } = this.#world;
    return { ...await facts(), ...await (driver.look?.(withinMs) ?? driver.workloads().then((workloads) => ({ workloads }))) };
  }

  async #tellApplication({ epoch, run, workload, application, wish }: Extract<Command, { readonly kind: "tellApplication" }>): Promise<void> {
    const { host, driver, report } = this.#world;
    const because = epoch > 0 && epoch < this.#fence ? "somebody else has taken over" : await (driver.tellApplication?.(workload, application, wish) ?? Promise.resolve(noApplications)).catch(messageOf);
    report({ kind: "application", host, run, workload, application, because });
  }

  /** One that comes again while it is under way, or soon after, gets the answer of the first. */
  #onceForRun(command: CheckpointCommand): Promise<Report> {
    const answer = this.#answers.get(command.run) ?? this.#checkpoint(command);
    this.#answers.set(command.run, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > answersMax && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }

  async #checkpoint({ epoch, run, workload, wish, name = "" }: CheckpointCommand): Promise<Report> {
    const { host, driver } = this.#world;
    const about = { kind: "checkpoints", host, run, workload } as const;
    if (epoch > 0 && epoch < this.#fence) return { ...about, checkpoints: [], because: "somebody else has taken over" };
    try {
      // All checkpoints of a workload lie under the name that is none.
      if (wish !== "list" && name === "") return { ...about, checkpoints: [], because: `nobody says which checkpoint to ${wish}` };
      if (wish === "take") await (driver.checkpoints ?? none).take(workload, name);
      if (wish === "drop") await (driver.checkpoints ?? none).drop(workload, name);
      return { ...about, checkpoints: await (driver.checkpoints ?? none).list(workload), because: null };
    } catch (error) {
      return { ...about, checkpoints: [], because: messageOf(error).slice(0, wordsMax) };
    }
  }

  async #takeOfAttempt(command: Extract<Command, { readonly attempt: number }>): Promise<void> {
    const { run, action, attempt, epoch } = command;
    const { host, log, report } = this.#world;
    if (epoch > this.#fence) {
      this.#fence = epoch;
      this.#fenceKept = log.append({ kind: "fence", epoch });
    }
    // In the order in which they came, once nobody with a smaller epoch can come any more; one with a larger one may have.
    await this.#fenceKept;
    if (epoch < this.#fence) return report({ kind: "fenced", host, epoch: this.#fence, run, action, attempt });
    const key = keyOf(command);
    const kept = this.#kept.get(key);
    if (command.kind === "abort") return kept?.abort.abort();
    if (kept !== undefined) return this.#tell(kept);
    return command.kind === "settle" ? this.#voidIt(key, { run, action, attempt }) : this.#perform(key, command);
  }

  async #voidIt(key: string, attempt: Attempt): Promise<void> {
    const kept: Kept = { attempt, workload: null, state: "writing", permille: 0, abort: new AbortController() };
    this.#kept.set(key, kept);
    await this.#world.log.append({ kind: "void", attempt });
    kept.state = "void";
    this.#tell(kept);
  }

  async #perform(key: string, command: Extract<Command, { readonly kind: "perform" }>): Promise<void> {
    const { run, action, attempt, work, expects, layer, permit } = command;
    if (permit !== undefined) this.#world.permitted?.(key, permit);
    const workload = "workload" in work ? work.workload : null;
    const busy = workload !== null && this.#isBusy(workload);
    const kept: Kept = { attempt: { run, action, attempt }, workload, state: "writing", permille: 0, abort: new AbortController() };
    this.#kept.set(key, kept);
    if (busy) {
      const found = await this.#foundFor(work).catch(() => null);
      return this.#ended(kept, failed("another attempt with it is still under way here", found), 0);
    }
    await this.#world.log.append({ kind: "begun", attempt: kept.attempt, work, expects, ...(layer === undefined ? {} : { layer }), ...(permit === undefined ? {} : { permit }) });
    kept.state = "begun";
    this.#tell(kept);
    const sinceMs = this.#world.clock.nowMs();
    const task = taskOf(key, command);
    const outcome = await this.#performed(task, kept);
    if (this.#stopped) return;
    if (outcome === null) return this.#settle(task, kept);
    await this.#ended(kept, outcome, Math.max(0, Math.round(this.#world.clock.nowMs() - sinceMs)));
  }

  async #performed(task: Task, kept: Kept): Promise<Outcome | null> {
    const { driver, note } = this.#world;
    try {
      return await driver.perform(task, this.#courseOf(kept));
    } catch (error) {
      note(`driver ${driver.layer} gave up on ${task.key}: ${messageOf(error)}; it is asked how it ended`);
      return null;
    }
  }

  /** Asks the driver until it knows. */
  async #settle(task: Task, kept: Kept): Promise<void> {
    const { driver, clock, note } = this.#world;
    const outcome = await driver.resolve(task, this.#courseOf(kept)).catch((error: unknown) => {
      note(`driver ${driver.layer} cannot say how ${task.key} ended: ${messageOf(error)}; it is asked again`);
      return null;
    });
    if (this.#stopped) return;
    if (outcome !== null) return this.#ended(kept, outcome, 0);
    clock.after(askAgainMs, () => { if (!this.#stopped) this.#watchOver(this.#settle(task, kept)); });
  }

  async #ended(kept: Kept, outcome: Outcome, tookMs: number): Promise<void> {
    await this.#world.log.append({ kind: "ended", attempt: kept.attempt, outcome, tookMs });
    kept.state = { outcome, tookMs };
    this.#tell(kept);
  }

  #courseOf(kept: Kept): { readonly signal: AbortSignal; progress(permille: number): void } {
    return {
      signal: kept.abort.signal,
      progress: (permille) => {
        if (kept.state !== "begun" || permille < kept.permille + progressStepPermille) return;
        kept.permille = Math.min(1000, Math.floor(permille));
        this.#tell(kept);
      },
    };
  }

  #isBusy(workload: WorkloadId): boolean {
    for (const kept of this.#kept.values()) {
      if (kept.workload === workload && (kept.state === "begun" || kept.state === "writing")) return true;
    }
    return false;
  }

  async #foundFor(work: Action): Promise<Found | null> {
    return "workload" in work && work.kind !== "copy" ? this.#world.driver.find(work.workload) : null;
  }

  #tell({ attempt, state, permille }: Kept): void {
    if (state === "writing") return;
    const about = { host: this.#world.host, ...attempt };
    const { report } = this.#world;
    if (state === "begun") report({ kind: "begun", ...about, permille });
    else if (state === "void") report({ kind: "void", ...about });
    else if (state.outcome.kind === "done") report({ kind: "done", ...about, tookMs: state.tookMs });
    else report({ ...about, ...state.outcome });
  }

  #replay(entry: LogEntry): void {
    switch (entry.kind) {
      case "started": return;
      case "fence":
        this.#fence = Math.max(this.#fence, entry.epoch);
        return;
      case "begun": case "void": {
        const workload = entry.kind === "begun" && "workload" in entry.work ? entry.work.workload : null;
        this.#kept.set(keyOf(entry.attempt), { attempt: entry.attempt, workload, state: entry.kind, permille: 0, abort: new AbortController() });
        return;
      }
      case "ended": {
        const kept = this.#kept.get(keyOf(entry.attempt)) ?? { attempt: entry.attempt, workload: null, state: "writing", permille: 0, abort: new AbortController() };
        kept.state = { outcome: entry.outcome, tookMs: entry.tookMs };
        this.#kept.set(keyOf(entry.attempt), kept);
      }
    }
  }
}

type CheckpointCommand = Extract<Command, { readonly kind: "checkpoint" }>;

const answersMax = 100;
const wordsMax = 2000;
/** A layer that keeps no checkpoints. */
const none: Checkpointing = {
  list: () => Promise.resolve([]),
  take: () => Promise.reject(new Error("this layer keeps no checkpoints")),
  drop: () => Promise.reject(new Error("this layer keeps no checkpoints")),
};
const noApplications = "this layer reaches no applications inside of its workloads";
/** A log with fewer entries is left as it is. */
const tidyAbove = 5000;
const askAgainMs = 2000;
/** So long a layer is waited for when whoever wants an inventory does not say. */
const layerWithinMs = 10_000;
const progressStepPermille = 10;

function taskOf(key: string, { work, expects, layer }: Pick<Extract<Command, { readonly kind: "perform" }>, "work" | "expects" | "layer">): Task {
  return { key, work, expects, ...(layer === undefined ? {} : { layer }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
