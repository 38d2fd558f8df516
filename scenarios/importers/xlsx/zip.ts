import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { UnreadableImport } from "../unreadable.ts";

interface Entry { readonly method: number; readonly packedBytes: number; readonly unpackedBytes: number; readonly crc: number; readonly headerAt: number }

/** What may come out of one archive: a workbook of fifty thousand machines has less. */
const unpackedBytesMax = 512 * 1_048_576;
/** A part beyond this size that was packed this tightly holds the same thing over and over. */
const suspiciousBytes = 32 * 1_048_576;
const suspiciousRatio = 100;
const directoryBytesMax = 16 * 1_048_576;
const entriesMax = 10_000;
const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const headerMark = 0x04034b50;
const encrypted = 1;

/** A zip archive on disk. Parts are unpacked as streams, and all of them together only so far. */
export class ZipArchive {
  readonly #path: string;
  readonly #entries: ReadonlyMap<string, Entry>;
  #unpackedBytes = 0;

  private constructor(path: string, entries: ReadonlyMap<string, Entry>) {
    this.#path = path;
    this.#entries = entries;
  }

  static async open(path: string): Promise<ZipArchive> {
    const file = await open(path);
    try {
      return new ZipArchive(path, await directory(file, path));
    } finally {
      await file.close();
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The bytes of a part; fails when there is none, when it is damaged, and when the archive would unpack to too much. */
  async *bytes(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw damaged(this.#path, `it has no part ${name}`);
    this.#checkSize(entry, entry.unpackedBytes);
    const start = await dataStart(this.#path, entry);
    if (entry.packedBytes === 0) return;
    const packed = createReadStream(this.#path, { start, end: start + entry.packedBytes - 1 });
    let [crc, partBytes] = [0, 0];
    for await (const chunk of entry.method === 0 ? packed : this.#inflated(packed, name)) {
      if (!(chunk instanceof Uint8Array)) continue;
      this.#unpackedBytes += chunk.length;
      partBytes += chunk.length;
      this.#checkSize(entry, partBytes);
      if (this.#unpackedBytes > unpackedBytesMax) {
        throw new UnreadableImport("file-too-large", `${this.#path} unpacks to more than ${unpackedBytesMax / 1_048_576} MiB; that is the limit.`, "Export fewer sheets, or clusters one by one.");
      }
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (crc !== entry.crc) throw damaged(this.#path, `the check sum of its part ${name} is wrong`);
  }

  /** What a part says about itself is asked before it is unpacked, what is true while it is. */
  #checkSize({ packedBytes }: Entry, unpackedBytes: number): void {
    if (unpackedBytes <= suspiciousBytes || unpackedBytes <= packedBytes * suspiciousRatio) return;
    throw new UnreadableImport("file-too-large", `${this.#path} is packed more than ${suspiciousRatio} times smaller than it is: no inventory is like this.`, "Do not open it; ask where it comes from.");
  }

  async *#inflated(packed: ReturnType<typeof createReadStream>, name: string): AsyncGenerator<Uint8Array> {
    const inflate = createInflateRaw({ chunkSize: 1 << 17 });
    packed.on("error", (error) => inflate.destroy(error));
    try {
      for await (const chunk of packed.pipe(inflate)) if (chunk instanceof Uint8Array) yield chunk;
    } catch {
      throw damaged(this.#path, `its part ${name} cannot be unpacked`);
    } finally {
      packed.destroy();
      inflate.destroy();
    }
  }
}

/** The table of contents, which stands at the end. */
async function directory(file: FileHandle, path: string): Promise<ReadonlyMap<string, Entry>> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== endMark) end--;
  if (end < 0) throw damaged(path, "its end is missing");
  const count = tail.readUInt16LE(end + 10);
  const [bytes, at] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (count > entriesMax || bytes > directoryBytesMax || at + bytes > size) throw damaged(path, "its table of contents is out of bounds");
  const table = await readAt(file, at, bytes);
  const entries = new Map<string, Entry>();
  for (let o = 0, i = 0; i < count; i++) {
    if (o + 46 > table.length || table.readUInt32LE(o) !== entryMark) throw damaged(path, "its table of contents is broken");
    const [nameBytes, extraBytes, noteBytes] = [table.readUInt16LE(o + 28), table.readUInt16LE(o + 30), table.readUInt16LE(o + 32)];
    const name = table.toString("utf8", o + 46, o + 46 + nameBytes).replaceAll("\\", "/");
    const method = table.readUInt16LE(o + 10);
    if ((table.readUInt16LE(o + 8) & encrypted) !== 0) throw new UnreadableImport("file-unreadable", `${path} is encrypted.`, "Save it without a password.");
    if (method !== 0 && method !== 8) throw damaged(path, `its part ${name} is packed in a way that workbooks do not use (${method})`);
    entries.set(name, { method, crc: table.readUInt32LE(o + 16), packedBytes: table.readUInt32LE(o + 20), unpackedBytes: table.readUInt32LE(o + 24), headerAt: table.readUInt32LE(o + 42) });
    o += 46 + nameBytes + extraBytes + noteBytes;
  }
  return entries;
}

async function dataStart(path: string, { headerAt }: Entry): Promise<number> {
  const file = await open(path);
  try {
    const header = await readAt(file, headerAt, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== headerMark) throw damaged(path, "a part does not stand where the table of contents says");
    return headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, at);
  return buffer.subarray(0, bytesRead);
}

function damaged(path: string, how: string): UnreadableImport {
  return new UnreadableImport("bad-syntax", `${path} is damaged or cut off: ${how}.`, "Copy or export it again.");
}
