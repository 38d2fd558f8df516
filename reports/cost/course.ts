import type { HostId } from "../../model/ids.ts";
import type { Action } from "../../model/plan.ts";
import { amountOf } from "../../model/resource.ts";
import { currentHosts, type FleetIndex } from "../../model/snapshot.ts";
import type { Period } from "./charge.ts";

/** A workload on a host for a while, running or with its data only. Dense numbers of the index. */
export interface Stay {
  readonly workload: number;
  readonly host: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isRunning: boolean;
}

/** A host that is on for a while. */
export interface HostTime {
  readonly host: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Data carried from one host to another. */
export interface Carried {
  readonly workload: number;
  readonly from: number;
  readonly to: number;
  readonly carriedMiB: number;
}

/** Who was where in a period, which hosts were on, and what was carried. */
export interface Course {
  readonly stays: readonly Stay[];
  readonly on: readonly HostTime[];
  readonly carried: readonly Carried[];
}

/** Something that was done, or will be: milliseconds since 1970 UTC. */
export interface Step {
  readonly action: Action;
  readonly beganMs: number;
  readonly endedMs: number;
}

/** The fleet as it stands, and what changes it on the way: steps in any order. */
export function courseOf(index: FleetIndex, { startMs, endMs }: Period, steps: readonly Step[] = []): Course {
  const replay = new Replay(index, startMs, endMs);
  for (const step of steps.toSorted((a, b) => momentOf(a) - momentOf(b))) replay.take(step);
  return replay.close();
}

/** When a step counts: a host is paid for from the beginning of its boot, everything else when it is done. */
function momentOf({ action, beganMs, endedMs }: Step): number {
  return action.kind === "bootHost" ? beganMs : endedMs;
}

class Replay {
  readonly #index: FleetIndex;
  readonly #startMs: number;
  readonly #endMs: number;
  readonly #stays: Stay[] = [];
  readonly #on: HostTime[] = [];
  readonly #carried: Carried[] = [];
  /** Of each workload, the hosts where it is, since when, and whether it runs there. */
  readonly #places: Map<number, { readonly sinceMs: number; readonly isRunning: boolean }>[];
  readonly #onSince: (number | null)[];

  constructor(index: FleetIndex, startMs: number, endMs: number) {
    [this.#index, this.#startMs, this.#endMs] = [index, startMs, endMs];
    const hosts = currentHosts(index);
    this.#places = index.workloads.map(({ state }, w) => {
      const host = hosts[w] ?? -1;
      return new Map(host < 0 ? [] : [[host, { sinceMs: startMs, isRunning: state === "running" }]]);
    });
    this.#onSince = index.hosts.map(({ state }) => (state === "on" || state === "maintenance" ? startMs : null));
  }

  take(step: Step): void {
    const { action } = step;
    const atMs = momentOf(step);
    const hostOf = (id: HostId): number => this.#index.hostIndex.get(id) ?? -1;
    if (action.kind === "bootHost" || action.kind === "shutdownHost") {
      this.#setHost(hostOf(action.host), action.kind === "bootHost", atMs);
      return;
    }
    const w = this.#index.workloadIndex.get(action.workload) ?? -1;
    switch (action.kind) {
      case "migrate":
        this.#carry(w, w, hostOf(action.from), hostOf(action.to), true, atMs);
        this.#leave(w, hostOf(action.from), atMs);
        this.#put(w, hostOf(action.to), true, atMs);
        break;
      case "transfer":
        this.#carry(w, w, hostOf(action.from), hostOf(action.to), false, atMs);
        this.#put(w, hostOf(action.to), false, atMs);
        break;
      case "copy":
        this.#carry(w, this.#index.workloadIndex.get(action.source) ?? -1, hostOf(action.from), hostOf(action.to), false, atMs);
        this.#put(w, hostOf(action.to), false, atMs);
        break;
      case "start": this.#put(w, hostOf(action.host), true, atMs); break;
      case "stop": this.#put(w, hostOf(action.host), false, atMs); break;
      case "deleteSource": case "remove": this.#leave(w, hostOf(action.host), atMs); break;
    }
  }

  close(): Course {
    this.#places.forEach((places, w) => { for (const host of places.keys()) this.#leave(w, host, this.#endMs); });
    this.#onSince.forEach((_, host) => this.#setHost(host, false, this.#endMs));
    return { stays: this.#stays, on: this.#on, carried: this.#carried };
  }

  #put(workload: number, host: number, isRunning: boolean, atMs: number): void {
    if (workload < 0 || host < 0) return;
    this.#leave(workload, host, atMs);
    this.#places[workload]?.set(host, { sinceMs: atMs, isRunning });
  }

  #leave(workload: number, host: number, atMs: number): void {
    const place = this.#places[workload]?.get(host);
    if (place === undefined) return;
    this.#places[workload]?.delete(host);
    const [fromMs, toMs] = this.#within(place.sinceMs, atMs);
    if (toMs > fromMs) this.#stays.push({ workload, host, fromMs, toMs, isRunning: place.isRunning });
  }

  #setHost(host: number, isOn: boolean, atMs: number): void {
    const since = this.#onSince[host] ?? null;
    if (host < 0 || (since !== null) === isOn) return;
    if (since !== null) {
      const [fromMs, toMs] = this.#within(since, atMs);
      if (toMs > fromMs) this.#on.push({ host, fromMs, toMs });
    }
    this.#onSince[host] = isOn ? atMs : null;
  }

  #carry(workload: number, source: number, from: number, to: number, withMemory: boolean, atMs: number): void {
    const carried = this.#index.workloads[source];
    if (carried === undefined || from < 0 || to < 0 || atMs < this.#startMs || atMs >= this.#endMs) return;
    this.#carried.push({ workload, from, to, carriedMiB: carried.dataMiB + (withMemory ? amountOf(carried.reservation, "memoryMiB") : 0) });
  }

  #within(fromMs: number, toMs: number): readonly [number, number] {
    return [Math.max(this.#startMs, fromMs), Math.min(this.#endMs, toMs)];
  }
}
