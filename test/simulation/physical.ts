import type { HostId, WorkloadId } from "../../model/ids.ts";
import type { FleetIndex, Instant, Whereabouts } from "../../model/snapshot.ts";

/** What lies of a workload on one host. A version is as new as the last start of the workload. */
export interface Lying {
  version: number;
  complete: boolean;
}

export interface PhysicalHost {
  power: "off" | "on";
  dead: boolean;
  fullDisk: boolean;
  /** How often it has lost power: a stream to it does not live through that. */
  boots: number;
  readonly data: Map<WorkloadId, Lying>;
  readonly running: Map<WorkloadId, "running" | "paused">;
}

/** What an action under way does to a workload, for the checkers. */
export interface Doing {
  readonly kind: "arriving" | "starting" | "stopping";
  readonly host: HostId;
}

/**
 * The hosts as they really are, and what happens to them. Everything that touches data or processors goes through here,
 * so that nothing escapes the checkers.
 */
export class Physical {
  readonly index: FleetIndex;
  readonly hosts = new Map<HostId, PhysicalHost>();
  /** The newest version of each workload's data; 0 before it has any. */
  readonly newest = new Map<WorkloadId, number>();
  readonly removed = new Set<WorkloadId>();
  /** Which host counts as the workload's place while it does not run. */
  readonly home = new Map<WorkloadId, HostId>();
  readonly doing = new Map<WorkloadId, Doing>();
  readonly wrong: string[] = [];
  /** Called after every change. */
  onChange: () => void = () => {};

  constructor(index: FleetIndex) {
    this.index = index;
    for (const { id, state } of index.hosts) {
      this.hosts.set(id, { power: state === "on" || state === "maintenance" ? "on" : "off", dead: state === "failed", fullDisk: false, boots: 0, data: new Map(), running: new Map() });
    }
    for (const { id, host, state } of index.workloads) {
      if (host === null || state === "new") continue;
      this.newest.set(id, 1);
      this.home.set(id, host);
      this.at(host).data.set(id, { version: 1, complete: true });
      if (state === "running") this.at(host).running.set(id, "running");
    }
  }

  at(host: HostId): PhysicalHost {
    const found = this.hosts.get(host);
    if (found === undefined) throw new Error(`there is no host ${host}`);
    return found;
  }

  isOn(host: HostId): boolean {
    return this.at(host).power === "on";
  }

  has(workload: WorkloadId, host: HostId): boolean {
    return this.at(host).data.get(workload)?.complete === true;
  }

  /** A workload begins to run from the data on a host; a new one gets some. */
  start(workload: WorkloadId, host: HostId): void {
    const lying = this.at(host).data.get(workload) ?? { version: 0, complete: true };
    const newest = this.newest.get(workload) ?? 0;
    if (!lying.complete) this.wrong.push(`${workload} starts on ${host} from data that are not complete`);
    if (lying.version !== newest) this.wrong.push(`${workload} starts on ${host} from version ${lying.version} of its data, the newest is ${newest}`);
    this.newest.set(workload, newest + 1);
    this.at(host).data.set(workload, { version: newest + 1, complete: true });
    this.at(host).running.set(workload, "running");
    this.home.set(workload, host);
    this.changed();
  }

  halt(workload: WorkloadId, host: HostId): void {
    this.at(host).running.delete(workload);
    this.changed();
  }

  delete(workload: WorkloadId, host: HostId): void {
    if (this.at(host).running.has(workload)) this.wrong.push(`the data of ${workload} are deleted on ${host} while it runs there`);
    this.at(host).data.delete(workload);
    const other = [...this.hosts.keys()].find((each) => this.has(workload, each));
    if (other === undefined) this.home.delete(workload);
    else if (this.home.get(workload) === host) this.home.set(workload, other);
    this.changed();
  }

  cutPower(host: HostId): void {
    this.at(host).power = "off";
    this.at(host).running.clear();
    this.at(host).boots++;
    this.changed();
  }

  changed(): void {
    this.#look();
    this.onChange();
  }

  /** Nothing is lost, and nothing runs twice. */
  #look(): void {
    for (const { id } of this.index.workloads) {
      let runs = 0;
      let whole = false;
      const newest = this.newest.get(id) ?? 0;
      for (const host of this.hosts.values()) {
        if (host.running.get(id) === "running") runs++;
        const lying = host.data.get(id);
        if (lying?.complete === true && lying.version === newest) whole = true;
      }
      if (runs > 1) this.wrong.push(`${id} runs ${runs} times`);
      if (newest > 0 && !whole && !this.removed.has(id)) this.wrong.push(`${id} is lost: nobody has version ${newest} of its data`);
    }
  }

  /** The same as an instant that rules can be checked on. */
  instant(): Instant {
    const { index } = this;
    const where = index.workloads.map(({ id }): Whereabouts => {
      const doing = this.doing.get(id);
      const runsOn = [...this.hosts].find(([, { running }]) => running.has(id))?.[0];
      const home = runsOn ?? this.home.get(id);
      const lies = [...this.hosts].filter(([host, { data }]) => host !== home && data.has(id)).map(([host]) => host);
      const arriving = doing?.kind === "arriving" ? doing.host : lies.find((host) => this.at(host).data.get(id)?.complete === false);
      const host = doing?.kind === "starting" ? doing.host : home;
      return {
        host: this.#dense(host), arriving: this.#dense(arriving === host ? undefined : arriving), leaving: this.#dense(lies.find((other) => other !== arriving && other !== host)),
        activity: doing?.kind === "starting" || doing?.kind === "stopping" ? doing.kind : runsOn === undefined ? "stopped" : "running",
      };
    });
    const present = index.hosts.map((_, h) => where.flatMap((place, w) => (place.host === h || place.arriving === h || place.leaving === h ? [w] : [])));
    return {
      index, where: (w) => where[w] ?? { host: -1, arriving: -1, leaving: -1, activity: "stopped" }, present: (h) => present[h] ?? [],
      underWay: () => where.flatMap(({ arriving }, w) => (arriving >= 0 ? [w] : [])), isOn: (h) => this.hosts.get(index.hosts[h]?.id ?? ("" as HostId))?.power === "on",
    };
  }

  #dense(host: HostId | undefined): number {
    return host === undefined ? -1 : (this.index.hostIndex.get(host) ?? -1);
  }
}
