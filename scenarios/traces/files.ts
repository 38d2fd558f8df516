import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { compareIds } from "../../model/ids.ts";
import { tarEntries } from "./tar.ts";
import { UnreadableInput } from "./unreadable.ts";

/** One file of a trace: on disk, perhaps compressed, or inside an archive. */
export interface TraceFile {
  /** As people find it: `traces/planetlab.tar.gz: 20110303/node_a`. */
  readonly name: string;
  /** Last part of its path without `.gz` and `.csv`. */
  readonly stem: string;
  /** Name of the folder that it is in; empty when none. */
  readonly folder: string;
  /** Where it lies by itself, uncompressed; null when it can only be read from beginning to end. */
  readonly path: string | null;
  /** Its bytes, once, before the next file is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Beyond this size a file that was packed this tightly holds the same thing over and over. */
const suspiciousBytes = 64 * 1_048_576;
const suspiciousRatio = 100;
const depthMax = 8;
const filesMax = 1_000_000;

/** The files below a path, in order of name: a file, all of a folder, all of a tar archive; each may be compressed. */
export async function* traceFiles(path: string): AsyncGenerator<TraceFile> {
  for await (const each of filesBelow(path, 0)) {
    const parts = each.split("/").filter((part) => part !== "" && part !== ".");
    const zipped = await startsWith(each, 0x1f, 0x8b);
    const chunks = zipped ? unzipped(each) : createReadStream(each, { highWaterMark: 1 << 18 });
    if (isArchive(each)) {
      for await (const entry of tarEntries(chunks, each)) yield fileOf(`${each}: ${entry.name}`, entry.name.split("/"), null, entry.chunks);
    } else yield fileOf(each, parts, zipped ? null : each, chunks);
  }
}

function fileOf(name: string, parts: readonly string[], path: string | null, chunks: AsyncIterable<Uint8Array>): TraceFile {
  const stem = (parts[parts.length - 1] ?? "").replace(/\.gz$/i, "").replace(/\.(csv|txt)$/i, "");
  return { name, stem, folder: parts[parts.length - 2] ?? "", path, chunks };
}

function isArchive(path: string): boolean {
  return /\.(tar|tgz|tar\.gz)$/i.test(path);
}

async function* filesBelow(path: string, depth: number): AsyncGenerator<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UnreadableInput(error.code === "ENOENT" ? `${path} does not exist` : `${path} cannot be read (${error.code ?? error.message})`);
  });
  if (!found.isDirectory()) {
    if (!found.isFile()) throw new UnreadableInput(`${path} is neither a file nor a folder`);
    yield path;
    return;
  }
  if (depth === depthMax) throw new UnreadableInput(`${path} is more than ${depthMax} folders deep`);
  const names = (await readdir(path)).filter((name) => !name.startsWith(".")).sort(compareIds);
  if (names.length > filesMax) throw new UnreadableInput(`${path} has ${names.length} files, more than ${filesMax}`);
  for (const name of names) yield* filesBelow(join(path, name), depth + 1);
}

async function startsWith(path: string, ...wanted: readonly number[]): Promise<boolean> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new UnreadableInput(`${path} cannot be read (${error.code ?? error.message})`);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted.length), 0, wanted.length, 0);
    return bytesRead === wanted.length && wanted.every((byte, i) => buffer[i] === byte);
  } finally {
    await file.close();
  }
}

/** What a compressed file holds. One that was cut off gives what there is, then fails. */
async function* unzipped(path: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const source = createReadStream(path);
  source.on("error", (error) => gunzip.destroy(error));
  let unpackedBytes = 0;
  try {
    for await (const chunk of source.pipe(gunzip)) {
      if (!(chunk instanceof Uint8Array)) continue;
      unpackedBytes += chunk.length;
      if (unpackedBytes > suspiciousBytes && unpackedBytes > source.bytesRead * suspiciousRatio) throw new UnreadableInput(`${path} is packed more than ${suspiciousRatio} times smaller than it is: no trace is like this`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof UnreadableInput) throw error;
    throw new UnreadableInput(`${path} is damaged or cut off (${error instanceof Error ? error.message : String(error)})`);
  } finally {
    source.destroy();
  }
}
