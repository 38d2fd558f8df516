import { createHash } from "node:crypto";
import type { WorkloadId } from "../../../model/ids.ts";
import { domainName, workloadMark } from "./domains.ts";
import { childOf, childrenOf, element, everyElement, textOf, withChild, withChildren, type Element } from "./xml.ts";

/** A disk of a definition. */
export interface Disk {
  /** What the guest's machine calls it: "vda". */
  readonly target: string;
  readonly device: string;
  /** "file", "block", "network"... */
  readonly kind: string;
  /** The file or device, where it is one. */
  readonly source: string | null;
  readonly format: string;
  readonly isReadonly: boolean;
  readonly isShareable: boolean;
}

export function disksOf(definition: Element): readonly Disk[] {
  const devices = childOf(definition, "devices");
  return devices === null ? [] : childrenOf(devices, "disk").map((disk): Disk => {
    const source = childOf(disk, "source")?.attributes ?? {};
    return {
      target: childOf(disk, "target")?.attributes["dev"] ?? "", device: disk.attributes["device"] ?? "disk", kind: disk.attributes["type"] ?? "file",
      source: source["file"] ?? source["dev"] ?? null, format: childOf(disk, "driver")?.attributes["type"] ?? "raw",
      isReadonly: childOf(disk, "readonly") !== null, isShareable: childOf(disk, "shareable") !== null,
    };
  });
}

/** Devices of the host itself that it holds: such a domain goes nowhere. */
export function boundDevices(definition: Element): readonly string[] {
  const devices = childOf(definition, "devices");
  return devices === null ? [] : childrenOf(devices).flatMap(({ name, attributes }) => (
    name === "hostdev" || name === "tpm" || name === "filesystem" || (name === "interface" && (attributes["type"] === "hostdev" || attributes["type"] === "direct")) ? [name] : []));
}

/** The variables of its firmware, when it keeps them in a file. */
export function firmwareVariables(definition: Element): string | null {
  const text = textOf(childOf(definition, "os", "nvram"));
  return text === "" ? null : text;
}

export function memoryMiB(definition: Element): number {
  const memory = childOf(definition, "memory");
  const bytes = Number(textOf(memory)) * (unitBytes[memory?.attributes["unit"] ?? "KiB"] ?? 1024);
  return Number.isSafeInteger(bytes) ? Math.ceil(bytes / 1_048_576) : 0;
}

const unitBytes: Readonly<Record<string, number>> = { b: 1, bytes: 1, KB: 1000, k: 1024, KiB: 1024, MB: 1_000_000, M: 1_048_576, MiB: 1_048_576, GB: 1_000_000_000, G: 1_073_741_824, GiB: 1_073_741_824 };

/** The machine of a workload has one uuid wherever it is, so that nobody has to keep it. */
export function uuidOf(workload: WorkloadId): string {
  const hex = createHash("sha256").update("stowage machine ").update(Buffer.from(workload, "utf16le")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The definition as that of this workload. */
export function withIdentity(definition: Element, workload: WorkloadId): Element {
  const metadata = childOf(definition, "metadata") ?? element("metadata");
  const others = withChildren(metadata, (child) => (child.name === "stowage:workload" ? [] : [child]));
  const marked: Element = { ...others, content: [...others.content, workloadMark(workload)] };
  return [element("name", {}, domainName(workload)), element("uuid", {}, uuidOf(workload)), marked].reduce(withChild, definition);
}

/** Network addresses of its own, made from its name: two machines with one address would take each other's packets. */
export function withOwnAddresses(definition: Element, workload: WorkloadId): Element {
  let n = 0;
  const readdressed = (device: Element): Element => {
    if (device.name !== "interface") return device;
    n++;
    const hex = createHash("sha256").update(`stowage interface ${n} `).update(Buffer.from(workload, "utf16le")).digest("hex");
    return withChild(device, element("mac", { address: ["52", "54", "00", hex.slice(0, 2), hex.slice(2, 4), hex.slice(4, 6)].join(":") }));
  };
  return withChildren(definition, (child) => [child.name === "devices" ? withChildren(child, (device) => [readdressed(device)]) : child]);
}

/** Each disk with the file that `place` names by its target; those without stay as they are. */
export function withDiskFiles(definition: Element, place: ReadonlyMap<string, string>): Element {
  const placed = (disk: Element): Element => {
    const file = place.get(childOf(disk, "target")?.attributes["dev"] ?? "");
    if (disk.name !== "disk" || file === undefined) return disk;
    const source = childOf(disk, "source") ?? element("source");
    return withChild(disk, { ...source, attributes: { ...source.attributes, file } });
  };
  return withChildren(definition, (child) => [child.name === "devices" ? withChildren(child, (device) => [placed(device)]) : child]);
}

/** Without what was in its drives for removable media. */
export function withEmptyDrives(definition: Element, targets: ReadonlySet<string>): Element {
  const emptied = (disk: Element): Element => {
    if (disk.name !== "disk" || !targets.has(childOf(disk, "target")?.attributes["dev"] ?? "")) return disk;
    return withChildren(disk, (child) => (child.name === "source" || child.name === "backingStore" ? [] : [child]));
  };
  return withChildren(definition, (child) => [child.name === "devices" ? withChildren(child, (device) => [emptied(device)]) : child]);
}

/** What a host lets guests have. */
export interface Admission {
  /** Is a file, as the hypervisor sees it, one that guests here may use? */
  mayUse(path: string): boolean;
  /** Bridges and networks; null for any. */
  readonly networks: ReadonlySet<string> | null;
}

/**
 * Why a definition may not become a machine of this host; null when it may. It may come from a host that somebody has
 * taken over: nothing of this one is lent to it but what is allowed.
 */
export function refusalOf(definition: Element, admission: Admission): string | null {
  const { networks } = admission;
  if (definition.name !== "domain") return "it is no definition of a domain";
  const stranger = childrenOf(definition).find(({ name }) => !parts.has(name));
  if (stranger !== undefined) return `its definition has <${stranger.name}>, which is not allowed here`;
  const devices = childOf(definition, "devices");
  for (const device of devices === null ? [] : childrenOf(devices)) {
    if (!deviceKinds.has(device.name)) return `it has a device <${device.name}>, which is not allowed here`;
    const type = device.attributes["type"] ?? "";
    if (device.name === "interface") {
      const network = childOf(device, "source")?.attributes[type] ?? "";
      if ((type !== "bridge" && type !== "network") || (networks !== null && !networks.has(network))) return `it wants to be on ${type} ${JSON.stringify(network)}, which is not allowed here`;
    } else if (type !== "" && characterDevices.has(device.name) && !characterKinds.has(type)) return `its ${device.name} is of type ${JSON.stringify(type)}, which is not allowed here`;
  }
  const emulator = textOf(childOf(definition, "devices", "emulator"));
  if (emulator !== "" && !emulators.test(emulator)) return `it wants to be run by ${JSON.stringify(emulator)}, which is no emulator of this host`;
  for (const path of pathsOf(definition)) {
    if (!admission.mayUse(path)) return `it wants to use ${JSON.stringify(path)}, which is not allowed here`;
  }
  return null;
}

const emulators = /^\/usr\/(local\/)?(bin|libexec)\/(qemu-(system-[a-z0-9_]+|kvm)|kvm)$/;
const parts: ReadonlySet<string> = new Set([
  "name", "uuid", "genid", "title", "description", "metadata", "maxMemory", "memory", "currentMemory", "memoryBacking", "memtune", "blkiotune", "cputune", "numatune", "resource", "vcpu", "vcpus",
  "iothreads", "iothreadids", "os", "features", "cpu", "clock", "on_poweroff", "on_reboot", "on_crash", "on_lockfailure", "pm", "sysinfo", "idmap", "devices", "seclabel",
]);
const deviceKinds: ReadonlySet<string> = new Set([
  "emulator", "disk", "controller", "interface", "serial", "parallel", "console", "channel", "input", "graphics", "video", "sound", "audio", "memballoon", "rng", "watchdog", "panic", "hub", "vsock",
]);
const characterDevices: ReadonlySet<string> = new Set(["serial", "parallel", "console", "channel"]);
const characterKinds: ReadonlySet<string> = new Set(["pty", "file", "unix", "null", "vc", "spicevmc"]);
const bootFiles: ReadonlySet<string> = new Set(["kernel", "initrd", "dtb", "loader", "nvram", "shim", "init"]);
const pathAttributes = ["file", "dev", "dir", "path", "socket", "template"];
const randomSources: ReadonlySet<string> = new Set(["/dev/urandom", "/dev/random", "/dev/hwrng"]);

/** Every file of the host that a definition names. */
function* pathsOf(definition: Element): Generator<string> {
  const os = childOf(definition, "os");
  for (const child of os === null ? [] : childrenOf(os)) {
    if (bootFiles.has(child.name)) yield* [textOf(child), ...pathAttributes.flatMap((name) => child.attributes[name] ?? [])].filter((path) => path !== "");
  }
  const devices = childOf(definition, "devices");
  for (const device of devices === null ? [] : childrenOf(devices)) yield* devicePaths(device);
}

function* devicePaths(device: Element): Generator<string> {
  if (device.name === "interface") return;
  for (const { name, attributes, content } of everyElement(device)) {
    if (name === "source" || name === "log" || name === "backend") yield* pathAttributes.flatMap((key) => attributes[key] ?? []);
    const text = content.find((each) => typeof each === "string")?.trim() ?? "";
    if (name === "backend" && text !== "" && !randomSources.has(text)) yield text;
  }
}
