import type { Fleet, Host, Site, Workload } from "../../model/fleet.ts";
import { compareIds, type HostId, type SiteId, type WorkloadId } from "../../model/ids.ts";
import { standardResourceKinds } from "../../model/resource.ts";
import { indexFleet, type FleetIndex } from "../../model/snapshot.ts";

/** What a test says about a thing; the rest is plain. */
export type Said<Thing> = { readonly [Field in keyof Thing]?: Thing[Field] | (Thing[Field] extends string | null ? string : never) };

/** A host with room for anything, of which a test says what matters to it. */
export function hostOf(id: string, said: Said<Host> = {}): Host {
  return {
    id: id as HostId, site: "s1" as SiteId, domains: {},
    capacity: { cpuMillicores: 64_000, memoryMiB: 262_144, storageMiB: 1_048_576, networkMbps: 10_000 },
    overcommitPermille: {}, reserve: {}, layers: { libvirt: "9.0.0" }, features: [], cpuVendor: "amd", cpuLevel: 3, securityLevel: 0,
    state: "on", powerManaged: false, idlePowerWatts: 100, peakPowerWatts: 300,
    prices: { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 },
    migrationMbps: 10_000, bootMs: 120_000, shutdownMs: 60_000, labels: {},
    ...(said as Partial<Host>),
  };
}

/** A workload that needs next to nothing, of which a test says what matters to it. */
export function workloadOf(id: string, said: Said<Workload> = {}): Workload {
  return {
    id: id as WorkloadId, layer: "libvirt", layerVersion: "", requiredFeatures: [], applications: [],
    reservation: {}, expectedUse: {}, dataMiB: 0, memoryChangeMiBPerSecond: 0, securityLevel: 0, offsiteBanned: false,
    replicaGroup: null, priority: 100, host: null, state: "new", desired: "running", liveMove: true, mayStop: true,
    startMs: 10_000, stopMs: 5000, copyOf: null, labels: {},
    ...(said as Partial<Workload>),
  };
}

/** A fleet of these hosts and workloads, in the order that a fleet has. Sites that hosts name are internal unless said. */
export function fleetOf(hosts: readonly Host[], workloads: readonly Workload[], rest: Partial<Fleet> = {}): FleetIndex {
  const said: readonly Site[] = rest.sites ?? [];
  const unsaid = [...new Set(hosts.map((host) => host.site))].filter((id) => !said.some((known) => known.id === id)).map((id) => siteOf(id));
  return indexFleet({
    currency: "EUR", resources: standardResourceKinds, applications: [], services: [], links: [], ...rest,
    sites: byId([...said, ...unsaid]), hosts: byId(hosts), workloads: byId(workloads),
  });
}

/** A place of one's own, unless a test says otherwise. */
export function siteOf(id: string, kind: Site["kind"] = "internal"): Site {
  return { id: id as SiteId, kind, region: "", electricityMicrosPerKWh: 0, carbonGramsPerKWh: 0, labels: {} };
}

function byId<Thing extends { readonly id: string }>(things: readonly Thing[]): Thing[] {
  return [...things].sort((a, b) => compareIds(a.id, b.id));
}
