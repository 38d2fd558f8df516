import { UnreadableInput } from "./unreadable.ts";

/** Files inside a tar archive, read as a stream. Their bytes come before the next file does. */
export interface TarEntry {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const block = 512;

export async function* tarEntries(chunks: AsyncIterable<Uint8Array>, archive: string): AsyncGenerator<TarEntry> {
  const bytes = new Puller(chunks);
  let longName = "";
  for (;;) {
    const header = await bytes.take(block);
    if (header === null || header.every((byte) => byte === 0)) return;
    const size = Number.parseInt(text(header, 124, 12) || "0", 8);
    if (!Number.isSafeInteger(size)) throw new UnreadableInput(`${archive} is no tar archive, or damaged`);
    const kind = text(header, 156, 1);
    const rest = new Counted(bytes, size, archive);
    if (kind === "L") longName = new TextDecoder().decode(await rest.all()).replace(/\0.*$/s, "");
    else {
      const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
      const name = longName || (prefix === "" ? "" : `${prefix}/`) + text(header, 0, 100);
      longName = "";
      if (kind === "" || kind === "0") yield { name, chunks: rest };
    }
    await rest.skip();
    await bytes.take((block - (size % block)) % block);
  }
}

function text(header: Uint8Array, at: number, length: number): string {
  return new TextDecoder().decode(header.subarray(at, at + length)).replace(/\0.*$/s, "").trim();
}

/** Takes bytes from a stream in the portions that are wanted. */
class Puller {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#source = chunks[Symbol.asyncIterator]();
  }

  /** What is there, at most so much; null at the end. */
  async some(most: number): Promise<Uint8Array | null> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return null;
      this.#chunk = next.value;
    }
    const taken = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(taken.length);
    return taken;
  }

  /** Exactly so much; null when the stream ends before. */
  async take(length: number): Promise<Uint8Array | null> {
    const taken = new Uint8Array(length);
    for (let have = 0; have < length;) {
      const next = await this.some(length - have);
      if (next === null) return null;
      taken.set(next, have);
      have += next.length;
    }
    return taken;
  }
}

/** The next so many bytes of a stream. */
class Counted implements AsyncIterable<Uint8Array> {
  readonly #bytes: Puller;
  readonly #archive: string;
  #left: number;

  constructor(bytes: Puller, length: number, archive: string) {
    this.#bytes = bytes;
    this.#left = length;
    this.#archive = archive;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) yield await this.#next();
  }

  async all(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this) parts.push(part);
    return Buffer.concat(parts);
  }

  async skip(): Promise<void> {
    while (this.#left > 0) await this.#next();
  }

  async #next(): Promise<Uint8Array> {
    const next = await this.#bytes.some(this.#left);
    if (next === null) throw new UnreadableInput(`${this.#archive} is cut off`);
    this.#left -= next.length;
    return next;
  }
}
