import { createHash } from "node:crypto";

/** Bytes with how many they are before them. */
export function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A stream cut into pieces of the wanted size, with a digest of what was taken. */
export class Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #hash = createHash("sha256");
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) throw new Error("the data have broken off");
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      this.#hash.update(part);
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0] ?? Buffer.alloc(0) : Buffer.concat(parts);
  }

  /** Is nothing left? */
  async hasEnded(): Promise<boolean> {
    return this.#rest.length === 0 && (await this.#chunks.next()).done === true;
  }

  /** Nothing more is wanted of the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  digest(): string {
    return this.#hash.copy().digest("hex");
  }
}
