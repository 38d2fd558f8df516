import { addResources, standardResourceKinds, type Resources } from "../../../model/resource.ts";
import type { Fleet, Host, Service, SiteLink, Workload } from "../../../model/fleet.ts";
import type { HostId, SiteId, WorkloadId } from "../../../model/ids.ts";
import type { PolicyDocument } from "../../../model/policy.ts";
import { defaultObjectives, defaultSettings, type Scenario } from "../../../model/scenario.ts";
import { indexFleet, type FleetIndex } from "../../../model/snapshot.ts";
import { compilePolicies, type Constraint } from "../../../policies/index.ts";

export type HostSpec = Partial<Omit<Host, "id">> & { readonly memoryMiB?: number };
export type WorkloadSpec = Partial<Omit<Workload, "id" | "host">> & { readonly on?: string | null; readonly memoryMiB?: number };

/** A fleet in a few words: hosts with 100 MiB of memory and no other limit that matters, workloads of 10 MiB that move live. */
export function smallFleet(hosts: Record<string, HostSpec>, workloads: Record<string, WorkloadSpec>, more: {
  readonly services?: readonly Service[]; readonly links?: readonly SiteLink[]; readonly external?: readonly string[];
} = {}): Fleet {
  const made = Object.entries(hosts).map(([id, spec]) => host(id, spec));
  const sites = [...new Set(made.map(({ site }) => site))].sort();
  return {
    currency: "EUR", resources: standardResourceKinds,
    sites: sites.map((id) => ({
      id, kind: more.external?.includes(id) === true ? "external" : "internal", region: "eu", electricityMicrosPerKWh: 0, carbonGramsPerKWh: 0, labels: {},
    })),
    hosts: made.sort((a, b) => (a.id < b.id ? -1 : 1)),
    applications: [...new Set(Object.values(workloads).flatMap(({ applications = [] }) => applications))].sort().map((id) => ({ id, title: id, needs: {} })),
    workloads: Object.entries(workloads).map(([id, spec]) => workload(id, spec)).sort((a, b) => (a.id < b.id ? -1 : 1)),
    services: more.services ?? [], links: more.links ?? [],
  };
}

function host(id: string, { memoryMiB = 100, ...spec }: HostSpec): Host {
  const capacity: Resources = { cpuMillicores: 1_000_000, memoryMiB, storageMiB: 1_000_000, networkMbps: 1_000_000 };
  return {
    id: id as HostId, site: "s1" as SiteId, domains: {}, overcommitPermille: {}, reserve: {}, layers: { libvirt: "9" }, features: [],
    cpuVendor: "intel", cpuLevel: 1, securityLevel: 0, state: "on", powerManaged: false, idlePowerWatts: 0, peakPowerWatts: 0,
    prices: { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 },
    migrationMbps: 1000, bootMs: 60_000, shutdownMs: 30_000, labels: {},
    ...spec, capacity: addResources(spec.capacity ?? {}, Object.fromEntries(Object.entries(capacity).filter(([name]) => spec.capacity?.[name] === undefined))),
  };
}

function workload(id: string, { on = null, memoryMiB = 10, ...spec }: WorkloadSpec): Workload {
  const reservation = { memoryMiB, ...spec.reservation };
  return {
    id: id as WorkloadId, layer: "libvirt", layerVersion: "", requiredFeatures: [], applications: [], expectedUse: reservation,
    dataMiB: 0, memoryChangeMiBPerSecond: 0, securityLevel: 0, offsiteBanned: false, replicaGroup: null, priority: 100,
    state: on === null ? "new" : "running", desired: "running", liveMove: true, mayStop: false, startMs: 5000, stopMs: 2000,
    copyOf: null, labels: {}, ...spec, host: on as HostId | null, reservation,
  };
}

/** A policy in a few words; a must unless said otherwise. */
export function policy(id: string, entry: string, workloads: readonly string[] | null, parameters: Record<string, unknown> = {}, more: Partial<PolicyDocument> & { readonly hosts?: readonly string[] } = {}): PolicyDocument {
  const { hosts, ...rest } = more;
  return {
    id: id as PolicyDocument["id"], title: id, why: "a test", enabled: true,
    select: { ...(workloads === null ? {} : { workloads: { ids: workloads } }), ...(hosts === undefined ? {} : { hosts: { ids: hosts } }) },
    require: { entry, parameters }, strength: "must", weight: 1, holds: null, mayBeEmpty: false, exceptions: [], tests: [], ...rest,
  };
}

export interface Given {
  readonly fleet: Fleet;
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
  readonly scenario: Scenario;
}

/** The fleet with its own musts and these policies, compiled. */
export async function given(fleet: Fleet, policies: readonly PolicyDocument[] = [], asOf: string | null = null): Promise<Given> {
  const scenario: Scenario = {
    name: "test", title: "", description: "", asOf, fleet, policies, objectives: defaultObjectives, settings: defaultSettings, changes: [],
  };
  const index = indexFleet(fleet);
  const { constraints, diagnostics } = await compilePolicies(scenario, index);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("; "));
  return { fleet, index, constraints, scenario };
}

/** A target by names; who is not named stays where it is. */
export function targetOf({ index }: Given, moves: Record<string, string | null>): Int32Array {
  return Int32Array.from(index.workloads, (workload) => {
    if (workload.desired === "removed") return -1;
    const to = Object.hasOwn(moves, workload.id) ? moves[workload.id] : workload.host;
    return to === null || to === undefined ? -1 : (index.hostIndex.get(to as HostId) ?? -1);
  });
}
