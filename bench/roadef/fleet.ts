import type { Fleet, Host, Workload } from "../../model/fleet.ts";
import type { HostId, SiteId, WorkloadId } from "../../model/ids.ts";
import type { RoadefModel } from "./model.ts";

/** Keys of the failure domains that machines are given. */
export const locationKey = "location";
export const neighbourhoodKey = "neighbourhood";

/** Name of a resource, machine, process or service; zeros in front, so that the order of names is the order of numbers. */
export function nameOf(letter: string, number: number): string {
  return `${letter}${String(number).padStart(6, "0")}`;
}

/** An instance as a fleet: machines are hosts, processes running workloads, services their replica groups. */
export function fleetOf(model: RoadefModel, original: Int32Array): Fleet {
  const site = "site" as SiteId;
  const resources = Array.from({ length: model.resourceCount }, (_, r) => nameOf("r", r));
  return {
    currency: "units", applications: [], services: [], links: [],
    sites: [{ id: site, kind: "internal", region: "", electricityMicrosPerKWh: 0, carbonGramsPerKWh: 0, labels: {} }],
    resources: resources.map((name) => ({ name, unit: "units", whileMoving: "both", whileStopped: false })),
    hosts: Array.from({ length: model.machineCount }, (_, m) => hostOf(model, resources, site, m)),
    workloads: Array.from({ length: model.processCount }, (_, p) => workloadOf(model, resources, p, original[p] ?? -1)),
  };
}

const free: Host["prices"] = { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 };

function hostOf(model: RoadefModel, resources: readonly string[], site: SiteId, machine: number): Host {
  return {
    id: nameOf("m", machine) as HostId, site,
    domains: { [locationKey]: nameOf("l", model.location[machine] ?? 0), [neighbourhoodKey]: nameOf("n", model.neighbourhood[machine] ?? 0) },
    capacity: amounts(resources, model.capacity, machine), safeUse: amounts(resources, model.safety, machine),
    overcommitPermille: {}, reserve: {}, layers: {}, features: [], cpuVendor: "", cpuLevel: 0, securityLevel: 0,
    state: "on", powerManaged: false, idlePowerWatts: 0, peakPowerWatts: 0, prices: free, migrationMbps: 1, bootMs: 0, shutdownMs: 0, labels: {},
  };
}

function workloadOf(model: RoadefModel, resources: readonly string[], process: number, machine: number): Workload {
  const reservation = amounts(resources, model.need, process);
  return {
    id: nameOf("p", process) as WorkloadId, reservation, expectedUse: reservation,
    replicaGroup: nameOf("s", model.serviceOf[process] ?? 0), host: nameOf("m", machine) as HostId, state: "running", desired: "running",
    layer: "process", layerVersion: "", requiredFeatures: [], applications: [], dataMiB: 0, memoryChangeMiBPerSecond: 0, securityLevel: 0,
    offsiteBanned: false, priority: 0, liveMove: true, mayStop: true, startMs: 0, stopMs: 0, copyOf: null, labels: {},
  };
}

function amounts(resources: readonly string[], table: Float64Array, row: number): Readonly<Record<string, number>> {
  const named: Record<string, number> = {};
  resources.forEach((name, r) => { named[name] = table[row * resources.length + r] ?? 0; });
  return named;
}
