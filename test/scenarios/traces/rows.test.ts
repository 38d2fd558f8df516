import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forEachRow, rowBytesMax } from "../../../scenarios/traces/rows.ts";

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size);
}

async function rowsOf(text: string, separator: string, size = 7): Promise<(readonly [number, ...string[]])[]> {
  const rows: [number, ...string[]][] = [];
  await forEachRow(inPieces(new TextEncoder().encode(text), size), separator, (row) => {
    rows.push([row.number, ...Array.from({ length: row.fields }, (_, i) => row.text(i))]);
  });
  return rows;
}

async function numberIn(text: string): Promise<number> {
  let value = 0;
  await forEachRow(inPieces(new TextEncoder().encode(`${text},`), 100), ",", (row) => { value = row.value(0); });
  return value;
}

async function* four(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from("1\n2\n3\n4\n"));
}

describe("rows of a text file", () => {
  it.each<[string, string, string, (string | number)[][]]>([
    ["fields without blanks around them", "a;\tb ;c\n", ";", [[1, "a", "b", "c"]]],
    ["Windows line ends, and no line end at the end", "a,b\r\nc,d", ",", [[1, "a", "b"], [2, "c", "d"]]],
    ["a byte order mark", "\uFEFFa,b\n", ",", [[1, "a", "b"]]],
    ["quotes with separators and quotes inside", "\"a,\"\"b\",c\n", ",", [[1, "a,\"b", "c"]]],
    ["empty rows counted but not shown", "a\n\n \nb\n", ",", [[1, "a"], [4, "b"]]],
    ["letters of more than one byte", "Zürich,é\n", ",", [[1, "Zürich", "é"]]],
  ])("reads %s", async (_, text, separator, rows) => expect(await rowsOf(text, separator)).toEqual(rows));

  it("stops at more rows than a file may have", async () => {
    await expect(forEachRow(four(), ",", () => undefined, 4)).resolves.toBeNull();
    await expect(forEachRow(four(), ",", () => undefined, 3)).rejects.toThrow("a file may have 3 rows, and this one has more");
  });

  it("gives the same rows however the bytes arrive", async () => {
    const line = fc.array(fc.stringMatching(/^[a-zé0-9.]{0,6}$/), { minLength: 1, maxLength: 4 }).map((fields) => fields.join(","));
    await fc.assert(fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 20 }), async (lines, size) => {
      expect(await rowsOf(lines.join("\n"), ",", size)).toEqual(await rowsOf(lines.join("\n"), ",", 10_000));
    }), { seed: 1 });
  });

  it("refuses what has no line ends", async () => {
    expect(await forEachRow(inPieces(new Uint8Array(rowBytesMax + 2).fill(65), 1000), ",", () => {})).toEqual({ kind: "row-too-long", row: 1 });
  });

  it.each([["0x10", Number.NaN], ["", Number.NaN], [".", Number.NaN], ["Infinity", Number.NaN], ["1_000", Number.NaN], ["1.2.3", Number.NaN], ["-7", -7], ["+7.5e3", 7500], [".5", 0.5], ["5.", 5]])(
    "takes %j for %d", async (text, value) => expect(await numberIn(text)).toBe(value));

  it("reads numbers as JavaScript does, to the last bits", async () => {
    await fc.assert(fc.asyncProperty(fc.double({ min: 0, noNaN: true, max: 1e15 }), async (value) => {
      expect(Math.abs(await numberIn(String(value)) - value)).toBeLessThanOrEqual(value * 4 * Number.EPSILON);
    }), { seed: 2 });
  });
});
