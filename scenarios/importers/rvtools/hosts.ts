import { limits, RowReader, type RowFields } from "../cells.ts";
import { cpuVendorOf } from "../cpu-vendor.ts";
import type { ImportLog } from "../import-log.ts";
import type { InventoryHost, InventoryStore } from "../inventory.ts";
import type { Table } from "../table.ts";
import type { hostSpec, storeSpec } from "./columns.ts";

type HostTable = Table<Extract<keyof typeof hostSpec, string>>;
type StoreTable = Table<Extract<keyof typeof storeSpec, string>>;

/** Feature levels that VMware lets a cluster agree on, from old to new; each understands what those before it do. */
const evcLevels = [
  ["intel-merom", "intel-penryn", "intel-nehalem", "intel-westmere", "intel-sandybridge", "intel-ivybridge", "intel-haswell", "intel-broadwell", "intel-skylake", "intel-cascadelake", "intel-icelake", "intel-sapphirerapids", "intel-graniterapids"],
  ["amd-rev-e", "amd-rev-f", "amd-greyhound-no3dnow", "amd-greyhound", "amd-bulldozer", "amd-piledriver", "amd-steamroller", "amd-zen", "amd-zen2", "amd-zen3", "amd-zen4", "amd-zen5"],
];

/** Hosts as sheet vHost knows them. */
export function readHosts(table: HostTable, log: ImportLog): readonly InventoryHost[] {
  return table.rows.flatMap((row) => {
    const reader = new RowReader(table, row, row.texts.name ?? "", log);
    const name = reader.text("name");
    if (name === "") {
      log.note(reader.place, "skipped", { reason: "no name" });
      return [];
    }
    const evc = reader.text("currentEvc") === "" ? reader.text("maxEvc") : reader.text("currentEvc");
    const faultDomain = reader.text("faultDomain");
    return [{
      name, origin: reader.place, site: reader.text("datacenter"), cluster: reader.text("cluster"),
      cores: coresOf(reader, log), memoryMiB: reader.mebibytes("memory", limits.memoryMiBMax), storageMiB: null,
      cpuMHz: reader.whole("speed", limits.mhzMax, "MHz"), cpuVendor: cpuVendorOf(reader.text("model")), cpuLevel: evcLevel(evc),
      state: reader.flag("maintenance", false) ? "maintenance" : "on",
      layerVersion: /\d+(\.\d+)+/.exec(reader.text("version"))?.[0] ?? "",
      domains: faultDomain === "" ? {} : { faultDomain },
      labels: { cpu: reader.text("model"), vendor: reader.text("vendor"), model: reader.text("hardware") },
    }];
  });
}

function coresOf(reader: RowFields<"cores" | "sockets" | "coresPerSocket">, log: ImportLog): number | null {
  const cores = reader.whole("cores", limits.coresMax, "cores");
  if (cores !== null) return cores;
  const [sockets, perSocket] = [reader.whole("sockets", limits.coresMax), reader.whole("coresPerSocket", limits.coresMax)];
  if (sockets === null || perSocket === null || sockets * perSocket > limits.coresMax) return null;
  log.note(reader.place, "converted", { field: "# Cores", found: `${sockets} x ${perSocket}`, became: `${sockets * perSocket} cores`, reason: "no number of cores: processors times cores of each" });
  return sockets * perSocket;
}

function evcLevel(evc: string): number {
  const word = evc.trim().toLowerCase();
  return Math.max(0, ...evcLevels.map((levels) => levels.indexOf(word) + 1));
}

/** Datastores, with the hosts that see them. */
export function readStores(table: StoreTable, log: ImportLog): readonly InventoryStore[] {
  return table.rows.flatMap((row) => {
    const reader = new RowReader(table, row, row.texts.name ?? "", log);
    const capacityMiB = reader.mebibytes("capacity", limits.storageMiBMax);
    if (capacityMiB === null || !reader.flag("accessible", true)) {
      log.note(reader.place, "skipped", { reason: capacityMiB === null ? "no capacity" : "not accessible" });
      return [];
    }
    const hosts = reader.text("hosts").split(/[,;\n]/).map((host) => host.trim()).filter((host) => host !== "");
    const hostCount = reader.whole("hostCount", 100_000) ?? hosts.length;
    const free = reader.mebibytes("free", limits.storageMiBMax);
    log.note(reader.place, "taken", { became: `store of ${capacityMiB} MiB, seen by ${hostCount} hosts`, reason: "a row of sheet vDatastore" });
    return [{
      name: reader.text("name"), origin: reader.place, capacityMiB, hosts, isShared: hostCount > 1,
      usedMiB: reader.mebibytes("inUse", limits.storageMiBMax) ?? (free === null ? null : Math.max(0, capacityMiB - free)),
    }];
  });
}
