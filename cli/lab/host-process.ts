import { spawn } from "node:child_process";
import { lstat, mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must, run, until } from "./command.ts";
import { unevenEmulator, unevenEmulatorProgram } from "./guest/emulator.ts";
import { mounts, type HostNames } from "./names.ts";

const groupsRoot = "/sys/fs/cgroup";

/** Enters the control groups that it is given before `--`, then becomes what follows. */
const enterGroups = `while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"`;

/**
 * The first process of a host. What follows the name of the host are pairs of what lies outside and its place inside, then
 * \`--\` and the control groups. It collects what others leave behind, until it is killed; then everything on the host ends.
 */
const firstProcess = `
set -e
hostname "$1"; shift
mount -t proc proc /proc
while [ "$1" != -- ]; do [ -e "$2" ] || mkdir -p "$2"; mount --bind "$1" "$2"; shift 2; done; shift
if [ "$1" = v1 ]; then
  shift
  mount -t tmpfs cgroups /sys/fs/cgroup
  for group in "$@"; do mkdir "/sys/fs/cgroup/$group"; mount -t cgroup -o "$group" cgroup "/sys/fs/cgroup/$group"; done
else
  mount -t cgroup2 cgroup2 /sys/fs/cgroup && mkdir -p /sys/fs/cgroup/first && echo 1 > /sys/fs/cgroup/first/cgroup.procs || true
fi
: > /run/ready
while :; do sleep 1000000 & wait $! || true; done
`;

/** Starts the first process of a host: it has its own view of processes, mounts, names, network and control groups. */
export async function bootHost(host: HostNames): Promise<void> {
  await rm(join(host.folder, "run"), { recursive: true, force: true });
  for (const [folder] of mounts) await mkdir(join(host.folder, folder), { recursive: true });
  const controllers = await controllersOf();
  const groups = await makeGroups(host, controllers);
  const emulator = join(host.folder, "emulator");
  await writeFile(emulator, unevenEmulatorProgram, { mode: 0o755 });
  const programs = await exists(unevenEmulator) ? [emulator, unevenEmulator] : [];
  const places = [...mounts.flatMap(([outside, inside]) => [join(host.folder, outside), inside]), ...programs];
  const child = spawn("bash", [
    "-c", enterGroups, "stowage-lab", ...groups, "--", "ip", "netns", "exec", host.namespace,
    "unshare", "--mount", "--uts", "--ipc", "--cgroup", "--pid", "--fork", "--kill-child", "--",
    "bash", "-c", firstProcess, "stowage-lab", host.host, ...places, "--", ...(controllers === null ? ["v2"] : ["v1", ...controllers]),
  ], { detached: true, stdio: "ignore", cwd: "/" });
  child.unref();
  await until(`host ${host.host} starts`, async () => await firstPid(host) !== null && await exists(join(host.folder, "run/ready")), 30_000);
  // The parent of the first process stays outside: a group with members of its own hands no controllers on.
  if (controllers === null && child.pid !== undefined) await writeFile(join(groupsRoot, "cgroup.procs"), String(child.pid)).catch(() => {});
}

/** The first process of a host as it is seen from outside; null when the host is off. */
export async function firstPid(host: HostNames): Promise<number | null> {
  const { out } = await run("ip", ["netns", "pids", host.namespace]);
  for (const pid of out.split("\n").filter((line) => line !== "")) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (/^NSpid:\t\d+\t1$/m.test(status)) return Number(pid);
  }
  return null;
}

/** Ends every process of a host at one instant, as a power cut does. */
export async function killAll(host: HostNames): Promise<void> {
  const isEmpty = async (): Promise<boolean> => {
    const { out } = await run("ip", ["netns", "pids", host.namespace]);
    const pids = out.split("\n").filter((line) => line !== "");
    for (const pid of pids) killNow(Number(pid));
    return pids.length === 0;
  };
  const first = await firstPid(host);
  if (first !== null) killNow(first);
  await until(`the processes of host ${host.host} end`, isEmpty, 30_000);
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** The arguments before a command that shall run on a host. */
export function onHost(pid: number): readonly string[] {
  return ["--target", String(pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--"];
}

/** Control groups of the first kind, one hierarchy each; null where there is one hierarchy for all. */
async function controllersOf(): Promise<readonly string[] | null> {
  if (await exists(join(groupsRoot, "cgroup.controllers"))) return null;
  const names = await readdir(groupsRoot);
  const kept: string[] = [];
  for (const name of names) {
    const isFolder = (await lstat(join(groupsRoot, name))).isDirectory();
    if (isFolder && name !== "systemd" && name !== "unified" && await exists(join(groupsRoot, name, "cgroup.procs"))) kept.push(name);
  }
  return kept;
}

async function makeGroups(host: HostNames, controllers: readonly string[] | null): Promise<readonly string[]> {
  const groups = (controllers ?? [""]).map((controller) => join(groupsRoot, controller, host.namespace));
  for (const group of groups) {
    await mkdir(group, { recursive: true });
    // A new group of this kind may use no processor until it is told which.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const above = await readFile(join(group, "..", file), "utf8").catch(() => null);
      if (above !== null && controllers !== null) await writeFile(join(group, file), above);
    }
  }
  return groups;
}

/** Removes the control groups that a host has left, the innermost first. */
export async function removeGroups(namespace: string): Promise<void> {
  for (const controller of await controllersOf() ?? [""]) await removeGroup(join(groupsRoot, controller, namespace));
}

async function removeGroup(group: string): Promise<void> {
  const inside = await readdir(group, { withFileTypes: true }).catch(() => []);
  for (const entry of inside) {
    if (entry.isDirectory()) await removeGroup(join(group, entry.name));
  }
  await rmdir(group).catch(() => {});
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false);
}

/** Runs a program on a host and waits for it. */
export async function runOn(pid: number, args: readonly string[]): Promise<string> {
  return must("nsenter", [...onHost(pid), ...args]);
}
