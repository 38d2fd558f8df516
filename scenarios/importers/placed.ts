import type { ImportLog } from "./import-log.ts";
import type { Inventory, InventoryHost, InventoryMachine, InventoryStore } from "./inventory.ts";
import { HostNames, Ids, oneLine } from "./names.ts";

export interface PlacedHost {
  readonly id: string;
  readonly host: InventoryHost;
  readonly cluster: string;
  readonly machines: PlacedMachine[];
}

export interface PlacedMachine {
  readonly id: string;
  readonly machine: InventoryMachine;
  /** Null when it has no place, or one that nobody knows. */
  readonly host: PlacedHost | null;
  readonly cluster: string;
  readonly millicores: number;
  readonly memoryMiB: number;
  readonly storageMiB: number;
}

/** An inventory in which every machine knows its host, and everything has an id. */
export interface Placed {
  readonly layer: string;
  readonly hosts: readonly PlacedHost[];
  readonly machines: readonly PlacedMachine[];
  readonly stores: readonly PlacedStore[];
}

export interface PlacedStore {
  readonly store: InventoryStore;
  readonly hosts: readonly PlacedHost[];
}

/** Brings hosts, machines and stores together by name. */
export function place({ layer, hosts, machines, stores }: Inventory, log: ImportLog): Placed {
  const ids = new Ids();
  const all = [...once(hosts, log), ...unlisted(hosts, machines, log)];
  const clusterName = clusterNames([...all, ...machines]);
  const placedHosts = all.map((host): PlacedHost => ({ id: ids.take(host.name, host.site), host, cluster: clusterName(host.site, host.cluster), machines: [] }));
  const names = new HostNames(placedHosts.map((placed) => ({ name: placed.host.name, placed })));
  const machineIds = new Ids();
  const placedMachines = machines.map((machine): PlacedMachine => {
    const id = machineIds.take(machine.name, machine.key);
    if (id !== machine.name) log.note(machine.origin, "converted", { field: "name", found: machine.name, became: id, reason: "ids are unique, on one line and without odd characters" });
    const ownCluster = clusterName(machine.site, machine.cluster);
    const host = hostOf(machine, names, log) ?? anyHost(machine, ownCluster, placedHosts, log);
    const cluster = host?.cluster ?? ownCluster;
    const placed = { id, machine, host, cluster, ...sizesOf(machine, log) };
    host?.machines.push(placed);
    return placed;
  });
  return { layer, hosts: placedHosts, machines: placedMachines, stores: stores.map((store) => ({ store, hosts: hostsOf(store, names, placedHosts, log) })) };
}

function once(hosts: readonly InventoryHost[], log: ImportLog): readonly InventoryHost[] {
  const seen = new Set<string>();
  return hosts.filter((host) => {
    if (!seen.has(host.name)) return seen.add(host.name);
    log.note(host.origin, "skipped", { found: host.name, reason: "a second row with the name of this host" });
    return false;
  });
}

/** Hosts that machines name although no list of hosts was given at all: better guessed than missing. */
function unlisted(hosts: readonly InventoryHost[], machines: readonly InventoryMachine[], log: ImportLog): readonly InventoryHost[] {
  if (hosts.length > 0) return [];
  const named = new Map<string, InventoryMachine>();
  for (const machine of machines) if (machine.host !== "" && !named.has(machine.host)) named.set(machine.host, machine);
  return [...named].map(([name, { origin, site, cluster }]) => {
    log.note({ ...origin, subject: name }, "guessed", { became: "a host", reason: "machines name it, and there is no list of hosts" });
    return {
      name, origin: { ...origin, subject: name }, site, cluster, cores: null, memoryMiB: null, storageMiB: null, cpuMHz: null, cpuVendor: "", cpuLevel: 0,
      state: "on", layerVersion: "", domains: {}, labels: {},
    };
  });
}

/** Clusters of one name at two sites are two clusters. */
function clusterNames(things: readonly { readonly site: string; readonly cluster: string }[]): (site: string, cluster: string) => string {
  const sites = new Map<string, Set<string>>();
  for (const { site, cluster } of things) if (site !== "") sites.set(cluster, (sites.get(cluster) ?? new Set()).add(site));
  return (site, cluster) => oneLine(cluster !== "" && (sites.get(cluster)?.size ?? 0) > 1 && site !== "" ? `${site}/${cluster}` : cluster).trim().slice(0, 200);
}

/** Null when the machine names no host, or none that can be. */
function hostOf({ host: name, origin, isRunning }: InventoryMachine, names: HostNames<{ name: string; placed: PlacedHost }>, log: ImportLog): PlacedHost | null {
  const found = name === "" ? null : names.find(name);
  if (found === null) return null;
  const { placed } = found.host;
  if (!found.isExact) log.note(origin, "converted", { field: "host", found: name, became: placed.id, reason: "the same name in another case, or with another part of its domain" });
  return isRunning && (placed.host.state === "off" || placed.host.state === "failed") ? null : placed;
}

/**
 * A machine that is switched off is never started only because nobody knows where it is: it is put on the host of its
 * cluster that has the fewest. One that runs is left to the plan.
 */
function anyHost({ host: name, origin, isRunning }: InventoryMachine, cluster: string, hosts: readonly PlacedHost[], log: ImportLog): PlacedHost | null {
  if (hosts.length === 0) return null;
  const reason = name === "" ? "its host is not told" : "its host is not among the hosts that run";
  const own = hosts.filter((host) => host.cluster === cluster);
  const among = own.length > 0 ? own : hosts;
  const least = isRunning ? null : among.reduce((best, host) => (host.machines.length < best.machines.length ? host : best));
  log.note(origin, "guessed", { field: "host", found: name, became: least?.id ?? "no host", reason: `${reason}: ${isRunning ? "the plan finds a place" : "it stays switched off on this one"}` });
  return least;
}

function sizesOf({ cpuMillicores, memoryMiB, storageMiB, origin }: InventoryMachine, log: ImportLog): { millicores: number; memoryMiB: number; storageMiB: number } {
  const guess = (field: string, became: string): void => log.note(origin, "guessed", { field, became, reason: "the input does not say" });
  if (cpuMillicores === null) guess("vCPU", "1 vCPU");
  if (memoryMiB === null) guess("memory", "1024 MiB");
  if (storageMiB === null) guess("storage", "0 MiB");
  return { millicores: cpuMillicores ?? 1000, memoryMiB: memoryMiB ?? 1024, storageMiB: storageMiB ?? 0 };
}

function hostsOf(store: InventoryStore, names: HostNames<{ name: string; placed: PlacedHost }>, all: readonly PlacedHost[], log: ImportLog): readonly PlacedHost[] {
  const found = new Set(store.hosts.flatMap((name) => names.find(name)?.host.placed ?? []));
  if (found.size > 0) return [...found];
  if (!store.isShared) {
    log.note(store.origin, "skipped", { found: store.hosts.join(", "), reason: "no host of the fleet sees it" });
    return [];
  }
  log.note(store.origin, "guessed", { found: store.hosts.join(", "), became: "all hosts", reason: "shared, but by which hosts is not told" });
  return all;
}
