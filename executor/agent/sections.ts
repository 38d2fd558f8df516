import { createHash } from "node:crypto";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { jsonOf } from "../trust/index.ts";
import { Bytes, withLength } from "./bytes.ts";

/** One of several streams that are sent one after the other. */
export interface Section {
  readonly name: string;
  readonly data: AsyncIterable<Buffer>;
}

const headChecker = Compile(Type.Union([
  Type.Object({ section: Type.String({ maxLength: 300 }) }, { additionalProperties: false }),
  Type.Object({ digest: Type.String({ maxLength: 64 }) }, { additionalProperties: false }),
]));
const headBytesMax = 4096;
const chunkBytesMax = 1 << 20;
const end = Buffer.alloc(4);

/** Streams of unknown lengths as one, with a digest of everything at the end. */
export async function* join(sections: AsyncIterable<Section> | Iterable<Section>): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  const passed = (chunk: Buffer): Buffer => {
    hash.update(chunk);
    return chunk;
  };
  for await (const { name, data } of sections) {
    yield passed(withLength(Buffer.from(JSON.stringify({ section: name }))));
    for await (const chunk of data) {
      for (let from = 0; from < chunk.length; from += chunkBytesMax) yield passed(withLength(chunk.subarray(from, from + chunkBytesMax)));
    }
    yield passed(end);
  }
  yield withLength(Buffer.from(JSON.stringify({ digest: hash.digest("hex") })));
}

/** The streams again, each to be read before the next. Ends well only when all have come as they were sent. */
export async function* split(stream: AsyncIterable<Buffer>): AsyncGenerator<Section> {
  const bytes = new Bytes(stream);
  for (;;) {
    const before = bytes.digest();
    const head = await headIn(bytes);
    if ("digest" in head) {
      if (head.digest !== before) throw new Error("the data have changed on their way");
      return;
    }
    const data = chunksIn(bytes);
    yield { name: head.section, data };
    for await (const _ of data) throw new Error(`section ${JSON.stringify(head.section)} was not read to its end`);
  }
}

async function headIn(bytes: Bytes): Promise<{ readonly section: string } | { readonly digest: string }> {
  const length = (await bytes.take(4)).readUInt32BE();
  if (length > headBytesMax) throw new Error("the data are not in order");
  const head = jsonOf((await bytes.take(length)).toString("utf8"));
  if (!headChecker.Check(head)) throw new Error("the data are not in order");
  return head;
}

async function* chunksIn(bytes: Bytes): AsyncGenerator<Buffer> {
  for (;;) {
    const length = (await bytes.take(4)).readUInt32BE();
    if (length === 0) return;
    if (length > chunkBytesMax) throw new Error("the data are not in order");
    yield await bytes.take(length);
  }
}
