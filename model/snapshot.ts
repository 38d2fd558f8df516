import type { Fleet, Host, Service, Site, Workload } from "./fleet.ts";
import type { HostId, ServiceId, SiteId, WorkloadId } from "./ids.ts";

/** A fleet with look-ups by id and dense indices in order of id. Built once, shared by every stage. */
export interface FleetIndex {
  readonly fleet: Fleet;
  readonly hosts: readonly Host[];
  readonly workloads: readonly Workload[];
  readonly hostIndex: ReadonlyMap<HostId, number>;
  readonly workloadIndex: ReadonlyMap<WorkloadId, number>;
  readonly siteById: ReadonlyMap<SiteId, Site>;
  readonly serviceById: ReadonlyMap<ServiceId, Service>;
  /** Names of all resources, in the order of `fleet.resources`. */
  readonly resourceNames: readonly string[];
}

export function indexFleet(fleet: Fleet): FleetIndex {
  return {
    fleet,
    hosts: fleet.hosts,
    workloads: fleet.workloads,
    hostIndex: new Map(fleet.hosts.map((host, i) => [host.id, i])),
    workloadIndex: new Map(fleet.workloads.map((workload, i) => [workload.id, i])),
    siteById: new Map(fleet.sites.map((site) => [site.id, site])),
    serviceById: new Map(fleet.services.map((service) => [service.id, service])),
    resourceNames: fleet.resources.map((resource) => resource.name),
  };
}

/** `starting` and `stopping` hold all resources but do not serve; `stopped` holds only what lies on disk. */
export type Activity = "running" | "starting" | "stopping" | "stopped";

/** Where one workload is at one instant. Hosts are dense indices (FleetIndex order); -1 is nowhere. */
export interface Whereabouts {
  /** Where it runs, or where its data lies when it is stopped; -1 when it does not exist (yet, or any more). */
  readonly host: number;
  /** Where a migrate, transfer or copy under way will bring it; -1 when none is. */
  readonly arriving: number;
  /** Where data of an earlier place still lies (after a cold move, until the source is deleted); -1 when nowhere. */
  readonly leaving: number;
  readonly activity: Activity;
}

/**
 * One instant of a fleet: what every rule's `check` looks at. A finished placement is an instant with nothing under
 * way. Read-only; the verifier owns the one implementation that changes.
 */
export interface Instant {
  readonly index: FleetIndex;
  where(workload: number): Whereabouts;
  /** Workloads whose `host`, `arriving` or `leaving` is this host, each once, in ascending index order. */
  present(host: number): readonly number[];
  /** Workloads with `arriving` >= 0, in ascending index order. */
  underWay(): readonly number[];
  isOn(host: number): boolean;
}

/** An instant in which nothing is under way, made from a target. `hostOf[w]` is -1 when w is nowhere. */
export function settledInstant(index: FleetIndex, hostOf: ArrayLike<number>, options?: {
  readonly running?: (workload: number) => boolean;
  readonly isOn?: (host: number) => boolean;
}): Instant {
  const present: number[][] = index.hosts.map(() => []);
  index.workloads.forEach((_, w) => {
    const host = hostOf[w] ?? -1;
    if (host >= 0) present[host]?.push(w);
  });
  const running = options?.running ?? ((w: number) => index.workloads[w]?.desired === "running");
  const used = (h: number): boolean => (present[h]?.length ?? 0) > 0;
  const isOn = options?.isOn ?? ((h: number) => hostIsOnWhen(index.hosts[h], used(h)));
  return {
    index,
    where: (w) => ({ host: hostOf[w] ?? -1, arriving: -1, leaving: -1, activity: running(w) ? "running" : "stopped" }),
    present: (h) => present[h] ?? [],
    underWay: () => [],
    isOn,
  };
}

/** The fleet as it is now, before any plan. */
export function currentInstant(index: FleetIndex): Instant {
  return settledInstant(index, currentHosts(index), {
    running: (w) => index.workloads[w]?.state === "running",
    isOn: (h) => index.hosts[h]?.state === "on" || index.hosts[h]?.state === "maintenance",
  });
}

/** Is a host on once a plan is done? Used hosts are; empty ones stay on only when nobody may switch them off. */
export function hostIsOnWhen(host: Host | undefined, used: boolean): boolean {
  if (host === undefined || host.state === "failed") return false;
  if (used) return true;
  return host.state !== "off" && !host.powerManaged;
}

/** Dense index of the host on which each workload is now; -1 for none. */
export function currentHosts(index: FleetIndex): Int32Array {
  return Int32Array.from(index.workloads, (workload) =>
    workload.host === null || workload.state === "new" ? -1 : (index.hostIndex.get(workload.host) ?? -1));
}
