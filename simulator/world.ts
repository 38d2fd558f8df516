import { assert } from "../model/assert.ts";
import { currentHosts, type FleetIndex, type Instant, type Whereabouts } from "../model/snapshot.ts";

/** A host that boots or shuts down is not on: nothing starts there. Only `on` and `maintenance` run workloads. */
export type HostState = "off" | "booting" | "on" | "stopping" | "maintenance" | "failed";

/** `paused` is the moment of a live move in which it does not serve; `failed` lost its host; `absent` does not exist, or not any more. */
export type WorkloadState = "absent" | "starting" | "running" | "moving" | "paused" | "stopping" | "stopped" | "failed";

const nowhere: Whereabouts = { host: -1, arriving: -1, leaving: -1, activity: "stopped" };

/** Everything that exists at one instant of a simulation. What changes it keeps it sound, or throws. */
export class World implements Instant {
  readonly index: FleetIndex;
  readonly #hostStates: HostState[];
  readonly #states: WorkloadState[];
  readonly #where: Whereabouts[];
  readonly #present: Set<number>[];
  readonly #sorted: (readonly number[] | null)[];
  readonly #drawing: number[][];
  readonly #arriving = new Set<number>();
  /** Wanted running now: those of the fleet from the beginning, instances called for later as long as they are. */
  readonly #wanted: Uint8Array;

  constructor(index: FleetIndex) {
    this.index = index;
    const hosts = currentHosts(index);
    this.#hostStates = index.hosts.map(({ state }) => state);
    this.#present = index.hosts.map(() => new Set<number>());
    this.#sorted = index.hosts.map(() => null);
    this.#drawing = index.hosts.map(() => []);
    this.#where = index.workloads.map(() => nowhere);
    this.#states = index.workloads.map(() => "absent");
    this.#wanted = Uint8Array.from(index.workloads, ({ desired, state, lostFrom }) => (desired === "running" && (state === "running" || lostFrom !== undefined) ? 1 : 0));
    index.workloads.forEach(({ state }, w) => {
      const host = hosts[w] ?? -1;
      if (host < 0) return;
      if (!this.runsWorkloads(host)) this.put(w, nowhere, "failed");
      else this.put(w, { host, arriving: -1, leaving: -1, activity: state === "running" ? "running" : "stopped" }, state === "running" ? "running" : "stopped");
    });
  }

  where(workload: number): Whereabouts {
    return this.#where[workload] ?? nowhere;
  }

  stateOf(workload: number): WorkloadState {
    return this.#states[workload] ?? "absent";
  }

  /** Serves: running, also while it moves. */
  serves(workload: number): boolean {
    const state = this.#states[workload];
    return state === "running" || state === "moving";
  }

  hostState(host: number): HostState {
    return this.#hostStates[host] ?? "off";
  }

  /** Can workloads run there? */
  runsWorkloads(host: number): boolean {
    const state = this.#hostStates[host];
    return state === "on" || state === "maintenance";
  }

  isOn(host: number): boolean {
    const state = this.hostState(host);
    return state !== "off" && state !== "failed";
  }

  present(host: number): readonly number[] {
    const known = this.#sorted[host];
    if (known) return known;
    const sorted = [...(this.#present[host] ?? [])].sort((a, b) => a - b);
    this.#sorted[host] = sorted;
    return sorted;
  }

  underWay(): readonly number[] {
    return [...this.#arriving].sort((a, b) => a - b);
  }

  /** Workloads that draw on the host: those that serve there, ascending. */
  drawing(host: number): readonly number[] {
    return this.#drawing[host] ?? [];
  }

  isWanted(workload: number): boolean {
    return this.#wanted[workload] === 1;
  }

  want(workload: number, wanted: boolean): void {
    this.#wanted[workload] = Number(wanted);
  }

  /** Changes the state of a host; nothing may run on one that cannot run workloads. */
  setHost(host: number, state: HostState): void {
    this.#hostStates[host] = state;
    assert(this.runsWorkloads(host) || this.drawing(host).length === 0, `host ${this.index.hosts[host]?.id} becomes ${state} while workloads run there`);
  }

  /** Puts a workload somewhere, in a state. */
  put(workload: number, next: Whereabouts, state: WorkloadState): void {
    const before = this.where(workload);
    if (this.serves(workload)) remove(this.#drawing[before.host] ?? [], workload);
    for (const h of [before.host, before.arriving, before.leaving]) this.#leave(h, workload);
    this.#where[workload] = next;
    this.#states[workload] = state;
    for (const h of [next.host, next.arriving, next.leaving]) this.#enter(h, workload);
    if (next.arriving >= 0) this.#arriving.add(workload);
    else this.#arriving.delete(workload);
    if (!this.serves(workload)) return;
    assert(this.runsWorkloads(next.host), `workload ${this.index.workloads[workload]?.id} runs on a host that is ${this.hostState(next.host)}`);
    insert(this.#drawing[next.host] ?? [], workload);
  }

  #enter(host: number, workload: number): void {
    if (host < 0) return;
    this.#present[host]?.add(workload);
    this.#sorted[host] = null;
  }

  #leave(host: number, workload: number): void {
    if (host < 0) return;
    this.#present[host]?.delete(workload);
    this.#sorted[host] = null;
  }
}

function insert(sorted: number[], item: number): void {
  let place = sorted.length;
  while (place > 0 && (sorted[place - 1] as number) > item) place--;
  sorted.splice(place, 0, item);
}

function remove(sorted: number[], item: number): void {
  const place = sorted.indexOf(item);
  if (place >= 0) sorted.splice(place, 1);
}
