import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "../../trust/index.ts";
import { Bytes, withLength } from "../bytes.ts";

const text = Type.String({ minLength: 1, maxLength: 4096 });
const bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const headForm = Type.Object({
  /** `carry`: with the content of its disks; `expect`: without, since the hypervisor will bring it. */
  kind: Type.Union([Type.Literal("carry"), Type.Literal("expect")]),
  /** The workload that this is, or the one that it is a copy of. */
  workload: text,
  /** The host that a hypervisor brings it from. */
  from: Type.Optional(text),
  definition: Type.String({ maxLength: 4_194_304 }),
  disks: Type.Array(Type.Object({ target: text, way: text, format: text, bytes, usedBytes: bytes }, { additionalProperties: false }), { maxItems: 1000 }),
}, { additionalProperties: false });
const headChecker = Compile(headForm);

/** What comes first of a machine: everything but the content of its disks. */
export type Head = Static<typeof headForm>;
export type CarriedDisk = Head["disks"][number];

const headBytesMax = 8 * 1_048_576;
const blockBytes = 1_048_576;
const zeros = Buffer.alloc(blockBytes);

/** What follows: so many bytes of a disk, or so many zeros, or the digest of all before. */
const [dataSign, zerosSign, digestSign] = [1, 2, 3];

/** A machine as a stream of bytes: what it is, its disks without their empty parts, and a digest of all. */
export async function* packDisks(head: Head, files: readonly string[], ended: AbortSignal): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  const first = withLength(Buffer.from(JSON.stringify(head)));
  hash.update(first);
  yield first;
  for (const [n, file] of files.entries()) {
    for await (const piece of piecesOf(file, head.disks[n]?.bytes ?? 0, ended)) {
      hash.update(piece);
      yield piece;
    }
  }
  yield Buffer.concat([Buffer.of(digestSign), hash.digest()]);
}

async function* piecesOf(path: string, size: number, ended: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    let empty = 0;
    for (let at = 0; at < size;) {
      ended.throwIfAborted();
      const block = await readBlock(file, at, Math.min(blockBytes, size - at), path);
      at += block.length;
      if (block.equals(zeros.subarray(0, block.length))) empty += block.length;
      else {
        if (empty > 0) yield pieceHead(zerosSign, empty);
        empty = 0;
        yield pieceHead(dataSign, block.length);
        yield block;
      }
    }
    if (empty > 0) yield pieceHead(zerosSign, empty);
  } finally {
    await file.close();
  }
}

async function readBlock(file: FileHandle, at: number, bytes: number, path: string): Promise<Buffer> {
  const block = Buffer.allocUnsafe(bytes);
  for (let got = 0; got < bytes;) {
    const { bytesRead } = await file.read(block, got, bytes - got, at + got);
    if (bytesRead === 0) throw new Error(`${path} has become shorter while it was read`);
    got += bytesRead;
  }
  return block;
}

function pieceHead(sign: number, bytes: number): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(sign);
  head.writeBigUInt64BE(BigInt(bytes), 1);
  return head;
}

/** Reads a machine from a stream: first its head, then its disks in order. */
export class DiskParcel {
  readonly #bytes: Bytes;

  constructor(stream: AsyncIterable<Buffer>) {
    this.#bytes = new Bytes(stream);
  }

  async head(): Promise<Head> {
    const length = (await this.#bytes.take(4)).readUInt32BE();
    if (length > headBytesMax) throw new Error("the data are not in order");
    const head = jsonOf((await this.#bytes.take(length)).toString("utf8"));
    if (!headChecker.Check(head)) throw new Error("the data are not in order");
    return head;
  }

  /** Writes the next disk into a file that is not there yet; it is on the disk when this ends. */
  async disk(path: string, size: number): Promise<void> {
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      await file.truncate(size);
      for (let at = 0; at < size;) at += await this.#piece(file, at, size - at);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** What is at the end must be the digest of all that has come. */
  async end(): Promise<void> {
    const digest = Buffer.from(this.#bytes.digest(), "hex");
    const sign = (await this.#bytes.take(1)).readUInt8();
    if (sign !== digestSign || !(await this.#bytes.take(digest.length)).equals(digest)) throw new Error("the data have changed on their way");
    if (!await this.#bytes.hasEnded()) throw new Error("the data go on after their end");
  }

  /** Nothing more is wanted of the stream. */
  close(): Promise<void> {
    return this.#bytes.close();
  }

  async #piece(file: FileHandle, at: number, left: number): Promise<number> {
    const head = await this.#bytes.take(9);
    const [sign, length] = [head.readUInt8(), Number(head.readBigUInt64BE(1))];
    if ((sign !== dataSign && sign !== zerosSign) || length === 0 || length > left) throw new Error("the data are not in order");
    if (sign === zerosSign) return length;
    for (let done = 0; done < length;) {
      const chunk = await this.#bytes.take(Math.min(blockBytes, length - done));
      for (let written = 0; written < chunk.length;) written += (await file.write(chunk, written, chunk.length - written, at + done + written)).bytesWritten;
      done += chunk.length;
    }
    return length;
  }
}

/** Why a disk must not be used as it is: it would let its guest read other files. Null when it may. */
export async function refusalOfDisk(path: string, format: string): Promise<string | null> {
  if (format === "raw") return null;
  if (format !== "qcow2") return `a disk of format ${JSON.stringify(format)} cannot be carried, only raw and qcow2`;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(104), 0, 104, 0);
    if (bytesRead < 72 || buffer.toString("latin1", 0, 3) !== "QFI") return "its disk is not the qcow2 that it is said to be";
    if (buffer.readBigUInt64BE(8) !== 0n) return "its disk rests on another file, which would stay behind: flatten it first, e.g. with `virsh blockpull`";
    const hasDataFile = buffer.readUInt32BE(4) >= 3 && (buffer.readBigUInt64BE(72) & 4n) !== 0n;
    return hasDataFile ? "its disk keeps its data in another file" : null;
  } finally {
    await file.close();
  }
}
