import { compareIds } from "../../model/ids.ts";
import type { ScenarioDocument } from "../schema.ts";
import type { ImportLog } from "./import-log.ts";
import { idFrom, labelsFrom } from "./names.ts";
import type { Placed, PlacedHost, PlacedMachine } from "./placed.ts";
import { storageOf, type ClusterStorage } from "./storage-of.ts";

export interface ScenarioChoices {
  readonly name: string;
  readonly title: string;
  /** How many virtual processors may be promised for each core. */
  readonly vcpuPerCore: number;
}

/** The id of a site; one name for all where the input has none. */
function siteOf(site: string): string {
  return site.trim() === "" ? "site" : idFrom(site);
}

type HostDocument = NonNullable<ScenarioDocument["hosts"]>[number];
type WorkloadDocument = NonNullable<ScenarioDocument["workloads"]>[number];

/** The scenario of an inventory: what was found, and rules that say what its tool does by itself. */
export function scenarioOf(placed: Placed, { name, title, vcpuPerCore }: ScenarioChoices, log: ImportLog): ScenarioDocument {
  const storage = storageOf(placed, log);
  const sites = [...new Set(placed.hosts.map(({ host }) => siteOf(host.site)))].sort(compareIds);
  return {
    apiVersion: "stowage/v1",
    name, title,
    description: "Made by stowage import. Processors are thousandths of a core, memory and storage are MiB. The input knows no prices: lay a file with prices over it.",
    sites: (sites.length === 0 ? ["site"] : sites).map((id) => ({ id })),
    hosts: placed.hosts.map((host) => hostDocument(host, siteOf(host.host.site), placed.layer, vcpuPerCore, storage, log)),
    workloads: placed.machines.map((machine) => workloadDocument(machine, placed.layer, storage)),
    policies: [...clusterPolicies(placed), ...storage.policies],
  };
}

function hostDocument(placed: PlacedHost, site: string, layer: string, vcpuPerCore: number, storage: ClusterStorage, log: ImportLog): HostDocument {
  const { host, id, cluster, machines } = placed;
  const promised = machines.filter(({ machine }) => machine.isRunning);
  const sum = (amount: (machine: PlacedMachine) => number): number => promised.reduce((total, machine) => total + amount(machine), 0);
  const [millicores, memoryMiB] = [sum((machine) => machine.millicores), sum((machine) => machine.memoryMiB)];
  const guess = (field: string, found: string, became: string, reason: string): void => log.note(host.origin, "guessed", { field, found, became, reason });
  const cpuCapacity = host.cores === null ? Math.max(1000, Math.ceil(millicores / vcpuPerCore)) : host.cores * 1000;
  const memoryCapacity = host.memoryMiB ?? Math.max(1024, memoryMiB);
  if (host.cores === null) guess("cores", "", `${cpuCapacity / 1000} cores`, "the input does not say: enough for what runs there");
  if (host.memoryMiB === null) guess("memory", "", `${memoryCapacity} MiB`, "the input does not say: enough for what runs there");
  const cpuPermille = overcommit(vcpuPerCore * 1000, millicores, cpuCapacity);
  const memoryPermille = overcommit(1000, memoryMiB, memoryCapacity);
  if (cpuPermille > vcpuPerCore * 1000) guess("vCPU per core", `${millicores / 1000} vCPU promised on ${cpuCapacity / 1000} cores`, `${cpuPermille / 1000} vCPU per core`, "more is promised there already: allowed");
  if (memoryPermille > 1000) guess("memory promised", `${memoryMiB} MiB promised of ${memoryCapacity} MiB`, `${memoryPermille / 10} %`, "more is promised there already: allowed");
  log.note(host.origin, "taken", { became: `host ${id}: ${cpuCapacity / 1000} cores, ${memoryCapacity} MiB memory, ${host.state}`, reason: "a host" });
  return {
    id, site, domains: labelsFrom({ ...host.domains, cluster }),
    capacity: { cpuMillicores: cpuCapacity, memoryMiB: memoryCapacity, storageMiB: storage.capacityMiB(placed) },
    overcommitPermille: { cpuMillicores: cpuPermille, ...(memoryPermille > 1000 ? { memoryMiB: memoryPermille } : {}), ...storage.overcommit(placed) },
    layers: { [layer]: host.layerVersion, ...Object.fromEntries(machines.flatMap(({ machine }) => (machine.layer === undefined ? [] : [[machine.layer, ""]]))) },
    cpuVendor: host.cpuVendor, cpuLevel: host.cpuLevel, state: host.state, labels: labelsFrom({ ...host.labels, cluster }),
  };
}

/** What may be promised for each thousand: what is wanted, or what is promised already when that is more. */
function overcommit(wantedPermille: number, promised: number, capacity: number): number {
  return Math.min(1_000_000, Math.max(wantedPermille, Math.ceil((promised * 1000) / Math.max(1, capacity))));
}

function workloadDocument(placed: PlacedMachine, layer: string, storage: ClusterStorage): WorkloadDocument {
  const { id, machine, host, cluster, millicores, memoryMiB, storageMiB } = placed;
  const usedMillicores = machine.usedMillicores ?? millicoresOf(machine.usedMHz, host);
  const reservation = { cpuMillicores: millicores, memoryMiB, storageMiB };
  const use = { cpuMillicores: usedMillicores ?? millicores, memoryMiB: machine.usedMemoryMiB ?? memoryMiB, storageMiB: machine.usedStorageMiB ?? storageMiB };
  const isKnown = usedMillicores !== null || machine.usedMemoryMiB !== null || machine.usedStorageMiB !== null;
  return {
    id, layer: machine.layer ?? layer, reservation, ...(isKnown ? { expectedUse: use } : {}),
    dataMiB: storage.dataMiB(placed),
    ...(host === null ? {} : { host: host.id, ...(machine.isRunning ? {} : { state: "stopped" }) }),
    ...(machine.isRunning || host !== null ? {} : { desired: "stopped" }),
    ...(machine.canMoveLive && (machine.layer ?? layer) === "libvirt" ? {} : { liveMove: machine.canMoveLive }), labels: labelsFrom({ ...machine.labels, cluster }),
  };
}

function millicoresOf(usedMHz: number | null, host: PlacedHost | null): number | null {
  const cpuMHz = host?.host.cpuMHz ?? 0;
  return usedMHz === null || cpuMHz === 0 ? null : Math.ceil((usedMHz * 1000) / cpuMHz);
}

/** Machines stay in their cluster, as they do without anybody's doing. */
function clusterPolicies({ hosts, machines }: Placed): NonNullable<ScenarioDocument["policies"]> {
  const clusters = [...new Set(hosts.map(({ cluster }) => cluster))].sort(compareIds);
  if (clusters.length < 2) return [];
  return clusters.filter((cluster) => cluster !== "" && machines.some((machine) => machine.cluster === cluster)).map((cluster) => {
    const { cluster: label = cluster } = labelsFrom({ cluster });
    return {
      id: `in-cluster ${label}`.slice(0, 253).trim(), title: `Machines of cluster ${label} stay there`, why: "Outside of their cluster they find neither their networks nor their stores.",
      select: { workloads: { labels: { cluster: label } } }, require: { fence: { hosts: { labels: { cluster: label } } } },
    };
  });
}
