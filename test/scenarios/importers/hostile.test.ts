import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Random } from "../../../model/random.ts";
import { ZipArchive } from "../../../scenarios/importers/xlsx/zip.ts";
import { parseScenarioText, scenarioJson } from "../../../scenarios/index.ts";
import { csvOf, rvtoolsExport } from "./rvtools-export.ts";
import { fileOf, folderOf, imported } from "./imported.ts";
import { workbook, zip } from "./workbook-file.ts";

const good = workbook(rvtoolsExport(1, { machines: 20 }).sheets);
const workbookXml = `<workbook xmlns:r="r"><sheets><sheet name="vInfo" r:id="rId1"/></sheets></workbook>`;
const relationsXml = `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`;

/** A workbook whose first sheet is this text. */
function sheetOf(xml: string | Buffer): Buffer {
  return zip([
    { name: "xl/workbook.xml", bytes: Buffer.from(workbookXml) }, { name: "xl/_rels/workbook.xml.rels", bytes: Buffer.from(relationsXml) },
    { name: "xl/worksheets/sheet1.xml", bytes: Buffer.from(xml) },
  ]);
}

const entities = `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">]><worksheet><row><c t="str"><v>&b;</v></c></row></worksheet>`;
const bomb = Buffer.concat([Buffer.from("<worksheet><sheetData>"), Buffer.alloc(64 * 1_048_576, "<row r=\"1\"><c><v>1</v></c></row>\n")]);

const cases: readonly (readonly [string, () => Buffer, string])[] = [
  ["a workbook that unpacks to hundreds of times its size", () => sheetOf(bomb), "packed more than 100 times smaller"],
  ["one text of 20 MiB", () => sheetOf(`<worksheet><row><c t="str"><v>${"x".repeat(20 * 1_048_576)}</v></c></row></worksheet>`), "without an end"],
  ["external entities", () => sheetOf(entities), "declares a document type"],
  ["elements a million deep", () => sheetOf("<a>".repeat(1_000_000)), "more than 64 deep"],
  ["a column beyond the limit", () => sheetOf(`<worksheet><row r="1"><c r="ZZZZZZ1"><v>1</v></c></row></worksheet>`), "the limit is 2000 columns"],
  ["a row beyond the limit", () => sheetOf(`<worksheet><row r="900000"><c><v>1</v></c></row></worksheet>`), "the limit is 500000 rows"],
  ["XML that is cut off", () => sheetOf("<worksheet><row><c><v>1</v>"), "no sound XML"],
  ["half a file", () => good.subarray(0, good.length / 2), "its end is missing"],
  ["an empty file", () => Buffer.alloc(0), "its end is missing"],
  ["a file of zeros", () => Buffer.alloc(100_000), "its end is missing"],
  ["an archive of something else", () => zip([{ name: "a.txt", bytes: Buffer.from("a") }]), "no workbook"],
  ["a damaged part", () => spoiled(good), "damaged or cut off"],
  ["a table of contents that points outside", () => pointedOutside(good), "out of bounds"],
];

/** Turns bits in the middle of the first part. */
function spoiled(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf("xl/worksheets/sheet1.xml") + 200;
  for (let i = 0; i < 50; i++) copy[at + i] = (copy[at + i] ?? 0) ^ 0x55;
  return copy;
}

function pointedOutside(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(0xfffffff0, copy.length - 6);
  return copy;
}

describe("a hostile workbook gives a diagnostic, in bounded memory", () => {
  it.each(cases)("%s", async (_, bytes, words) => {
    const before = process.memoryUsage().rss;
    const file = fileOf("export.xlsx", bytes());
    const { fleet, diagnostics } = await imported("rvtools", [file]);
    expect(fleet).toBeNull();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.message).toContain(words);
    expect(diagnostics[0]?.advice).not.toBe("");
    expect(process.memoryUsage().rss - before).toBeLessThan(1024 * 1_048_576);
  });

  it("any file cut anywhere is refused, or read as far as its table of contents says", async () => {
    for (let cut = 0; cut < good.length; cut += Math.ceil(good.length / 40)) {
      const { fleet, diagnostics } = await imported("rvtools", [fileOf("cut.xlsx", good.subarray(0, cut))]);
      expect([fleet, diagnostics.length]).toEqual([null, 1]);
    }
  });

  it("all parts together are unpacked only so far", async () => {
    const random = new Random(1);
    const bytes = Buffer.from(Uint32Array.from({ length: 2_000_000 }, () => random.uint32()).buffer);
    const archive = await ZipArchive.open(fileOf("a.zip", zip([{ name: "a", bytes }])));
    const readOften = async (): Promise<void> => {
      for (let i = 0; i < 80; i++) for await (const chunk of archive.bytes("a")) void chunk;
    };
    await expect(readOften()).rejects.toThrow("unpacks to more than 512 MiB");
  });

  it("a part that says how small it was packed is not unpacked at all, one that says nothing of it only so far", async () => {
    const [honest, lying] = [sheetOf(bomb), sheetOf(bomb)];
    lying.writeUInt32LE(100, lying.lastIndexOf("xl/worksheets/sheet1.xml") - 46 + 24);
    for (const bytes of [honest, lying]) expect((await imported("rvtools", [fileOf("export.xlsx", bytes)])).diagnostics[0]?.message).toContain("packed more than 100 times smaller");
  });

  it("a part that says it is small and is not is stopped by the check sum or the limit", async () => {
    const packed = deflateRawSync(Buffer.from("<worksheet/>"));
    expect(crc32(packed)).not.toBe(0);
    const lying = sheetOf("<worksheet/>");
    lying.writeUInt32LE(1, lying.lastIndexOf("xl/worksheets/sheet1.xml") - 46 + 16);
    const { diagnostics } = await imported("rvtools", [fileOf("lying.xlsx", lying)]);
    expect(diagnostics[0]?.message).toContain("check sum");
  });
});

describe("other hostile inputs give a diagnostic", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  it.each<readonly [string, string, () => string, string]>([
    ["nested JSON", "proxmox", () => fileOf("r.json", deep), "deep"],
    ["half a JSON file", "openstack", () => fileOf("s.json", "{\"servers\": [{\"id\": 1"), "s.json"],
    ["JSON of something else", "netbox", () => fileOf("s.json", "3"), "no answer of NetBox"],
    ["one page of several", "netbox", () => fileOf("s.json", "{\"count\": 90, \"next\": \"https://x/?offset=50\", \"results\": []}"), "one page of several"],
    ["a prototype as a key", "proxmox", () => fileOf("r.json", "[{\"type\": \"node\", \"__proto__\": {\"node\": \"x\"}}]"), "__proto__"],
    ["entities in a domain", "libvirt", () => folderOf("h1", { "a.xml": "<!DOCTYPE d [<!ENTITY e SYSTEM \"/etc/passwd\">]><domain><name>&e;</name></domain>" }), "declares a document type"],
    ["a name of 20 MiB in a domain", "libvirt", () => folderOf("h1", { "a.xml": `<domain><name>${"x".repeat(20 * 1_048_576)}</name></domain>` }), "without an end"],
    ["a tag of 20 MiB in a domain", "libvirt", () => folderOf("h1", { "a.xml": `<domain ${"x".repeat(20 * 1_048_576)}` }), "without an end"],
    ["a domain that is cut off", "libvirt", () => folderOf("h1", { "a.xml": "<domain><name>a</name>" }), "no sound XML"],
    ["CSV with an open quote", "csv", () => fileOf("m.csv", "name,vcpus\n\"a,1\n"), "no sound CSV"],
    ["CSV without known headings", "csv", () => fileOf("m.csv", "x,y\n1,2\n"), "no headings that are known"],
    ["a device without an end", "csv", () => "/dev/zero", "/dev/zero has no end; the limit is 128 MiB."],
    ["more entries than any inventory has", "proxmox", () => fileOf("r.json", `[${"{},".repeat(250_000)}{}]`), "A list has 250001 entries; the limit is 250000."],
    ["no file", "rvtools", () => "/nowhere/export.xlsx", "does not exist"],
    ["a folder without CSV", "rvtools", () => folderOf("empty", {}), "has no CSV files"],
  ])("%s", async (_, kind, make, words) => {
    const { fleet, diagnostics } = await imported(kind, [make()]);
    expect(fleet).toBeNull();
    expect(diagnostics[0]?.message).toContain(words);
  });
});

describe("whatever is done to a good file, an import ends with a fleet or with diagnostics", () => {
  const small = workbook(rvtoolsExport(3, { machines: 4 }).sheets);

  it.each([1, 2, 3])("bytes of a workbook, seed %i", async (seed) => {
    const random = new Random(seed);
    for (let n = 0; n < 80; n++) {
      const copy = Buffer.from(small);
      for (let i = 0; i <= n % 6; i++) copy[random.below(copy.length)] = random.below(256);
      const { fleet, diagnostics } = await imported("rvtools", [fileOf("export.xlsx", copy)]);
      expect(fleet !== null || diagnostics.length > 0).toBe(true);
    }
  });

  it.each(["vInfo", "vHost", "vDatastore"])("cells of sheet %s", async (name) => {
    const random = new Random(4);
    const odd = ["", "-1", "1e400", "NaN", "\u0000", "\u202e", "=1+1", "__proto__", "constructor", "1900-01-01", "9".repeat(400), "x".repeat(5000), "\ud800", "0x10", "true"];
    for (let n = 0; n < 60; n++) {
      const { sheets } = rvtoolsExport(n, { machines: 6 });
      const spoilt = sheets.map((sheet) => (sheet.name !== name ? sheet : { name, rows: sheet.rows.map((row, r) => row.map((cell) => (random.below(r === 0 ? 40 : 4) === 0 ? random.pick(odd) : cell))) }));
      const folder = folderOf("csv", Object.fromEntries(spoilt.map((sheet) => [`RVTools_tab${sheet.name}.csv`, csvOf(sheet)])));
      const { fleet } = await imported("rvtools", [folder]);
      if (fleet !== null) expect(parseScenarioText(scenarioJson(fleet.document), "fleet.json").diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    }
  });

  it("values of JSON", async () => {
    const random = new Random(5);
    const odd: readonly unknown[] = [null, -1, 1e308, "x", [], {}, true, "", "9".repeat(400), { name: {} }, Number.MAX_SAFE_INTEGER];
    const node = { type: "node", node: "a", status: "online", maxcpu: 4, maxmem: 2 ** 34 };
    const guest = { type: "qemu", vmid: 1, name: "w", node: "a", status: "running", maxcpu: 1, maxmem: 2 ** 30, cpu: 0.1, mem: 1, maxdisk: 2 ** 30 };
    const store = { type: "storage", storage: "s", node: "a", shared: 1, content: "images", maxdisk: 2 ** 40 };
    for (let n = 0; n < 150; n++) {
      const spoilt = [node, guest, store].map((value) => Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key !== "type" && random.below(3) === 0 ? random.pick(odd) : inner])));
      const { fleet } = await imported("proxmox", [fileOf("r.json", JSON.stringify(spoilt))]);
      expect(parseScenarioText(fleet === null ? "" : scenarioJson(fleet.document), "fleet.json").diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    }
  });
});
