import { assert } from "../../model/assert.ts";
import type { WallClock } from "../../model/clock.ts";
import type { WorkloadId } from "../../model/ids.ts";
import type { Action } from "../../model/plan.ts";
import type { Found, Inventory } from "../protocol.ts";
import type { Alarm } from "../run.ts";
import type { Receiver } from "./carrier.ts";
import { failed, type Changed, type Checkpointing, type Course, type Driver, type Outcome, type Task } from "./driver.ts";
import { LayerLook } from "./layer-look.ts";

/** What actions an agent performs, whoever asks. */
export type AllowedActions = ReadonlySet<Action["kind"]>;

/** All layers of a host as one driver: each task goes to the layer of its workload, and one that is silent holds up no other. */
export class AllLayers implements Driver {
  readonly layer: string;
  readonly #drivers: ReadonlyMap<string, Driver & Receiver>;
  readonly #looks: ReadonlyMap<string, LayerLook>;
  readonly #allowed: AllowedActions;

  constructor(drivers: ReadonlyMap<string, Driver & Receiver>, allowed: AllowedActions, clock: Pick<WallClock, "nowMs" | "utcMs"> & Alarm) {
    this.layer = [...drivers.keys()].join(", ");
    this.#drivers = drivers;
    this.#looks = new Map([...drivers].map(([layer, driver]) => [layer, new LayerLook(driver, clock)]));
    this.#allowed = allowed;
  }

  /** Who takes data of a layer from other hosts; null when this host does not have it. */
  receiverOf(layer: string): Receiver | null {
    return this.#drivers.get(layer) ?? null;
  }

  async find(workload: WorkloadId): Promise<Found> {
    return (await this.#holderOf(workload))?.found ?? "absent";
  }

  async perform(task: Task, course: Course): Promise<Outcome> {
    if (!this.#allowed.has(task.work.kind)) return failed(`the configuration of this host's agent does not allow the action ${task.work.kind}`, null, { again: false });
    const driver = await this.#driverOf(task);
    return driver instanceof Object ? driver.perform(task, course) : failed(driver, null, { again: false });
  }

  async resolve(task: Task, course: Course): Promise<Outcome> {
    const driver = await this.#driverOf(task);
    return driver instanceof Object ? driver.resolve(task, course) : failed(driver, null, { again: false });
  }

  /** Of layers that answer; `look` tells of the others. */
  async workloads(): Promise<Inventory["workloads"]> {
    return (await this.look(Number.POSITIVE_INFINITY)).workloads;
  }

  async look(withinMs: number): Promise<Pick<Inventory, "workloads" | "layers" | "silent">> {
    const seen = await Promise.all([...this.#looks].map(async ([layer, look]) => ({ layer, ...await look.look(withinMs) })));
    const silent = seen.flatMap((each) => each.silent ?? []);
    return {
      workloads: seen.flatMap(({ layer, workloads }) => workloads.map((each) => ({ ...each, layer }))),
      layers: Object.fromEntries(seen.flatMap(({ layer, version }) => (version === null ? [] : [[layer, version]]))),
      ...(silent.length === 0 ? {} : { silent }),
    };
  }

  async tellApplication(workload: WorkloadId, application: string, wish: "running" | "stopped"): Promise<string | null> {
    const kind = wish === "running" ? "start" : "stop";
    if (!this.#allowed.has(kind)) return `the configuration of this host's agent does not allow the action ${kind}`;
    const holder = await this.#holderOf(workload);
    if (holder?.found !== "running") return `${workload} does not run here`;
    return await holder.driver.tellApplication?.(workload, application, wish) ?? null;
  }

  readonly checkpoints: Checkpointing = {
    // Where it was taken it stays, wherever the workload has gone.
    list: async (workload) => (await Promise.all(this.#keepers().map((keeper) => keeper.list(workload)))).flat(),
    take: async (workload, name) => {
      this.#mustAllow("copy");
      const holder = await this.#holderOf(workload);
      if (holder === null) throw new Error(`${workload} is not here`);
      if (holder.driver.checkpoints === undefined) throw new Error(`layer ${holder.driver.layer} keeps no checkpoints`);
      return holder.driver.checkpoints.take(workload, name);
    },
    drop: async (workload, name) => {
      this.#mustAllow("remove");
      await Promise.all(this.#keepers().map((keeper) => keeper.drop(workload, name)));
    },
  };

  watch(changed: Changed): void {
    for (const driver of this.#drivers.values()) driver.watch(changed);
  }

  async close(): Promise<void> {
    for (const driver of this.#drivers.values()) await driver.close();
  }

  #keepers(): readonly Checkpointing[] {
    return [...this.#drivers.values()].flatMap(({ checkpoints }) => checkpoints ?? []);
  }

  #mustAllow(kind: Action["kind"]): void {
    if (!this.#allowed.has(kind)) throw new Error(`the configuration of this host's agent does not allow the action ${kind}`);
  }

  /** The driver that a task is for, or why there is none. */
  async #driverOf({ layer, work }: Task): Promise<Driver | string> {
    if (layer !== undefined) return this.#drivers.get(layer) ?? `this host's agent drives no layer ${layer}, only ${this.layer}`;
    const [only] = this.#drivers.values();
    assert(only !== undefined, "an agent drives at least one layer");
    if (this.#drivers.size === 1 || !("workload" in work)) return only;
    const subject = work.kind === "copy" ? work.source : work.workload;
    return (await this.#holderOf(subject))?.driver ?? `nobody says of which layer ${subject} is, and it is not here`;
  }

  /** Who has a workload. That nobody has it is known only once every layer has answered. */
  async #holderOf(workload: WorkloadId): Promise<{ readonly driver: Driver; readonly found: Found } | null> {
    const looks = [...this.#drivers.values()].map(async (driver) => ({ driver, found: await driver.find(workload) }));
    const here = looks.map(async (look) => {
      const seen = await look;
      if (seen.found === "absent" || seen.found === "incoming") throw new Error(`${workload} is ${seen.found}`);
      return seen;
    });
    return Promise.any(here).catch(async () => (await Promise.all(looks)).find(({ found }) => found === "incoming") ?? null);
  }
}
