import { limits } from "../cells.ts";
import { cpuVendorOf } from "../cpu-vendor.ts";
import type { ImportLog } from "../import-log.ts";
import type { Origin } from "../inventory.ts";
import { elementAt, elementsAt, type XmlElement } from "../xml-tree.ts";
import { mebibytes, wholeUpTo } from "./domain.ts";

/** What is known of a host. */
export interface HostFacts {
  readonly origin: Origin;
  readonly cores: number | null;
  readonly memoryMiB: number | null;
  readonly cpuMHz: number | null;
  readonly cpuVendor: string;
  readonly cpuModel: string;
}

export function isNodeinfo(text: string): boolean {
  return /^CPU model:/m.test(text) && /^Memory size:/m.test(text);
}

/** `virsh nodeinfo`: cores of each processor, processors of each NUMA cell, cells. */
export function hostOfNodeinfo(text: string, source: string, log: ImportLog): HostFacts {
  const value = (key: string): string => new RegExp(`^${key}:\\s*(.*?)\\s*$`, "m").exec(text)?.[1] ?? "";
  const whole = (key: string, max: number): number | null => wholeUpTo(/^\d+/.exec(value(key))?.[0] ?? "", max);
  const [sockets, perSocket, cells] = [whole("CPU socket\\(s\\)", 1024), whole("Core\\(s\\) per socket", 4096), whole("NUMA cell\\(s\\)", 1024)];
  const kibibytes = whole("Memory size", limits.memoryMiBMax * 1024);
  const origin = { source, row: null, subject: source.split("/", 1)[0] ?? "" };
  const cores = sockets === null || perSocket === null ? null : sockets * perSocket * (cells ?? 1);
  if (cores !== null) log.note(origin, "converted", { field: "CPU socket(s)", found: `${cells ?? 1} x ${sockets ?? 0} x ${perSocket ?? 0}`, became: `${cores} cores`, reason: "NUMA cells times processors times cores; threads do not count" });
  return {
    origin, cores: cores === 0 ? null : cores, memoryMiB: kibibytes === null ? null : Math.floor(kibibytes / 1024), cpuMHz: whole("CPU frequency", limits.mhzMax), cpuVendor: cpuVendorOf(value("CPU model")), cpuModel: value("CPU model"),
  };
}

/** `virsh capabilities`: cells with their memory, processors with the core that they are a thread of. */
export function hostOfCapabilities(root: XmlElement, source: string, log: ImportLog): HostFacts {
  const host = elementAt(root, "host");
  const origin = { source, row: null, subject: source.split("/", 1)[0] ?? "" };
  const cells = host === null ? [] : elementsAt(host, "topology", "cells", "cell");
  const threads = cells.flatMap((cell) => elementsAt(cell, "cpus", "cpu").map(({ attributes }) => `${attributes.socket_id ?? ""}/${attributes.die_id ?? ""}/${attributes.core_id ?? attributes.id ?? ""}`));
  const memories = cells.map((cell) => mebibytes(elementAt(cell, "memory"), "down")).filter((size) => size !== null);
  const topology = host === null ? null : elementAt(host, "cpu", "topology");
  const fromTopology = ["sockets", "dies", "cores"].reduce<number | null>((product, key) => {
    const factor = wholeUpTo(topology?.attributes[key] ?? "1", 4096);
    return product === null || factor === null || topology === null ? null : product * factor;
  }, 1);
  const cores = threads.length > 0 ? new Set(threads).size : fromTopology;
  if (threads.length > 0) log.note(origin, "converted", { field: "topology", found: `${threads.length} threads`, became: `${cores ?? 0} cores`, reason: "threads of one core count once" });
  const vendor = host === null ? null : elementAt(host, "cpu", "vendor");
  const model = host === null ? null : elementAt(host, "cpu", "model");
  return {
    origin, cores, memoryMiB: memories.length > 0 ? memories.reduce((sum, size) => sum + size, 0) : null, cpuMHz: null,
    cpuVendor: cpuVendorOf(vendor?.text ?? ""), cpuModel: model?.text.trim() ?? "",
  };
}
