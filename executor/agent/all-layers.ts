import { assert } from "../../model/assert.ts";
import type { WorkloadId } from "../../model/ids.ts";
import type { Action } from "../../model/plan.ts";
import type { Found, Inventory } from "../protocol.ts";
import type { Receiver } from "./carrier.ts";
import { failed, type Changed, type Course, type Driver, type Outcome, type Task } from "./driver.ts";

/** What actions an agent performs, whoever asks. */
export type AllowedActions = ReadonlySet<Action["kind"]>;

/** All layers of a host as one driver: each task goes to the layer of its workload. */
export class AllLayers implements Driver {
  readonly layer: string;
  readonly #drivers: ReadonlyMap<string, Driver & Receiver>;
  readonly #allowed: AllowedActions;

  constructor(drivers: ReadonlyMap<string, Driver & Receiver>, allowed: AllowedActions) {
    this.layer = [...drivers.keys()].join(", ");
    this.#drivers = drivers;
    this.#allowed = allowed;
  }

  /** Who takes data of a layer from other hosts; null when this host does not have it. */
  receiverOf(layer: string): Receiver | null {
    return this.#drivers.get(layer) ?? null;
  }

  async find(workload: WorkloadId): Promise<Found> {
    let found: Found = "absent";
    for (const driver of this.#drivers.values()) {
      const there = await driver.find(workload);
      if (there !== "absent" && there !== "incoming") return there;
      if (there === "incoming") found = there;
    }
    return found;
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

  async workloads(): Promise<Inventory["workloads"]> {
    const lists = await Promise.all([...this.#drivers].map(async ([layer, driver]) => (await driver.workloads()).map((each) => ({ ...each, layer }))));
    return lists.flat();
  }

  async tellApplication(workload: WorkloadId, application: string, wish: "running" | "stopped"): Promise<string | null> {
    const kind = wish === "running" ? "start" : "stop";
    if (!this.#allowed.has(kind)) return `the configuration of this host's agent does not allow the action ${kind}`;
    for (const driver of this.#drivers.values()) {
      if (await driver.find(workload) === "running") return await driver.tellApplication?.(workload, application, wish) ?? null;
    }
    return `${workload} does not run here`;
  }

  watch(changed: Changed): void {
    for (const driver of this.#drivers.values()) driver.watch(changed);
  }

  async close(): Promise<void> {
    for (const driver of this.#drivers.values()) await driver.close();
  }

  /** The driver that a task is for, or why there is none. */
  async #driverOf({ layer, work }: Task): Promise<Driver | string> {
    if (layer !== undefined) return this.#drivers.get(layer) ?? `this host's agent drives no layer ${layer}, only ${this.layer}`;
    const [only] = this.#drivers.values();
    assert(only !== undefined, "an agent drives at least one layer");
    if (this.#drivers.size === 1 || !("workload" in work)) return only;
    const subject = work.kind === "copy" ? work.source : work.workload;
    for (const driver of this.#drivers.values()) {
      if (await driver.find(subject) !== "absent") return driver;
    }
    return `nobody says of which layer ${subject} is, and it is not here`;
  }
}
