import { existsSync, mkdtempSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unwritableFolder } from "../../cli/writable.ts";
import { file, folder } from "./command-line.ts";

describe("a folder for tables", () => {
  it("is made with those above it, and may be there already", async () => {
    const wanted = join(mkdtempSync(join(folder, "made-")), "a", "b");
    expect(await unwritableFolder("--csv", wanted)).toEqual([]);
    expect(statSync(wanted).isDirectory()).toBe(true);
    expect(await unwritableFolder("--csv", wanted)).toEqual([]);
  });

  it("is made once by two who ask at the same time", async () => {
    const wanted = join(mkdtempSync(join(folder, "twice-")), "a", "b");
    expect(await Promise.all([unwritableFolder("--csv", wanted), unwritableFolder("--parquet", wanted)])).toEqual([[], []]);
  });

  it.each([{ what: "/dev/full", says: "no folder" }, { what: file("plain.csv", ""), says: "a file" }])("is not $what", async ({ what, says }) => {
    expect((await unwritableFolder("--csv", what)).map(({ message }) => message)).toEqual([`--csv names ${what}, which is ${says}; the tables need a folder.`]);
  });

  it.each([
    { below: "a file", wanted: () => join(file("plain.txt", ""), "tables") },
    { below: "a device", wanted: () => "/dev/null/tables" },
    { below: "a file system that takes no folders", wanted: () => "/proc/tables/of/mine" },
  ])("cannot be made below $below, which is said at once", async ({ wanted }) => {
    const found = await unwritableFolder("--csv", wanted());
    expect(found.map(({ severity, file: where }) => [severity, where])).toEqual([["error", wanted()]]);
    expect(existsSync(wanted())).toBe(false);
  });
});
