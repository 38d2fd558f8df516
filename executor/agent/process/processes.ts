import { spawn, type ChildProcess } from "node:child_process";
import { open, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** A process that cannot be mistaken for a later one with its number. */
export interface ProcessId {
  readonly pid: number;
  /** In ticks since the host was switched on. */
  readonly began: string;
}

/** How a program is begun. */
export interface Launch {
  readonly place: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/**
 * Begins a program that outlives us. It holds the lock of its place for as long as it or a child of it lives, so that it
 * cannot run twice, whatever we remember.
 */
export async function launch({ place, path, args, environment, uid, gid }: Launch, onExit: () => void): Promise<ProcessId | null> {
  const output = await open(join(place, "output.log"), "a", 0o600);
  await open(lockOf(place), "a", 0o644).then((file) => file.close());
  try {
    const child: ChildProcess = spawn("/usr/bin/flock", ["--timeout", "2", "--no-fork", lockOf(place), path, ...args], {
      cwd: join(place, "files"), env: environment, detached: true, stdio: ["ignore", output.fd, output.fd], shell: false,
      ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }),
    });
    const begun = await new Promise<boolean>((resolve) => {
      child.once("spawn", () => resolve(true));
      child.once("error", () => resolve(false));
    });
    child.once("exit", onExit);
    child.unref();
    const began = begun && child.pid !== undefined ? await beganOf(child.pid) : null;
    return child.pid === undefined || began === null ? null : { pid: child.pid, began };
  } finally {
    await output.close();
  }
}

export function lockOf(place: string): string {
  return join(place, "lock");
}

/** Is it still there? One that has ended and only waits to be collected is not. */
export async function isAlive({ pid, began }: ProcessId): Promise<boolean> {
  return pid > 0 && (await beganOf(pid)) === began;
}

async function beganOf(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands in brackets and may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : fields[startTimeField] ?? null;
  } catch {
    return null;
  }
}

const startTimeField = 19;

/** Every process that holds the lock of a place: the program and its children. */
export async function holdersOf(place: string): Promise<readonly ProcessId[]> {
  const lock = lockOf(place);
  // The kernel knows at once whether there is anybody; only who it is takes a search.
  if (!await isHeld(lock)) return [];
  const holders: ProcessId[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || !await hasOpen(name, lock)) continue;
    const began = await beganOf(Number(name));
    if (began !== null) holders.push({ pid: Number(name), began });
  }
  return holders;
}

function isHeld(lock: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = spawn("/usr/bin/flock", ["--shared", "--nonblock", "--conflict-exit-code", "75", lock, "/bin/true"], { stdio: "ignore", shell: false });
    probe.once("error", reject);
    probe.once("exit", (code) => resolve(code === 75));
  });
}

async function hasOpen(pid: string, path: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (await readlink(join(folder, name)).catch(() => "") === path) return true;
  }
  return false;
}

/** Sends a signal to a program and all of its group; nothing happens when it is gone. */
export async function signal(program: ProcessId, name: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (!await isAlive(program)) return;
  for (const target of [-program.pid, program.pid]) {
    try {
      process.kill(target, name);
      return;
    } catch {
      // It has no group of its own, or has just ended.
    }
  }
}

/** Which boot of the host this is. */
export async function bootOf(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}
