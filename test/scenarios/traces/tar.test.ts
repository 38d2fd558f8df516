import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tarEntries } from "../../../scenarios/traces/tar.ts";
import { readFiles } from "./trace-folder.ts";

/** An archive as tar writes it: a header of 512 bytes before each file, whole blocks, two empty ones at the end. */
function tarOf(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, contents]) => {
    const bytes = Buffer.from(contents);
    const long = name.length > 100 ? [header("././@LongLink", name.length + 1, "L"), padded(Buffer.from(`${name}\0`))] : [];
    return [...long, header(name.slice(0, 100), bytes.length, "0"), padded(bytes)];
  });
  return Buffer.concat([header("20110303/", 0, "5"), ...blocks, Buffer.alloc(1024)]);
}

function header(name: string, size: number, kind: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write(kind, 156);
  block.write("ustar", 257);
  return block;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

describe("a tar archive", () => {
  it("gives its files whatever pieces it comes in, also those that are not looked at", async () => {
    const files = fc.dictionary(fc.stringMatching(/^[a-z/]{0,120}[a-z]$/), fc.string({ maxLength: 1500 }), { maxKeys: 5, noNullPrototype: true });
    await fc.assert(fc.asyncProperty(files, fc.integer({ min: 1, max: 700 }), fc.boolean(), async (contents, size, look) => {
      const found: [string, string][] = [];
      for await (const { name, chunks } of tarEntries(inPieces(tarOf(contents), size), "a.tar")) {
        const parts: Uint8Array[] = [];
        if (look) for await (const part of chunks) parts.push(part);
        found.push([name, Buffer.concat(parts).toString()]);
      }
      expect(found).toEqual(Object.entries(contents).map(([name, text]) => [name, look ? text : ""]));
    }), { seed: 1, numRuns: 100 });
  });

  it("of machines is a trace, compressed or not", async () => {
    const archive = tarOf({ "20110303/node_b": "10\n20\n", "20110303/node_a": "30\n" });
    for (const [name, bytes] of [["days.tar", archive], ["days.tar.gz", gzipSync(archive)], ["days.tgz", gzipSync(archive)]] as const) {
      const { trace, diagnostics } = await readFiles({ [name]: bytes });
      expect(diagnostics).toEqual([]);
      expect(trace?.series.map(({ subject, times }) => [subject.workload, times.kind === "regular" && times.startMs])).toEqual([
        ["node_a", Date.UTC(2011, 2, 3)], ["node_b", Date.UTC(2011, 2, 3)],
      ]);
    }
  });

  it.each<[string, Buffer, string]>([
    ["cut off", tarOf({ "20110303/node": "10\n".repeat(500) }).subarray(0, 1400), "is cut off"],
    ["something else", Buffer.alloc(2048, "not an archive at all "), "is no tar archive, or damaged"],
  ])("that is %s is told", async (_, bytes, message) => {
    const { trace, diagnostics } = await readFiles({ "days.tar": bytes });
    expect(trace).toBeNull();
    expect(diagnostics.map((problem) => problem.message).join("\n")).toContain(message);
  });
});
