import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";

/** Where scenario files come from: a disk, or a map in a test. */
export interface InputFiles {
  /** Size of a file; null for what has none before it is read (a pipe). Throws an error with a `code` as Node does. */
  sizeBytes(path: string): Promise<number | null>;
  /** The bytes of a file, or of standard input for "-"; stops after `limitBytes + 1`. */
  read(path: string, limitBytes: number): Promise<Uint8Array>;
  /** Names in a folder. */
  list(folder: string): Promise<readonly string[]>;
  /** One name for one file, whatever way leads to it. */
  identity(path: string): Promise<string>;
}

/** The disk and standard input. */
export const diskFiles: InputFiles = {
  async sizeBytes(path) {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
    return found.isFile() ? found.size : null;
  },

  async read(path, limitBytes) {
    const stream: AsyncIterable<Buffer> = path === "-" ? process.stdin : createReadStream(path);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limitBytes) break;
    }
    return Buffer.concat(chunks);
  },

  list: (folder) => readdir(folder),
  identity: (path) => realpath(path),
};
