import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readFile, realpath, rename, rm } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { WorkloadId } from "../../model/ids.ts";
import { isMissing, jsonOf, syncFolder, writeLasting } from "../trust/index.ts";

/**
 * The name of a folder for any workload: whatever signs are in its id, the name is one plain path element that begins
 * with a letter, and no two ids have the same.
 */
export function folderName(id: string): string {
  const plain = [...new TextEncoder().encode(id)].map((byte) => {
    const sign = String.fromCharCode(byte);
    return /[A-Za-z0-9_-]/.test(sign) ? sign : `.${byte.toString(16).padStart(2, "0")}`;
  }).join("");
  return plain.length <= 200 && !/\p{Surrogate}/u.test(id) ? `w-${plain}` : `x-${createHash("sha256").update(Buffer.from(id, "utf16le")).digest("hex")}`;
}

/** Is a path inside a folder, after every link on the way has been followed? */
export async function isInside(folder: string, path: string): Promise<boolean> {
  try {
    const way = relative(await realpath(folder), await realpath(path));
    return way !== "" && way !== ".." && !way.startsWith("../") && !isAbsolute(way);
  } catch {
    return false;
  }
}

const stateForm = Type.Object({
  workload: Type.String(),
  /** `starting`: it may run or not, and whether it stays up is not known yet. */
  wanted: Type.Union([Type.Literal("running"), Type.Literal("starting"), Type.Literal("stopped")]),
  // The next three stay empty where the workload is no process of its own.
  /** Which boot of the host the process is of. */
  boot: Type.String(),
  pid: Type.Integer({ minimum: 0 }),
  /** When the process began, in ticks since that boot: numbers of processes are used again. */
  began: Type.String(),
  /** The task that brought it here; empty when none did. */
  arrival: Type.String(),
});
const stateChecker = Compile(stateForm);

export type State = Static<typeof stateForm>;

/** Where a driver keeps its workloads: each in a folder of its own that appears and disappears whole. */
export class Places {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async open(root: string): Promise<Places> {
    for (const name of ["places", "incoming", "leaving"]) await mkdir(join(root, name), { recursive: true, mode: 0o711 });
    const places = new Places(await realpath(root));
    await rm(join(places.root, "leaving"), { recursive: true });
    await mkdir(join(places.root, "leaving"), { mode: 0o700 });
    return places;
  }

  of(workload: WorkloadId): string {
    return join(this.root, "places", folderName(workload));
  }

  incoming(workload: WorkloadId): string {
    return join(this.root, "incoming", folderName(workload));
  }

  has(path: string): Promise<boolean> {
    return lstat(path).then((found) => found.isDirectory(), (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    });
  }

  /** An empty folder in which something can be made that is no workload yet. */
  async makeIncoming(workload: WorkloadId): Promise<string> {
    const folder = this.incoming(workload);
    await this.delete(folder);
    await mkdir(folder, { mode: 0o711 });
    return folder;
  }

  /** Every workload that is here. */
  async all(): Promise<readonly { readonly workload: WorkloadId; readonly state: State }[]> {
    const names = await readdir(join(this.root, "places"));
    const states = await Promise.all(names.map((name) => readState(join(this.root, "places", name))));
    return states.flatMap((state) => (state === null ? [] : [{ workload: state.workload as WorkloadId, state }]));
  }

  /** Null when there is no such workload here. */
  async state(workload: WorkloadId): Promise<State | null> {
    return readState(this.of(workload));
  }

  async keep(workload: WorkloadId, state: State): Promise<void> {
    await writeLasting(join(this.of(workload), "state.json"), JSON.stringify(state));
  }

  /** Makes what has come in whole a workload of this host. */
  async settle(workload: WorkloadId, arrival: string): Promise<void> {
    const state: State = { workload, wanted: "stopped", boot: "", pid: 0, began: "", arrival };
    await writeLasting(join(this.incoming(workload), "state.json"), JSON.stringify(state));
    await rename(this.incoming(workload), this.of(workload));
    await syncFolder(join(this.root, "places"));
  }

  /** Deletes a folder of ours: at once gone under its name, and then its content. */
  async delete(path: string): Promise<void> {
    const gone = join(this.root, "leaving", createHash("sha256").update(path).digest("hex").slice(0, 16));
    await rm(gone, { recursive: true, force: true });
    try {
      await rename(path, gone);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    await syncFolder(resolve(path, ".."));
    await rm(gone, { recursive: true, force: true });
  }
}

async function readState(place: string): Promise<State | null> {
  try {
    const value = jsonOf(await readFile(join(place, "state.json"), "utf8"));
    if (stateChecker.Check(value)) return value;
    throw new Error(`${join(place, "state.json")} cannot be read`);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
