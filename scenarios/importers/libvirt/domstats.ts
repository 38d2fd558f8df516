import { limits } from "../cells.ts";
import type { ImportLog } from "../import-log.ts";
import type { Origin } from "../inventory.ts";
import { wholeUpTo } from "./domain.ts";

/** What `virsh domstats` measured of a domain. */
export interface DomainStats {
  readonly origin: Origin;
  readonly isRunning: boolean;
  readonly vcpus: number | null;
  readonly memoryMiB: number | null;
  readonly usedMemoryMiB: number | null;
  readonly capacityMiB: number | null;
  readonly usedStorageMiB: number | null;
}

/** States that hold memory and processors: running, blocked, paused, being shut down. */
const runningStates = new Set(["1", "2", "3", "4"]);

export function isStats(text: string): boolean {
  return /^\s*Domain: '/.test(text);
}

/** Adds the domains of one text; figures that are none are told. */
export function addStats(text: string, source: string, stats: Map<string, DomainStats>, log: ImportLog): void {
  const lines = text.split(/\r?\n/);
  let open: { readonly name: string; readonly row: number; readonly values: Map<string, string> } | null = null;
  const finish = (): void => {
    if (open !== null) stats.set(open.name, statsOf(open.values, { source, row: open.row, subject: open.name }, log));
  };
  lines.forEach((line, i) => {
    const name = /^Domain: '(.*)'\s*$/.exec(line)?.[1];
    if (name !== undefined) {
      finish();
      open = { name, row: i + 1, values: new Map() };
      return;
    }
    const [, key, value] = /^\s+([\w.-]+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) open?.values.set(key, value.trim());
  });
  finish();
}

function statsOf(values: ReadonlyMap<string, string>, origin: Origin, log: ImportLog): DomainStats {
  const amount = (key: string, unitBytes: number): number | null => {
    const text = values.get(key);
    if (text === undefined) return null;
    const value = wholeUpTo(text, Number.MAX_SAFE_INTEGER);
    const size = value === null ? null : Math.ceil((value * unitBytes) / 1_048_576);
    if (size !== null && size <= limits.storageMiBMax) return size;
    log.note(origin, "skipped", { field: key, found: text, reason: "no amount that a machine has" });
    return null;
  };
  const disks = wholeUpTo(values.get("block.count") ?? "", 10_000) ?? 0;
  const sum = (field: string): number | null => {
    const sizes = Array.from({ length: disks }, (_, i) => amount(`block.${i}.${field}`, 1)).filter((size) => size !== null);
    return sizes.length === 0 ? null : sizes.reduce((total, size) => total + size, 0);
  };
  const [available, unused] = [amount("balloon.available", 1024), amount("balloon.unused", 1024)];
  return {
    origin, isRunning: runningStates.has(values.get("state.state") ?? ""),
    vcpus: wholeUpTo(values.get("vcpu.current") ?? "", limits.coresMax), memoryMiB: amount("balloon.maximum", 1024) ?? amount("balloon.current", 1024),
    usedMemoryMiB: available !== null && unused !== null && unused <= available ? available - unused : amount("balloon.rss", 1024),
    capacityMiB: sum("capacity"), usedStorageMiB: sum("allocation") ?? sum("physical"),
  };
}
