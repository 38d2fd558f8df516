import { limits } from "../cells.ts";
import type { Origin } from "../inventory.ts";
import { elementAt, elementsAt, type XmlElement } from "../xml-tree.ts";

/** What the definition of a domain says. */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
  readonly origin: Origin;
  readonly isRunning: boolean;
  readonly vcpus: number | null;
  readonly memoryMiB: number | null;
  /** Disks in files or on devices of the host; null when the definition is not known. */
  readonly localDisks: number | null;
  readonly hasHostDevice: boolean;
  readonly title: string;
}

/** Bytes in libvirt's units; KiB where it does not say. */
const unitBytes: Readonly<Record<string, number>> = {
  b: 1, bytes: 1, kb: 1000, k: 1024, kib: 1024, mb: 1e6, m: 1_048_576, mib: 1_048_576, gb: 1e9, g: 2 ** 30, gib: 2 ** 30, tb: 1e12, t: 2 ** 40, tib: 2 ** 40,
};

export function domainOf(root: XmlElement, source: string): Domain {
  const name = elementAt(root, "name")?.text.trim() ?? "";
  const vcpu = elementAt(root, "vcpu");
  const disks = elementsAt(root, "devices", "disk").filter(({ attributes }) => (attributes.device ?? "disk") === "disk");
  return {
    name, uuid: elementAt(root, "uuid")?.text.trim() ?? "", origin: { source, row: null, subject: name },
    // Only a domain that is active has an id.
    isRunning: /^\d+$/.test(root.attributes.id ?? ""),
    vcpus: wholeUpTo(vcpu?.attributes.current ?? vcpu?.text ?? "", limits.coresMax),
    memoryMiB: mebibytes(elementAt(root, "memory")),
    localDisks: disks.filter(({ attributes }) => attributes.type !== "network").length,
    hasHostDevice: elementsAt(root, "devices", "hostdev").length > 0,
    title: elementAt(root, "title")?.text.trim() ?? "",
  };
}

/** `<memory unit='GiB'>4</memory>` in MiB: what a machine needs is rounded up, what a host has is rounded down. Null when it is no amount that either has. */
export function mebibytes(element: XmlElement | null, round: "up" | "down" = "up"): number | null {
  if (element === null) return null;
  const bytes = unitBytes[(element.attributes.unit ?? "KiB").toLowerCase()];
  const amount = wholeUpTo(element.text, Number.MAX_SAFE_INTEGER);
  if (bytes === undefined || amount === null) return null;
  const size = Math[round === "up" ? "ceil" : "floor"]((amount * bytes) / 1_048_576);
  return size <= limits.memoryMiBMax ? size : null;
}

export function wholeUpTo(text: string, max: number): number | null {
  const value = /^\s*\d{1,16}\s*$/.test(text) ? Number(text) : Number.NaN;
  return value <= max ? value : null;
}
