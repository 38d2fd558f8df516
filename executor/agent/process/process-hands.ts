import { cp, lstat } from "node:fs/promises";
import { join } from "node:path";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found, FoundWorkload } from "../../protocol.ts";
import type { Hands } from "../carrying-driver.ts";
import { failed, type Changed, type Course, type Outcome } from "../driver.ts";
import type { DriverWorld } from "../layer-kind.ts";
import { own, type Owner } from "../owner.ts";
import { PlacedData } from "../placed-data.ts";
import { folderName, type Places } from "../place.ts";
import { Rates } from "../rates.ts";
import { startIt } from "../starting.ts";
import type { Turns } from "../turns.ts";
import { useBySession, type SessionUse } from "./process-table.ts";
import { readProgram } from "./program.ts";
import { Supervisor } from "./supervisor.ts";

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

/** What is done with plain programs. */
export class ProcessHands implements Hands {
  readonly layer = "process";
  readonly noun = "programs";
  readonly #settings: ProcessSettings;
  readonly #places: Places;
  readonly #data: PlacedData;
  readonly #supervisor: Supervisor;
  readonly #rates: Rates;

  constructor(settings: ProcessSettings, world: DriverWorld, places: Places, turns: Turns, boot: string) {
    this.#settings = settings;
    this.#places = places;
    this.#data = new PlacedData(places, parcelled);
    this.#supervisor = new Supervisor(places, turns, settings, world, boot);
    this.#rates = new Rates(world.clock);
  }

  takeUp(): Promise<void> {
    return this.#supervisor.takeUp();
  }

  find(workload: WorkloadId): Promise<Found> {
    return this.#supervisor.find(workload);
  }

  async workloads(): Promise<readonly FoundWorkload[]> {
    const list: FoundWorkload[] = [];
    const uses = await useBySession();
    for (const { workload, state } of await this.#places.all()) {
      const found = await this.find(workload);
      const use = found === "running" ? uses.get(state.pid) : undefined;
      if (found !== "absent") list.push({ workload, found, ...await this.#describe(workload), ...(use === undefined ? {} : { use: this.#used(workload, use) }) });
    }
    return list;
  }

  watch(changed: Changed): void {
    this.#supervisor.onChange = changed;
  }

  close(): Promise<void> {
    return this.#supervisor.close();
  }

  start(key: string, workload: WorkloadId, isNew: boolean, { signal }: Course): Promise<Outcome> {
    return startIt(isNew, {
      make: () => this.#makeFromTemplate(key, workload), start: () => this.#supervisor.start(workload, signal), takeAway: () => this.delete(workload),
    });
  }

  async resolveStart(key: string, workload: WorkloadId, isNew: boolean): Promise<Outcome> {
    const state = await this.#places.state(workload);
    // A new one may have run and been taken away again.
    if (state === null) return failed("it does not run", await this.find(workload), { ran: isNew });
    if (state.wanted === "running") return { kind: "done" };
    if (await this.#supervisor.confirm(workload)) return { kind: "done" };
    // Only what this very task has made is taken away again.
    if (isNew && state.arrival === key) await this.#places.delete(this.#places.of(workload));
    return failed("it does not run", await this.find(workload), { ran: true });
  }

  stop(workload: WorkloadId, course: Course): Promise<Outcome> {
    return this.#supervisor.stop(workload, course.signal);
  }

  async delete(workload: WorkloadId): Promise<void> {
    await this.#supervisor.forget(workload);
    this.#rates.forget(workload);
    await this.#places.delete(this.#places.of(workload));
  }

  pack(workload: WorkloadId): Promise<{ readonly bytes: number; readonly data: AsyncIterable<Buffer> }> {
    return this.#data.pack(workload);
  }

  unpack(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, beforeItStays: () => Promise<void>): Promise<void> {
    return this.#data.unpack(workload, key, data, async (folder) => {
      await own(join(folder, "files"), this.#settings.owner);
      await beforeItStays();
    });
  }

  dropIncoming(workload: WorkloadId): Promise<void> {
    return this.#data.dropIncoming(workload);
  }

  broughtBy(workload: WorkloadId): Promise<string | null> {
    return this.#data.broughtBy(workload);
  }

  async #makeFromTemplate(key: string, workload: WorkloadId): Promise<string | null> {
    const template = this.#settings.templates === null ? null : join(this.#settings.templates, folderName(workload));
    if (template === null || !await this.#places.has(template)) return `there is no template of ${workload} on this host`;
    for (const name of parcelled) {
      if (await lstat(join(template, name)).catch(() => null) === null) return `the template of ${workload} has no ${name}`;
    }
    const folder = await this.#places.makeIncoming(workload);
    for (const name of parcelled) await cp(join(template, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
    await own(join(folder, "files"), this.#settings.owner);
    await this.#places.settle(workload, key);
    return null;
  }

  async #describe(workload: WorkloadId): Promise<Omit<FoundWorkload, "workload" | "found">> {
    const place = this.#places.of(workload);
    const runnable = await readProgram(place, this.#settings.allowed);
    const { memoryMiB, cpuMillicores } = "program" in runnable ? runnable.program.limits ?? {} : {};
    const reservation = { ...(memoryMiB === undefined ? {} : { memoryMiB }), ...(cpuMillicores === undefined ? {} : { cpuMillicores }) };
    return { dataMiB: Math.ceil(await this.#data.bytes(workload) / bytesPerMiB), liveMove: false, ...(Object.keys(reservation).length === 0 ? {} : { reservation }) };
  }

  #used(workload: WorkloadId, { cpuMs, memoryMiB }: SessionUse): Readonly<Record<string, number>> {
    const cpuMillicores = this.#rates.millicores(workload, cpuMs);
    return { memoryMiB: Math.ceil(memoryMiB), ...(cpuMillicores === null ? {} : { cpuMillicores }) };
  }
}

/** What of a place is carried to other hosts: not its state, which is of this host only. */
const parcelled = ["program.json", "files"];
const bytesPerMiB = 1_048_576;
