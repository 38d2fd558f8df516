import { compareIds } from "../../model/ids.ts";
import type { ScenarioDocument } from "../schema.ts";
import type { ImportLog } from "./import-log.ts";
import { labelsFrom } from "./names.ts";
import type { Placed, PlacedHost, PlacedMachine, PlacedStore } from "./placed.ts";

/** What a scenario says about storage that hosts may share. */
export interface ClusterStorage {
  /** What a host sees, its own and shared. */
  capacityMiB(host: PlacedHost): number;
  overcommit(host: PlacedHost): Readonly<Record<string, number>>;
  /** What must be carried when a machine moves: nothing, where both hosts see its files. */
  dataMiB(machine: PlacedMachine): number;
  /** Hosts that share stores share their limit. */
  readonly policies: NonNullable<ScenarioDocument["policies"]>;
}

/**
 * A store that several hosts see counts on each of them in full, and once for their cluster by a policy. Where the
 * input has no stores, each host is given what the machines of its cluster were promised, and their storage is taken
 * as shared where a cluster has more than one host.
 */
export function storageOf({ hosts, machines, stores }: Placed, log: ImportLog): ClusterStorage {
  const storesByHost = new Map<PlacedHost, PlacedStore[]>();
  for (const store of stores) for (const host of store.hosts) storesByHost.set(host, [...storesByHost.get(host) ?? [], store]);
  const byName = new Map(stores.map((placed) => [placed.store.name, placed]));
  const promisedMiB = new Map<string, number>();
  for (const { cluster, storageMiB } of machines) promisedMiB.set(cluster, (promisedMiB.get(cluster) ?? 0) + storageMiB);
  const sizes = clusterSizes(hosts);
  const promisedIn = (cluster: string): number => promisedMiB.get(cluster) ?? 0;
  const seenMiB = (host: PlacedHost): number | null => {
    const seen = storesByHost.get(host);
    return seen === undefined && host.host.storageMiB === null ? null : (seen ?? []).reduce((sum, { store }) => sum + store.capacityMiB, host.host.storageMiB ?? 0);
  };
  const guessed = hosts.filter((host) => seenMiB(host) === null);
  for (const host of guessed) log.note(host.host.origin, "guessed", { field: "storage", became: `${Math.max(1, promisedIn(host.cluster))} MiB`, reason: "the input does not say: what all machines of its cluster are promised" });
  const sharing = new Set(stores.filter(({ store }) => store.isShared).flatMap((store) => store.hosts.map(({ cluster }) => cluster)));
  const isShared = (machine: PlacedMachine): boolean => {
    if (machine.machine.carriedMiB !== undefined) return false;
    const known = machine.machine.stores.flatMap((name) => byName.get(name) ?? []);
    if (known.length > 0) return known.every(({ store }) => store.isShared);
    if (stores.length > 0) return sharing.has(machine.cluster);
    return (sizes.get(machine.cluster) ?? 0) > 1 && (machine.host === null || machine.host.host.storageMiB === null);
  };
  for (const machine of machines) {
    if (isShared(machine) && machine.machine.stores.every((name) => !byName.has(name)) && machine.storageMiB > 0) {
      log.note(machine.machine.origin, "guessed", { field: "data to carry in a move", became: "0 MiB", reason: "its store is not told: taken as shared by the hosts of its cluster" });
    }
  }
  return {
    capacityMiB: (host) => seenMiB(host) ?? Math.max(1, promisedIn(host.cluster)),
    overcommit: (host) => {
      const capacity = seenMiB(host) ?? 0;
      const promised = storesByHost.has(host) ? promisedIn(host.cluster) : host.machines.reduce((sum, { storageMiB }) => sum + storageMiB, 0);
      if (capacity === 0 || promised <= capacity) return {};
      const permille = Math.min(1_000_000, Math.ceil((promised * 1000) / capacity));
      log.note(host.host.origin, "guessed", { field: "storage promised", found: `${promised} MiB promised of ${capacity} MiB`, became: `${permille / 10} %`, reason: "more is promised already: allowed" });
      return { storageMiB: permille };
    },
    dataMiB: (machine) => machine.machine.carriedMiB ?? (isShared(machine) ? 0 : machine.storageMiB),
    policies: sharedLimits(hosts, storesByHost, promisedIn),
  };
}

function clusterSizes(hosts: readonly PlacedHost[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { cluster } of hosts) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  return sizes;
}

/** One limit for each cluster whose hosts see the same stores. */
function sharedLimits(
  hosts: readonly PlacedHost[], storesByHost: ReadonlyMap<PlacedHost, readonly PlacedStore[]>, promisedIn: (cluster: string) => number,
): NonNullable<ScenarioDocument["policies"]> {
  const clusters = [...new Set(hosts.map(({ cluster }) => cluster))].filter((cluster) => cluster !== "").sort(compareIds);
  return clusters.flatMap((cluster) => {
    const own = hosts.filter((host) => host.cluster === cluster);
    const seen = new Set(own.flatMap((host) => storesByHost.get(host) ?? []));
    if (own.length < 2 || ![...seen].some(({ store }) => store.isShared)) return [];
    const capacityMiB = [...seen].reduce((sum, { store }) => sum + store.capacityMiB, 0);
    const { cluster: label = cluster } = labelsFrom({ cluster });
    return [{
      id: `stores-of ${label}`.slice(0, 253).trim(), title: `The stores of cluster ${label} hold what its machines are promised`,
      why: "Its hosts share them: each sees all of it, but it is there once.",
      select: { hosts: { labels: { cluster: label } } }, holds: "at-end" as const,
      require: { capacity: { resources: ["storageMiB"], perDomain: "cluster", atMost: Math.max(capacityMiB, promisedIn(cluster)) } },
    }];
  });
}
