import { chown, cp, lchown, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../../model/clock.ts";
import type { HostId, WorkloadId } from "../../../model/ids.ts";
import type { Action } from "../../../model/plan.ts";
import type { Found, Inventory } from "../../protocol.ts";
import type { Alarm } from "../../run.ts";
import type { Arrival, Carrier, Receiver } from "../carrier.ts";
import { failed, unmet, type Changed, type Course, type Driver, type Outcome, type Task } from "../driver.ts";
import { folderName, Places, readState } from "./place.ts";
import { pack, unpack } from "./parcel.ts";
import { bootOf } from "./processes.ts";
import { Supervisor, type Owner } from "./supervisor.ts";
import { Turns } from "./turns.ts";

/** How programs are kept on one host. */
export interface ProcessSettings {
  /** A folder of its own. */
  readonly root: string;
  /** Where new workloads come from: a folder each with `program.json` and `files`; null when none are begun here. */
  readonly templates: string | null;
  /** Programs outside of their own files that may be run, as absolute paths. */
  readonly allowed: readonly string[];
  /** As whom programs run; the agent's own user when null. */
  readonly owner: Owner | null;
  /** Do those that ran when the host went down run again by themselves? Only where nothing else takes them over. */
  readonly startAtBoot: boolean;
}

export interface ProcessWorld {
  readonly clock: Clock & Alarm;
  readonly carrier: Carrier;
  readonly note: (words: string) => void;
}

type Carrying = Extract<Action, { readonly kind: "transfer" | "copy" }>;

/** The layer of plain programs: files in a folder, a process that is started again when it fails. */
export class ProcessDriver implements Driver, Receiver {
  readonly layer = "process";
  readonly #settings: ProcessSettings;
  readonly #world: ProcessWorld;
  readonly #places: Places;
  readonly #supervisor: Supervisor;
  readonly #turns = new Turns();
  /** What is being received, by the task that sends it, with what ends it. */
  readonly #receiving = new Map<string, AbortController>();

  private constructor(settings: ProcessSettings, world: ProcessWorld, places: Places, boot: string) {
    this.#settings = settings;
    this.#world = world;
    this.#places = places;
    this.#supervisor = new Supervisor(places, this.#turns, settings, world, boot);
  }

  static async open(settings: ProcessSettings, world: ProcessWorld): Promise<ProcessDriver> {
    const driver = new ProcessDriver(settings, world, await Places.open(settings.root), await bootOf());
    await driver.#supervisor.takeUp();
    return driver;
  }

  find(workload: WorkloadId): Promise<Found> {
    return this.#supervisor.find(workload);
  }

  async workloads(): Promise<Inventory["workloads"]> {
    const found: Inventory["workloads"][number][] = [];
    for (const name of await readdir(join(this.#places.root, "places"))) {
      const state = await readState(join(this.#places.root, "places", name));
      if (state === null) continue;
      const workload = state.workload as WorkloadId;
      found.push({ workload, found: await this.find(workload) });
    }
    return found;
  }

  watch(changed: Changed): void {
    this.#supervisor.onChange = changed;
  }

  close(): Promise<void> {
    for (const receiving of this.#receiving.values()) receiving.abort();
    return this.#supervisor.close();
  }

  perform(task: Task, course: Course): Promise<Outcome> {
    const { work, expects } = task;
    if (work.kind === "bootHost" || work.kind === "shutdownHost") return Promise.resolve(failed("programs switch no hosts", null, { again: false }));
    return this.#turns.take(folderName(work.workload), async () => {
      const subject = work.kind === "copy" ? work.source : work.workload;
      const found = await this.find(subject);
      const because = unmet(expects, found, subject);
      // One that is about to be started again will soon be what is expected, or stay down for good.
      if (because !== null) return failed(because, work.kind === "copy" ? null : found, { again: found === "paused" });
      switch (work.kind) {
        case "start": return this.#start(task.key, work.workload, expects === "absent", course);
        case "stop": return this.#supervisor.stop(work.workload, course.signal);
        case "deleteSource": case "remove": return this.#delete(work.workload);
        case "transfer": case "copy": return this.#carry(task.key, work, course);
        case "migrate": return failed("programs cannot move while they run", found, { again: false });
      }
    });
  }

  resolve(task: Task, course: Course): Promise<Outcome> {
    const { work, expects, key } = task;
    if (work.kind === "bootHost" || work.kind === "shutdownHost") return Promise.resolve(failed("programs switch no hosts", null, { again: false }));
    return this.#turns.take(folderName(work.workload), async () => {
      switch (work.kind) {
        case "start": return this.#resolveStart(key, work.workload, expects === "absent");
        case "stop": {
          const found = await this.find(work.workload);
          return found === "stopped" ? { kind: "done" } : found === "absent" ? failed("it is not here", found, { again: false }) : this.#supervisor.stop(work.workload, course.signal);
        }
        case "deleteSource": case "remove": {
          const found = await this.find(work.workload);
          return found === "absent" ? { kind: "done" } : found === "stopped" ? this.#delete(work.workload) : failed(`it is ${found}`, found);
        }
        case "transfer": case "copy": return this.#cleanUp(key, work, "it was interrupted");
        case "migrate": return failed("programs cannot move while they run", await this.find(work.workload), { again: false });
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
        if (await this.#places.has(this.#places.of(workload))) throw new Error(`${workload} is here already`);
        const folder = this.#places.incoming(workload);
        await this.#places.delete(folder);
        await this.#supervisor.makeFolder(folder);
        await unpack(folder, endedBy(data, receiving.signal));
        await this.#own(join(folder, "files"));
        if (receiving.signal.aborted || await this.#places.isRefused(key)) throw new Error("it was ended");
        await this.#places.settle(workload, key);
      });
    } catch (error) {
      await this.#places.delete(this.#places.incoming(workload));
      throw error;
    } finally {
      if (this.#receiving.get(key) === receiving) this.#receiving.delete(key);
    }
  }

  async arrived(workload: WorkloadId, key: string): Promise<Arrival> {
    const state = await this.#places.state(workload);
    if (state !== null) return state.arrival === key ? "whole" : "another";
    return this.#receiving.has(key) || await this.#places.has(this.#places.incoming(workload)) ? "part" : "nothing";
  }

  async discard(workload: WorkloadId, key: string): Promise<void> {
    this.#receiving.get(key)?.abort();
    await this.#turns.take(folderName(workload), async () => {
      await this.#places.refuse(key);
      await this.#places.delete(this.#places.incoming(workload));
    });
  }

  async #start(key: string, workload: WorkloadId, isNew: boolean, course: Course): Promise<Outcome> {
    if (isNew) {
      const because = await this.#makeFromTemplate(key, workload);
      if (because !== null) return failed(because, "absent", { again: false });
    }
    const outcome = await this.#supervisor.start(workload, course.signal);
    if (outcome.kind === "done" || !isNew || outcome.found !== "stopped") return outcome;
    await this.#places.delete(this.#places.of(workload));
    return { ...outcome, found: "absent" };
  }

  async #makeFromTemplate(key: string, workload: WorkloadId): Promise<string | null> {
    const template = this.#settings.templates === null ? null : join(this.#settings.templates, folderName(workload));
    if (template === null || !await this.#places.has(template)) return `there is no template of ${workload} on this host`;
    const folder = this.#places.incoming(workload);
    await this.#places.delete(folder);
    await this.#supervisor.makeFolder(folder);
    for (const name of parcelled) await cp(join(template, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
    await this.#own(join(folder, "files"));
    await this.#places.settle(workload, key);
    return null;
  }

  async #resolveStart(key: string, workload: WorkloadId, isNew: boolean): Promise<Outcome> {
    const state = await this.#places.state(workload);
    // A new one may have run and been taken away again.
    if (state === null) return failed("it does not run", await this.find(workload), { ran: isNew });
    if (state.wanted === "running") return { kind: "done" };
    if (await this.#supervisor.confirm(workload)) return { kind: "done" };
    // Only what this very task has made is taken away again.
    if (isNew && state.arrival === key) await this.#places.delete(this.#places.of(workload));
    return failed("it does not run", await this.find(workload), { ran: true });
  }

  async #delete(workload: WorkloadId): Promise<Outcome> {
    await this.#supervisor.forget(workload);
    await this.#places.delete(this.#places.of(workload));
    return { kind: "done" };
  }

  async #carry(key: string, work: Carrying, course: Course): Promise<Outcome> {
    const from = this.#places.of(work.kind === "copy" ? work.source : work.workload);
    try {
      await this.#world.carrier.send(work.to, work.workload, key, pack(from, parcelled), course.signal);
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
      if (this.#supervisor.isClosed) reject(new Error("the driver was closed"));
      else this.#world.clock.after(askAgainMs, resolve);
    });
  }

  async #own(path: string): Promise<void> {
    const { owner } = this.#settings;
    if (owner === null) return;
    await lchown(path, owner.uid, owner.gid);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.isDirectory()) await this.#own(join(path, entry.name));
      else await (entry.isSymbolicLink() ? lchown : chown)(join(path, entry.name), owner.uid, owner.gid);
    }
  }
}

/** What of a place is carried to other hosts: not its state, which is of this host only. */
const parcelled = ["program.json", "files"];
const askAgainMs = 2000;

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
