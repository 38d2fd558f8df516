import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterAll, describe, expect, it } from "vitest";
import { writeTables, type ExportCell, type ExportTable } from "../../cli/export-tables.ts";

const root = mkdtempSync(join(tmpdir(), "stowage-tables-"));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const folder = (): string => join(root, `made-${folders++}`, "deep");

const columns: ExportTable["columns"] = [
  { name: "host", kind: "text" }, { name: "energyMilliwattHours", kind: "integer" }, { name: "useShare", kind: "decimal" },
  { name: "at", kind: "instant" }, { name: "isOn", kind: "boolean" },
];
const tableOf = (rows: ExportTable["rows"]): ExportTable => ({ name: "host-use", columns, rows });

function cell<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null });
}

function* manyRows(): Generator<readonly ExportCell[]> {
  for (let i = 0; i < 20_000; i++) yield [`h${i % 7}`, i, i / 3, i * 1000, i % 2 === 0];
}

async function readParquet(file: string): Promise<readonly Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(file) });
}

describe("tables in files", () => {
  it("are readable by spreadsheets: instants in UTC, empty cells for nothing, quotes where they are needed", async () => {
    const into = folder();
    expect(await writeTables(into, [tableOf([["h1", 12n, -0.5, 1_793_491_200_000, true], ['say "h2", please', null, null, null, false]])], ["csv"])).toEqual([]);
    expect(readFileSync(join(into, "host-use.csv"), "utf8")).toBe([
      "host,energyMilliwattHours,useShare,at,isOn", "h1,12,-0.5,2026-11-01T00:00:00.000Z,true", '"say ""h2"", please",,,,false', "",
    ].join("\n"));
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])("make %j harmless, as text", async (text) => {
    const into = folder();
    await writeTables(into, [{ name: "t", columns: [{ name: "text", kind: "text" }, { name: "number", kind: "integer" }], rows: [[text, -7]] }], ["csv"]);
    const line = readFileSync(join(into, "t.csv"), "utf8").slice("text,number\n".length);
    expect(line.replace(/^"/, "").startsWith(`'${text}`)).toBe(true);
    expect(line.endsWith(",-7\n")).toBe(true);
  });

  it("keep every value and kind in Parquet", async () => {
    const row = fc.tuple(
      cell(fc.string({ unit: "grapheme" })), cell(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), cell(fc.double({ noNaN: true, noDefaultInfinity: true })),
      cell(fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 })), cell(fc.boolean()),
    );
    await fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      const into = folder();
      expect(await writeTables(into, [tableOf(rows)], ["parquet"])).toEqual([]);
      const read = await readParquet(join(into, "host-use.parquet"));
      const expected = rows.map(([host, energy, use, at, isOn]) => ({
        host, energyMilliwattHours: energy, useShare: use, at: at === null ? null : new Date(at), isOn,
      }));
      expect(read.map((record) => ({ ...record, host: record["host"] ?? null }))).toEqual(expected);
    }), { seed: 20_261_122, numRuns: 60 });
  });

  it("take rows one by one, in both formats at once, and give the same bytes each time", async () => {
    const [a, b] = [folder(), folder()];
    for (const into of [a, b]) expect(await writeTables(into, [tableOf(manyRows())], ["csv", "parquet"])).toEqual([]);
    for (const name of ["host-use.csv", "host-use.parquet"]) expect(readFileSync(join(a, name)).equals(readFileSync(join(b, name)))).toBe(true);
    expect(readFileSync(join(a, "host-use.csv"), "utf8").split("\n")).toHaveLength(20_002);
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(join(a, "host-use.parquet")));
    expect(metadata.num_rows).toBe(20_000n);
    expect(metadata.row_groups.length).toBeGreaterThan(1);
  });

  it("without rows still have their columns", async () => {
    const into = folder();
    expect(await writeTables(into, [tableOf([])], ["csv", "parquet"])).toEqual([]);
    expect(readFileSync(join(into, "host-use.csv"), "utf8")).toBe("host,energyMilliwattHours,useShare,at,isOn\n");
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(join(into, "host-use.parquet")));
    expect(metadata.schema.slice(1).map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
  });
});

describe("what cannot be written is said", () => {
  it("when the folder is a file", async () => {
    const file = join(root, "a-file");
    writeFileSync(file, "");
    const problems = await writeTables(join(file, "inside"), [tableOf([])], ["csv"]);
    expect(problems.map(({ message }) => message)).toEqual([`File ${join(file, "inside")} lies under something that is no folder.`]);
  });

  it("when a table's name is taken by a folder, and the other tables are still written", async () => {
    const into = folder();
    await writeTables(join(into, "host-use.csv"), [], ["csv"]);
    const problems = await writeTables(into, [tableOf([]), { ...tableOf([]), name: "other" }], ["csv"]);
    expect(problems).toMatchObject([{ file: join(into, "host-use.csv"), severity: "error" }]);
    expect(existsSync(join(into, "other.csv"))).toBe(true);
  });

  it.runIf(process.getuid?.() !== 0)("when the folder is locked", async () => {
    const into = folder();
    await writeTables(into, [], ["csv"]);
    chmodSync(into, 0o500);
    expect(await writeTables(into, [tableOf([])], ["csv"])).toMatchObject([{ code: "file-unreadable" }]);
  });

  it.each([
    { what: "a fraction where whole numbers are promised", row: ["h", 0.5, 1, 1, true] },
    { what: "a number that is none", row: ["h", 1, Number.NaN, 1, true] },
    { what: "a whole number that was rounded", row: ["h", 2 ** 60, 1, 1, true] },
    { what: "an instant outside the calendar", row: ["h", 1, 1, 9e15, true] },
    { what: "a cell too few", row: ["h", 1, 1, 1] },
  ])("and $what is a fault of the program", async ({ row }) => {
    await expect(writeTables(folder(), [tableOf([row])], ["csv"])).rejects.toThrow("broken invariant");
  });
});
