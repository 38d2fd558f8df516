import type { Clock } from "../../model/clock.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { Action } from "../../model/plan.ts";
import type { Found, FoundWorkload, Inventory } from "../protocol.ts";
import type { Alarm } from "../run.ts";
import type { Arrival, Carrier, Receiver } from "./carrier.ts";
import { failed, unmet, type Changed, type Checkpointing, type Course, type Driver, type Outcome, type Task } from "./driver.ts";
import { folderName } from "./place.ts";
import type { Refusals } from "./refusals.ts";
import type { Turns } from "./turns.ts";

/**
 * What one layer does with its workloads; `CarryingDriver` makes a driver of it. One thing at a time happens to each
 * workload. Whatever throws is asked for again later, by `resolve…` or as it was.
 */
export interface Hands {
  readonly layer: string;
  /** What a workload is called in messages: "programs", "containers". */
  readonly noun: string;
  find(workload: WorkloadId): Promise<Found>;
  workloads(): Promise<readonly FoundWorkload[]>;
  version?(): Promise<string>;
  /** Only of layers that reach applications inside of their workloads. */
  tellApplication?(workload: WorkloadId, application: string, wish: "running" | "stopped"): Promise<string | null>;
  /** Only of layers that keep checkpoints. */
  readonly checkpoints?: Checkpointing;
  /** A stopped workload goes on from a checkpoint; how one that was cut off has ended `resolveStart` says. */
  startFrom?(workload: WorkloadId, checkpoint: string): Promise<Outcome>;
  watch(changed: Changed): void;
  close(): Promise<void>;
  /** `isNew`: it is made first, from what this host keeps for new ones. */
  start(key: string, workload: WorkloadId, isNew: boolean, course: Course): Promise<Outcome>;
  /** Only of layers whose workloads wait whole at the end of a move: one that does goes on as it is; null when none waits. */
  goOn?(workload: WorkloadId): Promise<Outcome | null>;
  /** How a start that was cut off has ended; a workload that it made in vain is taken away. */
  resolveStart(key: string, workload: WorkloadId, isNew: boolean): Promise<Outcome>;
  /** Also of one that is stopped already: then it makes sure that it stays so. */
  stop(workload: WorkloadId, course: Course): Promise<Outcome>;
  /** `forGood`: its data are wanted nowhere; otherwise they have moved, and what two hosts share stays. */
  delete(workload: WorkloadId, forGood: boolean): Promise<void>;
  /** Only of layers whose workloads can move while they run; `resolveMigrate` finds out how a move that was cut off has ended. */
  migrate?(key: string, work: Migrating, course: Course): Promise<Outcome>;
  resolveMigrate?(key: string, work: Migrating, course: Course): Promise<Outcome>;
  /** All that makes up a workload, with about how many bytes that will be. */
  pack(workload: WorkloadId, ended: AbortSignal): Promise<{ readonly bytes: number; readonly data: AsyncIterable<Buffer> }>;
  /**
   * Takes in what `pack` gave elsewhere. It becomes a stopped workload at once and whole, and only when `beforeItStays`,
   * called at the last moment, does not throw.
   */
  unpack(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, beforeItStays: () => Promise<void>): Promise<void>;
  /** Deletes what has come or was made in part, for a task that brings it or is ended; what is another's own is left alone. */
  dropIncoming(workload: WorkloadId, key: string): Promise<void>;
  /** The task that brought a workload here; null when it is not here. */
  broughtBy(workload: WorkloadId): Promise<string | null>;
}

interface CarryingWorld {
  readonly clock: Clock & Alarm;
  readonly carrier: Carrier;
  readonly note: (words: string) => void;
}

export type Migrating = Extract<Action, { readonly kind: "migrate" }>;
type Carrying = Extract<Action, { readonly kind: "transfer" | "copy" }>;

/** A layer whose workloads are carried as data from agent to agent, and of which both sides know how much has arrived. */
export class CarryingDriver implements Driver, Receiver {
  readonly layer: string;
  readonly checkpoints?: Checkpointing;
  readonly #hands: Hands;
  readonly #world: CarryingWorld;
  readonly #refusals: Refusals;
  readonly #turns: Turns;
  /** What is being received, by the task that sends it, with what ends it. */
  readonly #receiving = new Map<string, AbortController>();
  #isClosed = false;

  constructor(hands: Hands, world: CarryingWorld, refusals: Refusals, turns: Turns) {
    this.layer = hands.layer;
    this.#hands = hands;
    this.#world = world;
    this.#refusals = refusals;
    this.#turns = turns;
    const { checkpoints } = hands;
    if (checkpoints === undefined) return;
    this.checkpoints = {
      list: (workload) => checkpoints.list(workload),
      take: (workload, name) => turns.take(folderName(workload), () => checkpoints.take(workload, name)),
      drop: (workload, name) => turns.take(folderName(workload), () => checkpoints.drop(workload, name)),
    };
  }

  find(workload: WorkloadId): Promise<Found> {
    return this.#hands.find(workload);
  }

  workloads(): Promise<Inventory["workloads"]> {
    return this.#hands.workloads();
  }

  async version(): Promise<string> {
    return await this.#hands.version?.() ?? "1";
  }

  tellApplication(workload: WorkloadId, application: string, wish: "running" | "stopped"): Promise<string | null> {
    return this.#turns.take(folderName(workload), () => this.#hands.tellApplication?.(workload, application, wish)
      ?? Promise.resolve(`${this.#hands.noun} hold one application each, which is started and stopped with them`));
  }

  watch(changed: Changed): void {
    this.#hands.watch(changed);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const receiving of this.#receiving.values()) receiving.abort();
    return this.#hands.close();
  }

  perform(task: Task, course: Course): Promise<Outcome> {
    const { work, expects } = task;
    if (work.kind === "bootHost" || work.kind === "shutdownHost") return Promise.resolve(this.#noHosts());
    const subject = subjectOf(work);
    return this.#turns.take(folderName(subject), async () => {
      const found = await this.find(subject);
      const gone = work.kind === "start" && work.checkpoint === undefined && expects === "stopped" && found === "incoming" ? await this.#hands.goOn?.(subject) ?? null : null;
      if (gone !== null) return gone;
      const because = unmet(expects, found, subject);
      // One that is about to be started again will soon be what is expected, or stay down for good.
      if (because !== null) return failed(because, work.kind === "copy" ? null : found, { again: found === "paused" });
      switch (work.kind) {
        case "start": return work.checkpoint === undefined ? this.#hands.start(task.key, work.workload, expects === "absent", course) : await this.#hands.startFrom?.(work.workload, work.checkpoint) ?? this.#noCheckpoints(found);
        case "stop": return this.#hands.stop(work.workload, course);
        case "deleteSource": case "remove": return this.#delete(work);
        case "transfer": case "copy": return this.#carry(task.key, work, course);
        case "migrate": return await this.#hands.migrate?.(task.key, work, course) ?? this.#noLiveMove(found);
      }
    });
  }

  resolve(task: Task, course: Course): Promise<Outcome> {
    const { work, expects, key } = task;
    if (work.kind === "bootHost" || work.kind === "shutdownHost") return Promise.resolve(this.#noHosts());
    return this.#turns.take(folderName(subjectOf(work)), async () => {
      switch (work.kind) {
        case "start": return this.#resolveStart(key, work.workload, expects === "absent");
        case "stop": {
          const found = await this.find(work.workload);
          return found === "absent" || found === "incoming" ? failed("it is not here", found, { again: false }) : this.#hands.stop(work.workload, course);
        }
        case "deleteSource": case "remove": {
          const found = await this.find(work.workload);
          return found === "absent" ? { kind: "done" } : found === "stopped" ? this.#delete(work) : failed(`it is ${found}`, found);
        }
        case "transfer": case "copy": return this.#cleanUp(key, work, "it was interrupted");
        case "migrate": return await this.#hands.resolveMigrate?.(key, work, course) ?? this.#noLiveMove(await this.find(work.workload));
      }
    });
  }

  async receive(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>): Promise<void> {
    const receiving = new AbortController();
    const before = await this.arrived(workload, key);
    if (before === "whole") return;
    if (before === "another") throw new Error(`${workload} is here already`);
    this.#receiving.get(key)?.abort();
    this.#receiving.set(key, receiving);
    try {
      await this.#turns.take(folderName(workload), async () => {
        if (await this.#hands.broughtBy(workload) !== null) throw new Error(`${workload} is here already`);
        await this.#hands.dropIncoming(workload, key);
        await this.#hands.unpack(workload, key, endedBy(data, receiving.signal), async () => {
          if (receiving.signal.aborted || await this.#refusals.isRefused(key)) throw new Error("it was ended");
        }).catch(async (error: unknown) => {
          await this.#hands.dropIncoming(workload, key);
          throw error;
        });
      });
    } finally {
      if (this.#receiving.get(key) === receiving) this.#receiving.delete(key);
    }
  }

  async arrived(workload: WorkloadId, key: string): Promise<Arrival> {
    const bringer = await this.#hands.broughtBy(workload);
    if (bringer !== null) return bringer === key ? "whole" : "another";
    return this.#receiving.has(key) || await this.find(workload) === "incoming" ? "part" : "nothing";
  }

  async discard(workload: WorkloadId, key: string): Promise<void> {
    this.#receiving.get(key)?.abort();
    await this.#turns.take(folderName(workload), async () => {
      await this.#refusals.refuse(key);
      await this.#hands.dropIncoming(workload, key);
    });
  }

  /** What was being made of a new one never becomes a workload, and would be in the way of the next start. */
  async #resolveStart(key: string, workload: WorkloadId, isNew: boolean): Promise<Outcome> {
    const outcome = await this.#hands.resolveStart(key, workload, isNew);
    if (!isNew || outcome.kind === "done") return outcome;
    await this.#hands.dropIncoming(workload, key);
    return { ...outcome, found: await this.find(workload) };
  }

  async #delete({ kind, workload }: Extract<Action, { readonly kind: "deleteSource" | "remove" }>): Promise<Outcome> {
    await this.#hands.delete(workload, kind === "remove");
    return { kind: "done" };
  }

  async #carry(key: string, work: Carrying, course: Course): Promise<Outcome> {
    const objection = this.#world.carrier.objection?.(work.to) ?? null;
    // Nothing was sent, so nothing can have been left there.
    if (objection !== null) return failed(objection, work.kind === "copy" ? null : await this.find(work.workload), { again: false });
    try {
      const { bytes, data } = await this.#hands.pack(work.kind === "copy" ? work.source : work.workload, course.signal);
      await this.#world.carrier.send(work.to, work.workload, key, counted(data, bytes, course), course.signal);
      return { kind: "done" };
    } catch (error) {
      return this.#cleanUp(key, work, error instanceof Error ? error.message : String(error));
    }
  }

  /** A transfer has failed only once nothing of it is left on the target; until that is known, nothing is said. */
  async #cleanUp(key: string, work: Carrying, because: string): Promise<Outcome> {
    for (;;) {
      const arrival = await this.#discard(work.to, work.workload, key);
      const found = work.kind === "copy" ? null : await this.find(work.workload);
      switch (arrival) {
        case "whole": return { kind: "done" };
        case "nothing": return failed(because, found);
        case "another": return failed(`${work.to} has ${work.workload} already`, found, { again: false });
        case "part": case null: await this.#pause();
      }
    }
  }

  /** What is left on the target after everything partial has been taken away; null when it does not answer. */
  async #discard(to: HostId, workload: WorkloadId, key: string): Promise<Arrival | null> {
    const { carrier, note } = this.#world;
    try {
      await carrier.discard(to, workload, key);
      return await carrier.arrived(to, workload, key);
    } catch (error) {
      note(`${to} does not say what it has of ${workload}: ${error instanceof Error ? error.message : String(error)}; it is asked again`);
      return null;
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) reject(new Error("the driver was closed"));
      else this.#world.clock.after(askAgainMs, resolve);
    });
  }

  #noHosts(): Outcome {
    return failed(`${this.#hands.noun} switch no hosts`, null, { again: false });
  }

  #noCheckpoints(found: Found): Outcome {
    return failed(`no checkpoints are kept of ${this.#hands.noun}`, found, { again: false });
  }

  #noLiveMove(found: Found): Outcome {
    return failed(`${this.#hands.noun} cannot move while they run`, found, { again: false });
  }
}

const askAgainMs = 2000;

async function* counted(data: AsyncIterable<Buffer>, bytes: number, course: Course): AsyncGenerator<Buffer> {
  let gone = 0;
  for await (const chunk of data) {
    yield chunk;
    gone += chunk.length;
    course.progress(Math.min(999, Math.floor((1000 * gone) / Math.max(1, bytes))));
  }
}

/** Whose turn it is: of a copy the source's, since the host that sends it may receive it as well. */
function subjectOf(work: Extract<Action, { readonly workload: WorkloadId }>): WorkloadId {
  return work.kind === "copy" ? work.source : work.workload;
}

/** Ends with an error as soon as it is aborted, also while the other side is silent. */
async function* endedBy(data: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  const chunks = data[Symbol.asyncIterator]();
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("it was ended")), { once: true });
  });
  ended.catch(() => {});
  try {
    for (;;) {
      const next = await Promise.race([ended, chunks.next()]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    void chunks.return?.();
  }
}
