import { limits } from "./cells.ts";
import type { ImportLog } from "./import-log.ts";
import type { Importer } from "./importer.ts";
import type { InventoryHost, InventoryMachine } from "./inventory.ts";
import { isObject, JsonRecord, objectsOf, readJsonFile, wordOf } from "./json-record.ts";
import { once, Pages } from "./pages.ts";
import { UnreadableImport } from "./unreadable.ts";

/** NetBox: devices and virtual machines of its REST API. */
export const netbox: Importer = {
  name: "netbox",
  title: "NetBox",
  input: "the JSON of /api/dcim/devices/?limit=1000 and /api/virtualization/virtual-machines/?limit=1000, all pages of them, in any order",
  example: "devices.json virtual-machines.json",
  read: async (files, { labels }, log) => {
    const devices: JsonRecord[] = [];
    const machines: JsonRecord[] = [];
    const pages = new Pages();
    for (const file of files) {
      const value = await readJsonFile(file);
      const objects = objectsOf(value, "results");
      if (objects === null) throw new UnreadableImport("bad-format", `${file} is no answer of NetBox's API.`, "Make it with `curl -H \"Authorization: Token $TOKEN\" \"$NETBOX/api/virtualization/virtual-machines/?limit=1000\"`.");
      if (isObject(value)) pages.note(Object.hasOwn(objects[0] ?? {}, "device_type") ? "devices" : "machines", file, objects.length, typeof value.next === "string" ? value.next : null, typeof value.count === "number" ? value.count : null);
      objects.forEach((object, i) => {
        const record = new JsonRecord(object, file, i, wordOf(object, "name", "display"), log);
        if (Object.hasOwn(object, "device_type")) devices.push(record);
        else if (Object.hasOwn(object, "vcpus")) machines.push(record);
        else record.skip("neither a device nor a virtual machine");
      });
    }
    pages.check();
    return { layer: "libvirt", hosts: once(devices).flatMap(hostOf), machines: machinesOf(once(machines), labels, log), stores: [] };
  },
};

/** Devices of a cluster. NetBox has no fields for their size: custom fields are looked at. */
function hostOf(record: JsonRecord): readonly InventoryHost[] {
  const cluster = nameAt(record, "cluster");
  const cores = record.amount(limits.coresMax, 1, ...customFields("cores", "cpu_cores", "core_count", "cpus"));
  if (cluster === "" && cores === null) {
    record.skip("in no cluster and without a number of cores: not a host of machines");
    return [];
  }
  const status = record.text("status.value", "status");
  return [{
    name: record.text("name", "display"), origin: record.origin, site: nameAt(record, "site"), cluster, cores,
    memoryMiB: record.mebibytes(limits.memoryMiBMax, 1, ...customFields("memory", "memory_mb", "memory_mib", "memory_gb", "memory_gib", "ram", "ram_gb", "ram_gib", "ram_mb")),
    storageMiB: record.mebibytes(limits.storageMiBMax, 1024, ...customFields("storage", "storage_gb", "storage_gib", "storage_tb", "disk_gb", "disk_tb")),
    cpuMHz: null, cpuVendor: "", cpuLevel: 0, state: status === "active" || status === "" ? "on" : status === "failed" ? "failed" : status === "offline" ? "off" : "maintenance",
    layerVersion: "", domains: nameAt(record, "rack") === "" ? {} : { rack: nameAt(record, "rack") },
    labels: { role: nameAt(record, "role") || nameAt(record, "device_role"), tenant: nameAt(record, "tenant"), model: record.text("device_type.model") },
  }];
}

function customFields(...names: readonly string[]): readonly string[] {
  return names.map((name) => `custom_fields.${name}`);
}

function nameAt(record: JsonRecord, key: string): string {
  return record.text(`${key}.name`, `${key}.display`, key);
}

/** Disks are GB up to version 4.0 of NetBox, MB after it; the answer does not say which: large figures are MB. */
function machinesOf(records: readonly JsonRecord[], wanted: readonly string[], log: ImportLog): readonly InventoryMachine[] {
  const largest = records.reduce((most, record) => Math.max(most, Number(record.find("disk")?.value ?? 0)), 0);
  const diskMebibytes = largest >= 10_000 ? 1 : 1024;
  return records.map((record) => {
    const status = record.text("status.value", "status");
    const vcpus = record.amount(limits.coresMax * 1000, 1000, "vcpus");
    const storageMiB = record.amount(limits.storageMiBMax, diskMebibytes, "disk");
    if (storageMiB !== null) log.note(record.origin, "guessed", { field: "disk", found: record.text("disk"), became: `${storageMiB} MiB`, reason: `taken as ${diskMebibytes === 1 ? "MB" : "GB"}: NetBox changed the unit in 4.1, and the figures look like this` });
    return {
      name: record.text("name", "display"), key: record.text("id"), origin: record.origin, host: nameAt(record, "device"), site: nameAt(record, "site"), cluster: nameAt(record, "cluster"),
      isRunning: status === "active" || status === "", cpuMillicores: vcpus, memoryMiB: record.amount(limits.memoryMiBMax, 1, "memory"), storageMiB,
      usedMillicores: null, usedMHz: null, usedMemoryMiB: null, usedStorageMiB: null, stores: [], canMoveLive: true,
      labels: { role: nameAt(record, "role"), tenant: nameAt(record, "tenant"), platform: nameAt(record, "platform"), ...Object.fromEntries(wanted.map((name) => [name, record.text(...customFields(name))])) },
    };
  });
}
