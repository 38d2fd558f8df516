import { access, mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Limits } from "./program.ts";

/** One limit as a kernel wants it: in which file, and which text. */
interface Setting {
  readonly controller: string;
  readonly file: string;
  readonly value: string;
}

const periodUs = 100_000;
const bytesPerMiB = 1_048_576;

function settingsOf({ memoryMiB, cpuMillicores, processes }: Limits, version: 1 | 2): readonly Setting[] {
  const quotaUs = cpuMillicores === undefined ? null : Math.ceil((cpuMillicores * periodUs) / 1000);
  const bytes = memoryMiB === undefined ? null : String(memoryMiB * bytesPerMiB);
  return [
    bytes === null ? [] : [{ controller: "memory", file: version === 2 ? "memory.max" : "memory.limit_in_bytes", value: bytes }],
    quotaUs === null ? [] : [version === 2 ? { controller: "cpu", file: "cpu.max", value: `${quotaUs} ${periodUs}` } : { controller: "cpu", file: "cpu.cfs_quota_us", value: String(quotaUs) }],
    processes === undefined ? [] : [{ controller: "pids", file: "pids.max", value: String(processes) }],
  ].flat();
}

/**
 * Limits a process and all that it begins, with the control groups of this host. Says what could not be limited: a host
 * without them, or whose groups are not ours to change, runs programs all the same.
 */
export async function limit(place: string, pid: number, limits: Limits, root = "/sys/fs/cgroup"): Promise<readonly string[]> {
  const name = join("stowage", basename(place));
  const version = await access(join(root, "cgroup.controllers")).then(() => 2 as const, () => 1 as const);
  const unlimited: string[] = [];
  for (const { controller, file, value } of settingsOf(limits, version)) {
    const group = version === 2 ? join(root, name) : join(root, controller, name);
    try {
      await mkdir(group, { recursive: true });
      if (version === 2) {
        // Handed down from the top, level by level; at the top it often is already, and not ours to change.
        await writeFile(join(root, "cgroup.subtree_control"), `+${controller}`).catch(() => {});
        await writeFile(join(root, "stowage", "cgroup.subtree_control"), `+${controller}`);
      }
      await writeFile(join(group, file), value);
      await writeFile(join(group, "cgroup.procs"), String(pid));
    } catch (error) {
      unlimited.push(`${controller} is not limited: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return unlimited;
}

/** Takes the groups of a program away once nothing is in them. */
export async function unlimit(place: string, root = "/sys/fs/cgroup"): Promise<void> {
  const name = join("stowage", basename(place));
  for (const group of [join(root, name), ...["memory", "cpu", "pids"].map((controller) => join(root, controller, name))]) await rmdir(group).catch(() => {});
}

/** The limit that the kernel really has, for whoever wants to see it; null when there is none. */
export async function limitOf(place: string, controller: string, file: string, root = "/sys/fs/cgroup"): Promise<string | null> {
  const name = join("stowage", basename(place), file);
  for (const path of [join(root, name), join(root, controller, name)]) {
    const text = await readFile(path, "utf8").catch(() => null);
    if (text !== null) return text.trim();
  }
  return null;
}
