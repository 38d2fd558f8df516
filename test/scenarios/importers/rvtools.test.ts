import { describe, expect, it } from "vitest";
import { counted } from "../../../model/counted.ts";
import { fileOf, folderOf, imported, importedSoundly, told } from "./imported.ts";
import { csvOf, rvtoolsExport, type AnswerKey, type Untidiness } from "./rvtools-export.ts";
import { workbook, type Cell } from "./workbook-file.ts";
import type { ImportedFleet } from "../../../scenarios/importers/index.ts";

/** What the summary says, in the shape of the answer key. */
function keyOf({ summary }: ImportedFleet): ReadonlyMap<string, AnswerKey> {
  return new Map(summary.map(({ cluster, hosts, cores, all, running }) => [cluster, {
    hosts, cores, machines: all.machines, running: running.machines, vcpus: all.vcpus, memoryMiB: all.memoryMiB, storageMiB: all.storageProvisionedMiB,
  }]));
}

const kinds: readonly (readonly [string, Untidiness])[] = [
  ["is tidy", { machines: 60 }],
  ["writes MB", { machines: 60, unit: "MB" }],
  ["has custom columns in the middle", { machines: 60, customColumns: true }],
  ["has blank rows", { machines: 60, blankRows: true }],
  ["names hosts with and without their domain, in any case", { machines: 60, domains: true }],
  ["has damaged headings", { machines: 60, damagedHeadings: true }],
  ["writes flags in every way", { machines: 60, oddFlags: true }],
  ["has all of that", { machines: 80, unit: "MB", customColumns: true, blankRows: true, domains: true, damagedHeadings: true, oddFlags: true, padding: 9 }],
];

describe.each(kinds)("an export that %s", (_, untidy) => {
  it.each([1, 2, 3])("gives the figures of its answer key, seed %i", async (seed) => {
    const { sheets, key } = rvtoolsExport(seed, untidy);
    const fleet = await importedSoundly("rvtools", [fileOf("export.xlsx", workbook(sheets))]);
    expect(keyOf(fleet)).toEqual(key);
    expect(fleet.document.workloads?.every(({ host }) => host !== undefined)).toBe(true);
    for (const { cluster, cores, coresAfterLoss, all } of fleet.summary) {
      const hosts = key.get(cluster)?.hosts ?? 0;
      expect(coresAfterLoss).toBe((cores / hosts) * (hosts - 1));
      expect(all.vcpusPerCorePermille).toBe(Math.round((all.vcpus * 1000) / coresAfterLoss));
    }
  });

  it("gives the same as CSV", async () => {
    const { sheets, key } = rvtoolsExport(4, untidy);
    const folder = folderOf("csv", Object.fromEntries(sheets.map((sheet) => [`RVTools_tab${sheet.name}.csv`, csvOf(sheet)])));
    expect(keyOf(await importedSoundly("rvtools", [folder]))).toEqual(key);
  });
});

it("tells about every row of every sheet", async () => {
  const { sheets } = rvtoolsExport(5, { machines: 40, blankRows: true });
  const fleet = await importedSoundly("rvtools", [fileOf("export.xlsx", workbook(sheets))]);
  const rows = sheets[0]?.rows.map((row, r) => ({ number: r + 1, isBlank: row.every((cell) => cell === null) })).slice(1) ?? [];
  const toldRows = new Set(fleet.entries.filter(({ source, field }) => source.endsWith("vInfo") && field === "").map(({ row }) => row));
  expect(rows.filter(({ number, isBlank }) => !isBlank && !toldRows.has(number))).toEqual([]);
  expect(told(fleet, ({ reason }) => reason === "blank rows")).toEqual([`skipped : ${counted(rows.filter(({ isBlank }) => isBlank).length, "row")} -> `]);
  expect(told(fleet, ({ subject }) => subject === "vHealth")).toHaveLength(1);
});

/** One sheet vInfo with these rows, and a host for them. */
async function withMachines(heading: readonly Cell[], rows: readonly (readonly Cell[])[], labels: readonly string[] = []): Promise<ImportedFleet> {
  return importedSoundly("rvtools", [fileOf("export.xlsx", workbook([
    { name: "vInfo", rows: [heading, ...rows] },
    { name: "vHost", rows: [["Host", "Datacenter", "Cluster", "# CPU", "Cores per CPU", "# Cores", "# Memory"], ["h1", "Paris", "A", 2, 8, 16, 65_536], ["h2", "Paris", "A", 2, 8, null, 65_536]] },
  ]))], { labels });
}

const heading = ["VM", "Powerstate", "Template", "CPUs", "Memory", "Provisioned MiB", "Cluster", "Host"];

it.each<readonly [string, readonly Cell[], string]>([
  ["a template", ["t", "poweredOff", "True", 1, 1024, 10, "A", "h1"], "skipped : t -> "],
  ["a negative size", ["m", "poweredOn", "False", 1, -5, 10, "A", "h1"], "skipped Memory: -5 -> "],
  ["a size beyond all bounds", ["m", "poweredOn", "False", 1, "1e400", 10, "A", "h1"], "skipped Memory: 1e400 -> "],
  ["a size that no machine has", ["m", "poweredOn", "False", 1, 9e15, 10, "A", "h1"], "skipped Memory: 9000000000000000 -> "],
  ["a date where a number should be", ["m", "poweredOn", "False", "1900-01-01", 1024, 10, "A", "h1"], "skipped CPUs: 1900-01-01 -> "],
  ["a formula", ["m", "poweredOn", "False", { formula: "HYPERLINK(\"http://example.com\")", kept: "2" }, 1024, 10, "A", "h1"], "converted CPUs:  -> 2"],
  ["a formula of which nothing was kept", ["m", "poweredOn", "False", { formula: "1+1" }, 1024, 10, "A", "h1"], "guessed vCPU:  -> 1 vCPU"],
  ["a suspended machine", ["m", "suspended", "False", 1, 1024, 10, "A", "h1"], "converted Powerstate: suspended -> stopped"],
  ["a machine that runs on no known host", ["m", "poweredOn", "False", 1, 1024, 10, "A", "h9"], "guessed host: h9 -> no host"],
  ["a machine that is off on no known host", ["m", "poweredOff", "False", 1, 1024, 10, "A", "h9"], "guessed host: h9 -> h1"],
  ["a flag that is none", ["m", "poweredOn", "perhaps", 1, 1024, 10, "A", "h1"], "skipped Template: perhaps -> "],
])("tells about %s", async (_, row, entry) => {
  const fleet = await withMachines(heading, [row]);
  expect(told(fleet, () => true)).toContain(entry);
});

it("puts a row without figures together from the other sheets, by VM ID and by name", async () => {
  const fleet = await importedSoundly("rvtools", [fileOf("export.xlsx", workbook([
    { name: "vInfo", rows: [["VM", "Powerstate", "CPUs", "Memory", "Cluster", "Host", "VM ID"], ["a", "poweredOn", 2, 2048, "A", "h1", "vm-1"], ["b", "poweredOn"]] },
    { name: "vCPU", rows: [["VM", "Powerstate", "CPUs", "Cluster", "Host"], ["a", "poweredOn", 3, "A", "h1"], ["b", "poweredOn", 18, "A", "h1"]] },
    { name: "vMemory", rows: [["VM", "Size MiB", "Consumed", "VM ID"], ["b", 40_960, 41_136, "vm-9"], ["renamed", 2048, 100, "vm-1"]] },
    { name: "vDisk", rows: [["VM", "Disk", "Capacity MiB", "VM ID"], ["x", "Hard disk 1", 1000, "vm-9"], ["x", "Hard disk 2", 500, "vm-9"]] },
    { name: "vHost", rows: [["Host", "Cluster", "# Cores", "# Memory"], ["h1", "A", 16, 262_144]] },
  ]))]);
  expect(fleet.document.workloads?.map(({ id, host, reservation }) => ({ id, host, ...reservation }))).toEqual([
    { id: "a", host: "h1", cpuMillicores: 2000, memoryMiB: 2048, storageMiB: 0 },
    { id: "b", host: "h1", cpuMillicores: 18_000, memoryMiB: 40_960, storageMiB: 1500 },
  ]);
  expect(told(fleet, ({ field }) => field === "CPUs")).toEqual(["skipped CPUs: 3 vCPU -> 2 vCPU"]);
});

it("keeps custom attributes as labels when asked to", async () => {
  const fleet = await withMachines([...heading, "owner"], [["m", "poweredOn", "False", 1, 1024, 10, "A", "h1", "team-a"]], ["owner"]);
  expect(fleet.document.workloads?.[0]?.labels).toMatchObject({ owner: "team-a", cluster: "A" });
});

it("knows the first column by its place when its heading is gone", async () => {
  const fleet = await withMachines(["#REF!", ...heading.slice(1)], [["m", "poweredOn", "False", 1, 1024, 10, "A", "h1"]]);
  expect(fleet.document.workloads?.map(({ id }) => id)).toEqual(["m"]);
  expect(told(fleet, ({ outcome, field }) => outcome === "guessed" && field === "VM")).toEqual(["guessed VM: #REF! -> VM"]);
});

it("counts the largest host as lost, and says what is left without one of average size", async () => {
  const fleet = await importedSoundly("rvtools", [fileOf("export.xlsx", workbook([
    { name: "vHost", rows: [["Host", "Cluster", "# Cores", "# Memory"], ["h1", "A", 16, 1024], ["h2", "A", 32, 1024], ["h3", "A", 48, 1024]] },
  ]))]);
  expect(fleet.summary).toMatchObject([{ cores: 96, coresAfterLoss: 48, coresAfterAverageLoss: 64 }]);
});

it("refuses a workbook of something else, and names what it looks for", async () => {
  const { fleet, diagnostics } = await imported("rvtools", [fileOf("budget.xlsx", workbook([{ name: "Sheet1", rows: [["Month", "Euro"], ["May", 3]] }]))]);
  expect(fleet).toBeNull();
  expect(diagnostics[0]?.message).toContain("none of the sheets vInfo, vCPU and vHost");
});
