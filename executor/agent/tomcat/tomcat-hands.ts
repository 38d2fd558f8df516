import { chmod, cp, lstat, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkloadId } from "../../../model/ids.ts";
import type { Found, FoundWorkload } from "../../protocol.ts";
import type { Hands } from "../carrying-driver.ts";
import { failed, type Changed, type Course, type Outcome } from "../driver.ts";
import type { DriverWorld } from "../layer-kind.ts";
import { own, type Owner } from "../owner.ts";
import { PlacedData } from "../placed-data.ts";
import { folderName, type Places, type State } from "../place.ts";
import { startIt } from "../starting.ts";
import type { Turns } from "../turns.ts";
import { Watcher } from "../watcher.ts";
import { contextOf, pathIn } from "./application-file.ts";
import { Down, type Manager, type ManagerSettings } from "./manager.ts";
import { measuresOf, type Measures } from "./measures.ts";

/** How web applications are kept on one host. */
export interface TomcatSettings extends ManagerSettings {
  /** A folder of its own, which Tomcat sees under the same path. */
  readonly root: string;
  /** Where new workloads come from: a folder each with `application.json`, `app.war` and `data`; null when none are begun here. */
  readonly templates: string | null;
  /** As whom Tomcat runs; the agent's own user when null. */
  readonly owner: Owner | null;
}

/**
 * What is done with web applications. One that is stopped is taken out of Tomcat altogether, so that it does not come up
 * with the next start of Tomcat, and its WAR, its data and its sessions lie in its place.
 */
export class TomcatHands implements Hands {
  readonly layer = "tomcat";
  readonly noun = "web applications";
  readonly #settings: TomcatSettings;
  readonly #world: DriverWorld;
  readonly #places: Places;
  readonly #data: PlacedData;
  readonly #manager: Manager;
  readonly #watcher: Watcher;
  #mayMeasure = true;
  #isClosed = false;
  #version = "1";

  constructor(settings: TomcatSettings, world: DriverWorld, places: Places, turns: Turns, manager: Manager) {
    this.#settings = settings;
    this.#world = world;
    this.#places = places;
    this.#data = new PlacedData(places, parcelled);
    this.#manager = manager;
    this.#watcher = new Watcher({ noun: this.noun, everyMs: lookEveryMs, look: () => this.#look() }, turns, world);
  }

  takeUp(): Promise<void> {
    return this.#watcher.begin();
  }

  watch(changed: Changed): void {
    this.#watcher.onChange = changed;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#watcher.close();
    return Promise.resolve();
  }

  /** The one that was seen last, while Tomcat does not run. */
  async version(): Promise<string> {
    this.#version = await this.#manager.version().catch((error: unknown) => {
      if (error instanceof Down) return this.#version;
      throw error;
    });
    return this.#version;
  }

  async find(workload: WorkloadId): Promise<Found> {
    const state = await this.#places.state(workload);
    if (state === null) return await this.#places.has(this.#places.incoming(workload)) ? "incoming" : "absent";
    return state.wanted === "stopped" ? "stopped" : foundAt(await this.#pathOf(workload), await this.#states());
  }

  async workloads(): Promise<readonly FoundWorkload[]> {
    const [seen, measures] = [await this.#look(), await this.#measures()];
    return Promise.all([...seen].map(async ([workload, found]) => {
      const use = found === "running" ? measures.get(await this.#pathOf(workload)) : undefined;
      const dataMiB = Math.ceil(await this.#data.bytes(workload) / bytesPerMiB);
      return { workload, found, liveMove: false, dataMiB, ...(use === undefined ? {} : { use }) };
    }));
  }

  async start(key: string, workload: WorkloadId, isNew: boolean, { signal }: Course): Promise<Outcome> {
    const outcome = await startIt(isNew, { make: () => this.#makeFromTemplate(key, workload), start: () => this.#begin(workload, signal), takeAway: () => this.delete(workload) });
    if (outcome.kind === "done") this.#watcher.known(workload, "running");
    return outcome;
  }

  async resolveStart(key: string, workload: WorkloadId, isNew: boolean): Promise<Outcome> {
    const state = await this.#places.state(workload);
    // A new one may have run and been taken away again.
    if (state === null) return failed("it does not run", await this.find(workload), { ran: isNew });
    const path = await this.#pathOf(workload);
    const runs = async (): Promise<boolean> => (await this.#manager.list()).some((each) => each.path === path && each.state === "running");
    // What an agent that died has asked Tomcat for may not have got there yet.
    if (state.wanted !== "stopped" && !await runs()) await new Promise<void>((resolve) => { this.#world.clock.after(lateMs, resolve); });
    if (state.wanted !== "stopped" && await runs()) {
      await this.#places.keep(workload, { ...state, wanted: "running" });
      return { kind: "done" };
    }
    await this.#withdraw(workload);
    // Only what this very task has made is taken away again.
    if (isNew && state.arrival === key) await this.delete(workload);
    return failed("it does not run", await this.find(workload), { ran: true });
  }

  async stop(workload: WorkloadId): Promise<Outcome> {
    await this.#withdraw(workload);
    this.#watcher.known(workload, "stopped");
    return { kind: "done" };
  }

  async delete(workload: WorkloadId): Promise<void> {
    await this.#withdraw(workload);
    this.#watcher.known(workload, "absent");
    await this.#places.delete(this.#places.of(workload));
  }

  async pack(workload: WorkloadId): Promise<{ readonly bytes: number; readonly data: AsyncIterable<Buffer> }> {
    // Whoever stopped it by hand has left it in Tomcat: with the next start of Tomcat it would run here, too.
    if (await this.find(workload) === "stopped") await this.#withdraw(workload);
    return this.#data.pack(workload);
  }

  async unpack(workload: WorkloadId, key: string, data: AsyncIterable<Buffer>, beforeItStays: () => Promise<void>): Promise<void> {
    await this.#data.unpack(workload, key, data, async (folder) => {
      const answer = await pathIn(folder, folderName(workload));
      if ("because" in answer) throw new Error(answer.because);
      await this.#giveToTomcat(folder);
      await beforeItStays();
    });
    this.#watcher.known(workload, "stopped");
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
    for (const name of ["application.json", "app.war"]) {
      if (await lstat(join(template, name)).catch(() => null) === null) return `the template of ${workload} has no ${name}`;
    }
    const answer = await pathIn(template, folderName(workload));
    if ("because" in answer) return answer.because;
    const folder = await this.#places.makeIncoming(workload);
    for (const name of ["application.json", "app.war"]) await cp(join(template, name), join(folder, name));
    if (await this.#places.has(join(template, "data"))) await cp(join(template, "data"), join(folder, "data"), { recursive: true, verbatimSymlinks: true });
    else await mkdir(join(folder, "data"), { mode: 0o750 });
    await mkdir(join(folder, "sessions"), { mode: 0o750 });
    await this.#giveToTomcat(folder);
    await this.#places.settle(workload, key);
    return null;
  }

  async #begin(workload: WorkloadId, ended: AbortSignal): Promise<Outcome> {
    const place = this.#places.of(workload);
    const answer = await pathIn(place, folderName(workload));
    if ("because" in answer) return failed(answer.because, "stopped", { again: false });
    const { path } = answer;
    await this.#withdraw(workload);
    const other = (await this.#manager.list()).find((each) => each.path === path);
    if (other !== undefined) return failed(`something else is at path ${path} of Tomcat at ${this.#manager.url}, ${other.state}`, "stopped", { again: false });
    const context = join(place, "context.xml");
    await writeFile(context, contextOf({ data: join(place, "data"), sessions: join(place, "sessions") }), { mode: 0o644 });
    const state = await this.#state(workload);
    await this.#places.keep(workload, { ...state, wanted: "starting" });
    const because = await this.#manager.deploy(path, context, join(place, "app.war"));
    if (because === null && !ended.aborted && foundAt(path, await this.#states()) === "running") {
      await this.#places.keep(workload, { ...state, wanted: "running" });
      return { kind: "done" };
    }
    await this.#withdraw(workload);
    // Some of it may have run before it was given up.
    return failed(ended.aborted ? "it was ended" : because ?? "Tomcat has deployed it, and it does not run", "stopped", { ran: true });
  }

  /** Takes an application out of Tomcat, with its sessions written to its place first. */
  async #withdraw(workload: WorkloadId): Promise<void> {
    const state = await this.#state(workload);
    if (state.wanted === "stopped") return;
    const path = await this.#pathOf(workload);
    if ((await this.#manager.list()).some((each) => each.path === path)) await this.#manager.stop(path);
    // Also one that is not listed may be on its way: what an agent that died has asked for is still carried out.
    for (let answer = await this.#manager.undeploy(path); answer !== "gone"; answer = await this.#manager.undeploy(path)) {
      if (this.#isClosed) throw new Error("the driver was closed");
      this.#world.note(`Tomcat does not let go of ${path} yet: ${answer}`);
      await new Promise<void>((resolve) => { this.#world.clock.after(lookEveryMs, resolve); });
    }
    await this.#places.keep(workload, { ...state, wanted: "stopped" });
  }

  async #look(): Promise<ReadonlyMap<WorkloadId, Found>> {
    const seen = new Map<WorkloadId, Found>();
    const places = await this.#places.all();
    const states = places.some(({ state }) => state.wanted !== "stopped") ? await this.#states() : new Map<string, string>();
    for (const { workload, state } of places) seen.set(workload, state.wanted === "stopped" ? "stopped" : foundAt(await this.#pathOf(workload), states));
    return seen;
  }

  /** How each application stands in Tomcat, by path; null when Tomcat does not run. */
  async #states(): Promise<ReadonlyMap<string, string> | null> {
    try {
      return new Map((await this.#manager.list()).map(({ path, state }) => [path, state]));
    } catch (error) {
      if (error instanceof Down) return null;
      throw error;
    }
  }

  async #measures(): Promise<ReadonlyMap<string, Measures>> {
    try {
      const measures = this.#mayMeasure ? await measuresOf(this.#manager) : new Map<string, Measures>();
      if (measures === null) this.#world.note(`applications of Tomcat at ${this.#manager.url} are not measured: its user lacks the role manager-jmx`);
      this.#mayMeasure &&= measures !== null;
      return measures ?? new Map<string, Measures>();
    } catch (error) {
      if (error instanceof Down) return new Map<string, Measures>();
      throw error;
    }
  }

  async #pathOf(workload: WorkloadId): Promise<string> {
    const answer = await pathIn(this.#places.of(workload), folderName(workload));
    if ("because" in answer) throw new Error(`${workload}: ${answer.because}`);
    return answer.path;
  }

  async #state(workload: WorkloadId): Promise<State> {
    const state = await this.#places.state(workload);
    if (state === null) throw new Error(`${workload} is not here any more`);
    return state;
  }

  async #giveToTomcat(folder: string): Promise<void> {
    await chmod(join(folder, "app.war"), 0o644);
    for (const name of ["app.war", "data", "sessions"]) await own(join(folder, name), this.#settings.owner);
  }
}

/** What Tomcat says of a path; one that Tomcat should run and that is not served comes back with Tomcat. */
function foundAt(path: string, states: ReadonlyMap<string, string> | null): Found {
  return states === null ? "paused" : states.get(path) === "running" ? "running" : "stopped";
}

/** What of a place is carried to other hosts. */
const parcelled = ["application.json", "app.war", "data", "sessions"];
const lookEveryMs = 2000;
const lateMs = 3000;
const bytesPerMiB = 1_048_576;
