import { mkdir, readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { WorkloadId } from "../../../model/ids.ts";
import { folderName } from "../place.ts";
import { isMissing, jsonOf, syncFolder, writeLasting } from "../../trust/index.ts";

const form = Type.Object({
  workload: Type.String(),
  /** The task that brings or has brought it. */
  key: Type.String(),
  /** `arriving`: its disks are being written; `expected`: the hypervisor is about to bring it; `here`: it is whole. */
  stage: Type.Union([Type.Literal("arriving"), Type.Literal("expected"), Type.Literal("here")]),
  /** The host that the hypervisor brings it from. */
  from: Type.Optional(Type.String()),
  /** Files that were or are to be made for it. */
  ways: Type.Array(Type.String()),
});
const checker = Compile(form);

export type ArrivalNote = Static<typeof form>;

/** What is known of machines that have come from other hosts, or are on their way; it lasts. */
export class Arrivals {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(root: string): Promise<Arrivals> {
    const folder = join(root, "arrivals");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new Arrivals(await realpath(folder));
  }

  async of(workload: WorkloadId): Promise<ArrivalNote | null> {
    try {
      const value = jsonOf(await readFile(this.#path(workload), "utf8"));
      if (checker.Check(value)) return value;
      throw new Error(`${this.#path(workload)} cannot be read`);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async keep(note: ArrivalNote): Promise<void> {
    await writeLasting(this.#path(note.workload as WorkloadId), JSON.stringify(note));
  }

  async forget(workload: WorkloadId): Promise<void> {
    await rm(this.#path(workload), { force: true });
    await syncFolder(this.#folder);
  }

  #path(workload: WorkloadId): string {
    return join(this.#folder, `${folderName(workload)}.json`);
  }
}
