import { limits } from "./cells.ts";
import type { ImportLog } from "./import-log.ts";
import type { Importer } from "./importer.ts";
import type { Inventory, InventoryHost, InventoryMachine, InventoryStore } from "./inventory.ts";
import { JsonRecord, objectsOf, readJsonFile, wordOf } from "./json-record.ts";
import { UnreadableImport } from "./unreadable.ts";

const mebibyte = 1 / 1_048_576;
/** All nodes of one answer are one cluster. */
const cluster = "proxmox";

/** Proxmox VE: one answer tells nodes, guests and storages. */
export const proxmox: Importer = {
  name: "proxmox",
  title: "Proxmox VE",
  input: "the JSON of `pvesh get /cluster/resources --output-format json`, or of the API below api2/json",
  example: "resources.json",
  read: async (files, _options, log) => {
    const parts = await Promise.all(files.map(async (file) => readResources(file, await readJsonFile(file), log)));
    return { layer: "qemu", hosts: parts.flatMap(({ hosts }) => hosts), machines: parts.flatMap(({ machines }) => machines), stores: parts.flatMap(({ stores }) => stores) };
  },
};

function readResources(file: string, value: unknown, log: ImportLog): Inventory {
  const objects = objectsOf(value, "data");
  if (objects === null) throw new UnreadableImport("bad-format", `${file} is no list of resources.`, "Make it with `pvesh get /cluster/resources --output-format json`.");
  const hosts: InventoryHost[] = [];
  const machines: InventoryMachine[] = [];
  const stores = new Map<string, InventoryStore>();
  objects.forEach((object, i) => {
    const record = new JsonRecord(object, file, i, wordOf(object, "name", "storage", "node", "id"), log);
    switch (object.type) {
      case "node": hosts.push(hostOf(record, log)); break;
      case "qemu": case "lxc": machines.push(...machineOf(record)); break;
      case "storage": addStore(record, stores, log); break;
      default: record.skip(`of type ${wordOf(object, "type") || "none"}: a fleet has no use for it`);
    }
  });
  return { layer: "qemu", hosts, machines, stores: [...stores.values()] };
}

function hostOf(record: JsonRecord, log: ImportLog): InventoryHost {
  const cores = record.amount(limits.coresMax, 1, "maxcpu");
  const status = record.text("status");
  if (cores !== null) log.note(record.origin, "converted", { field: "maxcpu", found: String(cores), became: `${cores} cores`, reason: "Proxmox counts threads: with two threads to a core there are half as many cores" });
  return {
    name: record.text("node", "name"), origin: record.origin, site: "", cluster, cores, memoryMiB: record.amount(limits.memoryMiBMax, mebibyte, "maxmem"),
    storageMiB: null, cpuMHz: null, cpuVendor: "", cpuLevel: 0, state: status === "offline" ? "off" : status === "unknown" ? "failed" : "on",
    layerVersion: "", domains: {}, labels: {},
  };
}

function machineOf(record: JsonRecord): readonly InventoryMachine[] {
  if (record.text("template") === "1" || record.text("template") === "true") {
    record.skip("a template: it never runs");
    return [];
  }
  const isContainer = record.text("type") === "lxc";
  const cpus = record.amount(limits.coresMax, 1, "maxcpu");
  const isRunning = record.text("status") === "running";
  // `cpu` is the used part of `maxcpu`.
  const used = cpus === null ? null : record.amount(limits.coresMax * 1000, cpus * 1000, "cpu");
  return [{
    name: record.text("name", "vmid"), key: record.text("vmid"), origin: record.origin, host: record.text("node"), site: "", cluster, isRunning,
    cpuMillicores: cpus === null ? null : cpus * 1000, memoryMiB: record.amount(limits.memoryMiBMax, mebibyte, "maxmem"), storageMiB: record.amount(limits.storageMiBMax, mebibyte, "maxdisk"),
    usedMillicores: isRunning ? used : null, usedMHz: null, usedMemoryMiB: isRunning ? record.amount(limits.memoryMiBMax, mebibyte, "mem") : null,
    // A virtual machine's own file systems are not known to its host: 0 means nothing.
    usedStorageMiB: isContainer ? record.amount(limits.storageMiBMax, mebibyte, "disk") : null,
    stores: [], canMoveLive: !isContainer, ...(isContainer ? { layer: "lxc" } : {}),
    labels: { vmId: record.text("vmid"), pool: record.text("pool"), tags: record.text("tags") },
  }];
}

/** A shared storage is listed once for each node that sees it. */
function addStore(record: JsonRecord, stores: Map<string, InventoryStore>, log: ImportLog): void {
  const content = record.text("content");
  if (content !== "" && !/images|rootdir/.test(content)) {
    record.skip(`it holds ${content}, but no disks of guests`);
    return;
  }
  const capacityMiB = record.amount(limits.storageMiBMax, mebibyte, "maxdisk");
  if (capacityMiB === null || record.text("status") === "unavailable") {
    record.skip(capacityMiB === null ? "no size" : "not available");
    return;
  }
  const [name, node, isShared] = [record.text("storage", "id"), record.text("node"), record.text("shared") === "1"];
  const key = isShared ? name : `${name} of ${node}`;
  const known = stores.get(key);
  log.note(record.origin, "taken", { became: `store of ${capacityMiB} MiB on ${node}`, reason: isShared ? "a shared storage: there once" : "a storage of one node" });
  stores.set(key, { name: key, origin: record.origin, capacityMiB, usedMiB: record.amount(limits.storageMiBMax, mebibyte, "disk"), hosts: [...known?.hosts ?? [], node], isShared });
}
