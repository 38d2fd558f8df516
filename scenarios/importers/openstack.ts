import path from "node:path";
import { limits } from "./cells.ts";
import { cpuVendorOf } from "./cpu-vendor.ts";
import type { ImportLog } from "./import-log.ts";
import type { Importer } from "./importer.ts";
import type { InventoryHost, InventoryMachine } from "./inventory.ts";
import { isObject, JsonRecord, objectsOf, readJsonFile, wordOf, type JsonObject } from "./json-record.ts";
import { once, Pages } from "./pages.ts";
import { UnreadableImport } from "./unreadable.ts";

/** Entries that a server of the API tells at once, unless it is set otherwise. */
const usualLimit = 1000;

interface Flavor { readonly vcpus: number | null; readonly memoryMiB: number | null; readonly storageMiB: number | null }
type Sort = "servers" | "hypervisors" | "flavors";

/** OpenStack: servers, hypervisors and flavors, as the command line or the compute API tell them. */
export const openstack: Importer = {
  name: "openstack",
  title: "OpenStack",
  input: "JSON of `openstack server list --all-projects --long --limit -1 -f json`, `openstack hypervisor list --long -f json` and `openstack flavor list --all -f json`, or of servers/detail and os-hypervisors/detail of the compute API, in any order",
  example: "servers.json hypervisors.json flavors.json",
  read: async (files, { labels }, log) => {
    const found: Record<Sort, JsonRecord[]> = { servers: [], hypervisors: [], flavors: [] };
    const pages = new Pages();
    for (const file of files) {
      const value = await readJsonFile(file);
      const objects = objectsOf(value, "servers", "hypervisors", "flavors");
      const sort = sortOf(objects ?? []) ?? sortNamed(value);
      if (objects === null || (objects.length > 0 && sort === null)) throw new UnreadableImport("bad-format", `${file} is neither a list of servers, nor of hypervisors, nor of flavors.`, "Make it with `openstack server list --all-projects --long --limit -1 -f json`.");
      if (sort === null) continue;
      pages.note(sort, file, objects.length, isObject(value) ? nextOf(value[`${sort}_links`]) : null);
      found[sort].push(...objects.map((object, i) => new JsonRecord(object, file, i, wordOf(object, "name", "Name", "hypervisor_hostname", "Hypervisor Hostname"), log)));
      if (sort === "servers" && Array.isArray(value)) tellFullPage(file, objects.length, log);
    }
    pages.check();
    const flavors = new Map<string, Flavor>(found.flavors.flatMap((record) => {
      const flavor = flavorOf(record);
      return [record.text("id", "ID"), record.text("name", "Name")].map((key) => [key, flavor] as const);
    }));
    return { layer: "libvirt", hosts: found.hypervisors.map((record) => hostOf(record, log)), machines: once(found.servers).flatMap((record) => machineOf(record, flavors, labels, log)), stores: [] };
  },
};

function sortOf([first]: readonly JsonObject[]): Sort | null {
  if (first === undefined) return null;
  const has = (...keys: readonly string[]): boolean => keys.some((key) => Object.hasOwn(first, key));
  if (has("hypervisor_hostname", "Hypervisor Hostname")) return "hypervisors";
  if (has("status", "Status")) return "servers";
  return has("vcpus", "VCPUs") ? "flavors" : null;
}

/** An empty list says by its key what it is of. */
function sortNamed(value: unknown): Sort | null {
  return (["servers", "hypervisors", "flavors"] as const).find((sort) => isObject(value) && Array.isArray(value[sort])) ?? null;
}

/** Where the API says that the list goes on; null where it ends. */
function nextOf(links: unknown): string | null {
  const next = Array.isArray(links) ? links.filter(isObject).find(({ rel }) => rel === "next") : undefined;
  return next === undefined ? null : wordOf(next, "href") || "another page";
}

/** A server stops at a limit, 1,000 unless it is set otherwise, and so does the command line when nothing is said about it. */
function tellFullPage(file: string, count: number, log: ImportLog): void {
  if (count === 0 || count % usualLimit !== 0) return;
  log.note({ source: path.basename(file), row: null, subject: "servers" }, "guessed", { found: `${count} servers`, became: "all of them", reason: "as many as a server tells at once: older command lines ask for the rest only with --limit -1" });
}

function flavorOf(record: JsonRecord): Flavor {
  const [disk, ephemeral] = [record.amount(limits.storageMiBMax, 1024, "disk", "Disk"), record.amount(limits.storageMiBMax, 1024, "OS-FLV-EXT-DATA:ephemeral", "ephemeral", "Ephemeral")];
  return {
    vcpus: record.amount(limits.coresMax, 1, "vcpus", "VCPUs"), memoryMiB: record.amount(limits.memoryMiBMax, 1, "ram", "RAM"),
    storageMiB: disk === null ? null : disk + (ephemeral ?? 0),
  };
}

function hostOf(record: JsonRecord, log: ImportLog): InventoryHost {
  const cores = record.amount(limits.coresMax, 1, "vcpus", "vCPUs");
  if (cores !== null) log.note(record.origin, "converted", { field: "vcpus", found: String(cores), became: `${cores} cores`, reason: "Nova counts threads: with two threads to a core there are half as many cores" });
  const memoryMiB = record.amount(limits.memoryMiBMax, 1, "memory_mb", "Memory MB");
  if (record.find("vcpus", "vCPUs", "memory_mb", "Memory MB") === null) log.note(record.origin, "skipped", { field: "vcpus, memory_mb", reason: "from microversion 2.88 on Nova does not tell them: ask with --os-compute-api-version 2.87" });
  const [state, status] = [record.text("state", "State"), record.text("status", "Status")];
  const info = record.find("cpu_info")?.value;
  return {
    name: record.text("hypervisor_hostname", "Hypervisor Hostname"), origin: record.origin, site: "", cluster: "", cores,
    memoryMiB, storageMiB: record.amount(limits.storageMiBMax, 1024, "local_gb", "Local GB"),
    cpuMHz: null, cpuVendor: cpuVendorOf(typeof info === "string" ? info : isObject(info) ? wordOf(info, "vendor") : ""), cpuLevel: 0,
    state: state === "down" ? "failed" : status === "disabled" ? "maintenance" : "on", layerVersion: "", domains: {}, labels: { type: record.text("hypervisor_type", "Hypervisor Type") },
  };
}

const stopped = new Set(["SHUTOFF", "SUSPENDED", "PAUSED", "SHELVED", "SHELVED_OFFLOADED", "STOPPED", "ERROR", "SOFT_DELETED"]);

function machineOf(record: JsonRecord, flavors: ReadonlyMap<string, Flavor>, wanted: readonly string[], log: ImportLog): readonly InventoryMachine[] {
  const status = record.text("status", "Status").toUpperCase();
  if (status === "DELETED" || status === "BUILD") {
    record.skip(`in state ${status}: not a machine that can be placed`);
    return [];
  }
  if (status === "UNKNOWN") {
    record.skip("in state UNKNOWN: its cell did not answer, so that nothing but its id is known");
    return [];
  }
  const isRunning = !stopped.has(status);
  if (status !== "ACTIVE" && status !== "SHUTOFF") log.note(record.origin, "converted", { field: "status", found: status, became: isRunning ? "running" : "stopped", reason: "a state that a fleet does not tell apart" });
  const flavor = flavorOfServer(record, flavors);
  const [project, zone] = [record.text("tenant_id", "Project ID"), record.text("OS-EXT-AZ:availability_zone", "Availability Zone")];
  return [{
    name: record.text("name", "Name"), key: record.text("id", "ID"), origin: record.origin,
    host: record.text("OS-EXT-SRV-ATTR:hypervisor_hostname", "OS-EXT-SRV-ATTR:host", "Host"), site: "", cluster: "", isRunning,
    cpuMillicores: flavor.vcpus === null ? null : flavor.vcpus * 1000, memoryMiB: flavor.memoryMiB, storageMiB: flavor.storageMiB,
    usedMillicores: null, usedMHz: null, usedMemoryMiB: null, usedStorageMiB: null, stores: [], canMoveLive: true,
    labels: { project, zone, ...Object.fromEntries(wanted.map((name) => [name, record.text(`metadata.${name}`, `Properties.${name}`)])) },
  }];
}

/** Newer servers carry the sizes of their flavor with them; older ones name it. */
function flavorOfServer(record: JsonRecord, flavors: ReadonlyMap<string, Flavor>): Flavor {
  const disk = record.amount(limits.storageMiBMax, 1024, "flavor.disk");
  const own = { vcpus: record.amount(limits.coresMax, 1, "flavor.vcpus"), memoryMiB: record.amount(limits.memoryMiBMax, 1, "flavor.ram"), storageMiB: disk };
  if (own.vcpus !== null) return { ...own, storageMiB: disk === null ? null : disk + (record.amount(limits.storageMiBMax, 1024, "flavor.ephemeral") ?? 0) };
  const name = ["flavor.id", "flavor.original_name", "Flavor ID", "Flavor Name", "Flavor", "flavor"].map((each) => record.text(each)).find((each) => flavors.has(each));
  return (name === undefined ? undefined : flavors.get(name)) ?? { vcpus: null, memoryMiB: null, storageMiB: null };
}
