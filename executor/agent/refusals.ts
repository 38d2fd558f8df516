import { createHash } from "node:crypto";
import { lstat, mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isMissing, writeLasting } from "../trust/index.ts";

/** Tasks of other hosts whose data are not wanted any more. They stay refused however late the data come. */
export class Refusals {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(root: string): Promise<Refusals> {
    const folder = join(root, "refused");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new Refusals(await realpath(folder));
  }

  async refuse(key: string): Promise<void> {
    await writeLasting(this.#of(key), "");
  }

  isRefused(key: string): Promise<boolean> {
    return lstat(this.#of(key)).then(() => true, (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    });
  }

  #of(key: string): string {
    return join(this.#folder, createHash("sha256").update(key).digest("hex"));
  }
}
