import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { canonicalJson, sha256 } from "../../policies/index.ts";
import type { RunFigures } from "./measures.ts";

const format = "stowage/study-run/v1";

/** A finished run as it was kept, or why it must be done again. */
export type KeptRun = { readonly kind: "kept"; readonly figures: RunFigures } | { readonly kind: "missing" } | { readonly kind: "damaged" };

/**
 * Finished runs in a folder, each in a file named by the digest of everything that determines it. A file is there as a
 * whole or not at all, and says its own digest, so that what is half or edited is noticed.
 */
export class RunFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = path.join(folder, "runs");
  }

  fileOf(digest: string): string {
    return path.join(this.#folder, `${digest}.json`);
  }

  async make(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
  }

  async read(digest: string): Promise<KeptRun> {
    const text = await readFile(this.fileOf(digest), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    return text === null ? { kind: "missing" } : runIn(text, digest);
  }

  /** Written beside its place, flushed, then moved there. */
  async write(digest: string, figures: RunFigures): Promise<void> {
    const file = this.fileOf(digest);
    const draft = `${file}.${process.pid}.draft`;
    try {
      const handle = await open(draft, "w");
      try {
        await handle.writeFile(`${JSON.stringify({ format, inputs: digest, content: contentDigest(digest, figures), figures }, null, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
}

function contentDigest(digest: string, figures: RunFigures): string {
  return sha256(canonicalJson([format, digest, figures]));
}

function runIn(text: string, digest: string): KeptRun {
  try {
    const run = JSON.parse(text) as { readonly content?: unknown; readonly figures?: RunFigures };
    return run.figures !== undefined && run.content === contentDigest(digest, run.figures) ? { kind: "kept", figures: run.figures } : { kind: "damaged" };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return { kind: "damaged" };
    throw error;
  }
}
