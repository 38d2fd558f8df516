import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { compareIds } from "../../model/ids.ts";
import { readText } from "./csv-sheet.ts";
import { ImportLog } from "./import-log.ts";
import type { Importer } from "./importer.ts";
import type { InventoryHost, InventoryMachine } from "./inventory.ts";
import { addStats, isStats, type DomainStats } from "./libvirt/domstats.ts";
import { domainOf, type Domain } from "./libvirt/domain.ts";
import { hostOfCapabilities, hostOfNodeinfo, isNodeinfo, type HostFacts } from "./libvirt/host.ts";
import { UnreadableImport } from "./unreadable.ts";
import { readXmlTree, type XmlElement } from "./xml-tree.ts";

const filesMax = 20_000;

/** libvirt: what virsh prints, one folder for each host. */
export const libvirt: Importer = {
  name: "libvirt",
  title: "libvirt",
  input: "folders, one for each host and of its name, with what virsh prints: `capabilities`, `nodeinfo`, `domstats`, and `dumpxml` of each domain in a file of its own",
  example: "host-1/ host-2/",
  read: async (folders, _options, log) => {
    const parts = await Promise.all(folders.map((folder) => readHost(folder, log)));
    return { layer: "libvirt", hosts: parts.map(({ host }) => host), machines: parts.flatMap(({ machines }) => machines), stores: [] };
  },
};

async function readHost(folder: string, log: ImportLog): Promise<{ readonly host: InventoryHost; readonly machines: readonly InventoryMachine[] }> {
  const found = await stat(folder);
  if (!found.isDirectory()) throw new UnreadableImport("bad-format", `${folder} is a file; the files of a host are read from a folder with its name.`, "Make a folder for each host, and keep there what virsh prints.");
  const name = path.basename(path.resolve(folder));
  const files = (await readdir(folder)).filter((file) => !file.startsWith(".")).sort(compareIds);
  if (files.length > filesMax) throw new UnreadableImport("file-too-large", `${folder} has ${files.length} files; the limit is ${filesMax}.`, "Keep one file for each domain.");
  const domains: Domain[] = [];
  const stats = new Map<string, DomainStats>();
  const ofHost: { nodeinfo?: Found<string>; capabilities?: Found<XmlElement> } = {};
  for (const file of files) {
    const source = `${name}/${file}`;
    const text = await readText(path.join(folder, file));
    if (isStats(text)) addStats(text, source, stats, log);
    else if (isNodeinfo(text)) ofHost.nodeinfo ??= { value: text, source };
    else if (/^\s*</.test(text)) {
      const root = await readXmlTree(text, source);
      if (root.name === "domain") domains.push(domainOf(root, source));
      else if (root.name === "capabilities") ofHost.capabilities ??= { value: root, source };
      else log.note({ source, row: null, subject: root.name }, "skipped", { reason: "neither a domain nor capabilities" });
    } else log.note({ source, row: null, subject: "" }, "skipped", { reason: "not something that virsh prints about a host or a domain" });
  }
  return { host: hostOf(name, factsOf(ofHost, log)), machines: machinesOf(name, domains, stats, log) };
}

/** Something in a file. */
interface Found<Value> {
  readonly value: Value;
  readonly source: string;
}

/** Capabilities count; what they do not say (hosts without a topology, the clock of processors) nodeinfo does. */
function factsOf({ nodeinfo, capabilities }: { readonly nodeinfo?: Found<string>; readonly capabilities?: Found<XmlElement> }, log: ImportLog): HostFacts | null {
  if (capabilities === undefined) return nodeinfo === undefined ? null : hostOfNodeinfo(nodeinfo.value, nodeinfo.source, log);
  const alone = hostOfCapabilities(capabilities.value, capabilities.source, log);
  if (nodeinfo === undefined) return alone;
  // Its cores are told only where they count.
  const other = hostOfNodeinfo(nodeinfo.value, nodeinfo.source, alone.cores === null ? log : new ImportLog());
  return {
    ...alone, cores: alone.cores ?? other.cores, memoryMiB: alone.memoryMiB ?? other.memoryMiB, cpuMHz: alone.cpuMHz ?? other.cpuMHz,
    cpuVendor: alone.cpuVendor === "" ? other.cpuVendor : alone.cpuVendor, cpuModel: alone.cpuModel === "" ? other.cpuModel : alone.cpuModel,
  };
}

function hostOf(name: string, facts: HostFacts | null): InventoryHost {
  return {
    name, origin: facts?.origin ?? { source: name, row: null, subject: name }, site: "", cluster: "", cores: facts?.cores ?? null, memoryMiB: facts?.memoryMiB ?? null, storageMiB: null,
    cpuMHz: facts?.cpuMHz ?? null, cpuVendor: facts?.cpuVendor ?? "", cpuLevel: 0, state: "on", layerVersion: "", domains: {}, labels: { cpu: facts?.cpuModel ?? "" },
  };
}

/** Domains with a definition, and those that only have statistics. */
function machinesOf(host: string, domains: readonly Domain[], stats: ReadonlyMap<string, DomainStats>, log: ImportLog): readonly InventoryMachine[] {
  const defined = new Set(domains.map(({ name }) => name));
  const undefinedOnes = [...stats].filter(([name]) => !defined.has(name)).map(([name, { origin }]): Domain => {
    log.note(origin, "converted", { found: name, reason: "no dumpxml of it: taken from its statistics alone" });
    return { name, uuid: "", origin, isRunning: true, vcpus: null, memoryMiB: null, localDisks: null, hasHostDevice: false, title: "" };
  });
  return [...domains, ...undefinedOnes].map((domain) => {
    const measured = stats.get(domain.name);
    const isRunning = measured?.isRunning ?? domain.isRunning;
    const vcpus = domain.vcpus ?? measured?.vcpus ?? null;
    const storageMiB = measured?.capacityMiB ?? null;
    if (domain.hasHostDevice) log.note(domain.origin, "converted", { field: "hostdev", became: "cannot move while it runs", reason: "a device of its host is passed through to it" });
    return {
      name: domain.name, key: domain.uuid, origin: domain.origin, host, site: "", cluster: "", isRunning, cpuMillicores: vcpus === null ? null : vcpus * 1000,
      memoryMiB: domain.memoryMiB ?? measured?.memoryMiB ?? null, storageMiB, usedMillicores: null, usedMHz: null, usedMemoryMiB: isRunning ? measured?.usedMemoryMiB ?? null : null,
      usedStorageMiB: measured?.usedStorageMiB ?? null, stores: [], ...(domain.localDisks === 0 ? { carriedMiB: 0 } : storageMiB === null ? {} : { carriedMiB: storageMiB }),
      canMoveLive: !domain.hasHostDevice, labels: { title: domain.title, uuid: domain.uuid },
    };
  });
}
