import { describe, expect, it } from "vitest";
import { folderOf } from "../scenarios/importers/imported.ts";
import { zip } from "../scenarios/importers/workbook-file.ts";
import { file, stowageProcess } from "./command-line.ts";

/** Tells the most memory that the process had, as its last words. */
const tellsMemory = `data:text/javascript,${encodeURIComponent("import fs from 'node:fs'; process.on('exit', () => fs.writeSync(2, 'MiB ' + Math.round(process.resourceUsage().maxRSS / 1024)));")}`;
const mibMax = 768;
const mib = 1_048_576;

function sheetOf(xml: Buffer): Buffer {
  return zip([
    { name: "xl/workbook.xml", bytes: Buffer.from("<workbook xmlns:r=\"r\"><sheets><sheet name=\"vInfo\" r:id=\"rId1\"/></sheets></workbook>") },
    { name: "xl/_rels/workbook.xml.rels", bytes: Buffer.from("<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>") },
    { name: "xl/worksheets/sheet1.xml", bytes: xml },
  ]);
}

const bomb = sheetOf(Buffer.alloc(200 * mib, "<row r=\"1\"><c><v>1</v></c></row>\n"));
const laughs = `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 40 }, (_, i) => `<!ENTITY b${i} "${i === 0 ? "&a;&a;" : `&b${i - 1};&b${i - 1};`}">`).join("")}]><worksheet><row><c t="str"><v>&b39;</v></c></row></worksheet>`;
const guests = `[${Array.from({ length: 20_000 }, (_, n) => `{"type":"qemu","vmid":${n},"name":"vm${n}","node":"a","maxcpu":1e400,"maxmem":-5,"cpu":"1900-01-01"}`).join(",")}]`;

describe("the command line reads nothing hostile beyond its bounds", () => {
  it.each<readonly [string, string, () => string, number, string]>([
    ["a workbook of 200 MiB that was packed into one", "rvtools", () => file("bomb.xlsx", bomb), 1, "packed more than 100 times smaller"],
    ["a workbook with a billion laughs", "rvtools", () => file("laughs.xlsx", sheetOf(Buffer.from(laughs))), 1, "declares a document type"],
    ["half a workbook", "rvtools", () => file("half.xlsx", bomb.subarray(0, bomb.length / 2)), 1, "damaged or cut off"],
    ["a definition with a name of 100 MiB", "libvirt", () => folderOf("h1", { "a.xml": `<domain><name>${"x".repeat(100 * mib)}</name></domain>` }), 1, "without an end"],
    ["CSV of one field of 100 MiB", "csv", () => file("quote.csv", Buffer.concat([Buffer.from("name,vcpus\n\""), Buffer.alloc(100 * mib, "a")])), 1, "no sound CSV"],
    ["JSON of 5 million brackets", "proxmox", () => file("deep.json", "[".repeat(5_000_000)), 1, "more than 64 deep"],
    ["JSON of 130 MiB", "openstack", () => file("huge.json", Buffer.alloc(130 * mib, "[1,")), 1, "the limit is 128 MiB"],
    ["twenty thousand machines with processors without end and negative memory", "proxmox", () => file("guests.json", guests), 0, ""],
  ])("%s", async (_, kind, make, code, says) => {
    const ended = await stowageProcess(["import", kind, make(), "--out", file("hostile-out.json", "")], { env: { NODE_OPTIONS: `--import "${tellsMemory}"` } });
    const [, memory] = /MiB (\d+)$/.exec(ended.err) ?? [];
    expect({ code: ended.code, says: ended.err.includes(says) ? says : ended.err, stack: /^\s+at .*\d+:\d+\)?$/m.test(ended.err) }).toEqual({ code, says, stack: false });
    expect(Number(memory)).toBeLessThan(mibMax);
  }, 120_000);
});
