import type { Activity, FleetIndex, Instant, Whereabouts } from "../../model/snapshot.ts";
import { currentHosts } from "../../model/snapshot.ts";

const activities: readonly Activity[] = ["running", "starting", "stopping", "stopped"];

/** Told of every change, so that sums over a host can follow. */
export type Watcher = (workload: number, before: Whereabouts, after: Whereabouts) => void;

/** Where each workload is before the plan; data on a failed host are lost. */
export function startingHosts(index: FleetIndex): Int32Array {
  return currentHosts(index).map((h) => (h >= 0 && index.hosts[h]?.state === "failed" ? -1 : h));
}

/** The one mutable thing of the scheduler: the fleet at one instant of the schedule. */
export class FleetState implements Instant {
  readonly index: FleetIndex;
  readonly #host: Int32Array;
  readonly #arriving: Int32Array;
  readonly #leaving: Int32Array;
  readonly #activity: Uint8Array;
  readonly #on: Uint8Array;
  readonly #present: number[][];
  readonly #underWay: number[] = [];
  #watcher: Watcher | null = null;

  constructor(index: FleetIndex) {
    this.index = index;
    this.#host = startingHosts(index);
    this.#arriving = new Int32Array(index.workloads.length).fill(-1);
    this.#leaving = new Int32Array(index.workloads.length).fill(-1);
    this.#activity = Uint8Array.from(index.workloads, (workload, w) =>
      workload.state === "running" && (this.#host[w] ?? -1) >= 0 ? 0 : 3);
    this.#on = Uint8Array.from(index.hosts, ({ state }) => (state === "on" || state === "maintenance" ? 1 : 0));
    this.#present = index.hosts.map(() => []);
    this.#host.forEach((h, w) => this.#present[h]?.push(w));
  }

  watch(watcher: Watcher): void {
    this.#watcher = watcher;
  }

  where(workload: number): Whereabouts {
    return {
      host: this.#host[workload] ?? -1, arriving: this.#arriving[workload] ?? -1, leaving: this.#leaving[workload] ?? -1,
      activity: activities[this.#activity[workload] ?? 3] ?? "stopped",
    };
  }

  present(host: number): readonly number[] {
    return this.#present[host] ?? [];
  }

  underWay(): readonly number[] {
    return this.#underWay;
  }

  isOn(host: number): boolean {
    return this.#on[host] === 1;
  }

  hostOf(workload: number): number {
    return this.#host[workload] ?? -1;
  }

  arrivingAt(workload: number): number {
    return this.#arriving[workload] ?? -1;
  }

  leavingFrom(workload: number): number {
    return this.#leaving[workload] ?? -1;
  }

  switchHost(host: number, on: boolean): void {
    this.#on[host] = on ? 1 : 0;
  }

  set(workload: number, next: Whereabouts): void {
    const before = this.where(workload);
    const old = placesOf(before);
    const now = placesOf(next);
    for (const h of old) if (!now.includes(h)) removeSorted(this.#present[h], workload);
    for (const h of now) if (!old.includes(h)) insertSorted(this.#present[h], workload);
    if (before.arriving >= 0 && next.arriving < 0) removeSorted(this.#underWay, workload);
    if (before.arriving < 0 && next.arriving >= 0) insertSorted(this.#underWay, workload);
    this.#host[workload] = next.host;
    this.#arriving[workload] = next.arriving;
    this.#leaving[workload] = next.leaving;
    this.#activity[workload] = activities.indexOf(next.activity);
    this.#watcher?.(workload, before, next);
  }
}

/** Hosts on which anything of a workload lies, each once. */
export function placesOf({ host, arriving, leaving }: Whereabouts): readonly number[] {
  if (arriving < 0 && leaving < 0) return host < 0 ? [] : [host];
  return [...new Set([host, arriving, leaving])].filter((h) => h >= 0);
}

function positionIn(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insertSorted(sorted: number[] | undefined, value: number): void {
  sorted?.splice(positionIn(sorted, value), 0, value);
}

function removeSorted(sorted: number[] | undefined, value: number): void {
  const position = sorted === undefined ? -1 : positionIn(sorted, value);
  if (sorted?.[position] === value) sorted.splice(position, 1);
}
