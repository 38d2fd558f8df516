import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { rvtoolsExport } from "../scenarios/importers/rvtools-export.ts";
import { workbook } from "../scenarios/importers/workbook-file.ts";
import { file, folder, stowage } from "./command-line.ts";

const inventories = fileURLToPath(new URL("../../scenarios/inventories", import.meta.url));
const inventory = join(inventories, "rvtools");

/** Of each kind the files of the manual, or answers of the shape that its page describes; with machines that wait for a place. */
const kinds: readonly { readonly kind: string; readonly files: () => readonly string[]; readonly machines: number }[] = [
  { kind: "rvtools", files: () => [inventory], machines: 6 },
  { kind: "proxmox", files: () => [join(inventories, "proxmox.json")], machines: 2 },
  { kind: "csv", files: () => [file("hosts.csv", "name,cores,memory GiB,storage TiB\nh1,32,256,4\n"), join(inventories, "machines.csv"), "--column", "name=Server", "--column", "host=Runs on"], machines: 4 },
  { kind: "libvirt", files: () => [join(inventories, "kvm-1")], machines: 1 },
  {
    kind: "openstack", machines: 2, files: () => [
      file("servers.json", JSON.stringify([{ ID: "1", Name: "db-1", Status: "ACTIVE", Flavor: "m1", Host: "cmp1" }, { ID: "2", Name: "db-2", Status: "ACTIVE", Flavor: "m1", Host: null }])),
      file("hypervisors.json", JSON.stringify([{ ID: 1, "Hypervisor Hostname": "cmp1.example", State: "up", vCPUs: 16, "Memory MB": 65_536 }])),
      file("flavors.json", JSON.stringify([{ ID: "4", Name: "m1", RAM: 4096, Disk: 40, Ephemeral: 0, VCPUs: 2 }])),
    ],
  },
  {
    kind: "netbox", machines: 2, files: () => [
      file("devices.json", JSON.stringify({ count: 1, next: null, results: [{ id: 1, name: "hv1", device_type: { model: "R640" }, cluster: { name: "prod" }, custom_fields: { cores: 16, memory_gb: 64, storage_tb: 1 } }] })),
      file("vms.json", JSON.stringify({ count: 2, next: null, results: ["vm1", "vm2"].map((name, id) => ({ id, name, status: { value: "active" }, cluster: { name: "prod" }, device: id === 0 ? { name: "hv1" } : null, vcpus: 2, memory: 4096, disk: 40 })) })),
    ],
  },
];

it.each(kinds)("makes of $kind a scenario that validate accepts and plan plans, and accounts for every machine", async ({ kind, files, machines }) => {
  const [out, report] = [join(folder, `${kind}.json`), join(folder, `${kind}-report.json`)];
  expect(await stowage("import", kind, ...files(), "--out", out, "--report", report)).toMatchObject({ code: 0, err: "" });
  expect((await stowage("validate", out)).out).toMatch(new RegExp(`^valid .* ${machines} workloads?,`, "m"));
  const planned = await stowage("plan", out);
  expect({ code: planned.code, placed: planned.out.includes(`placed    ${machines} of ${machines} workload`), verified: planned.out.includes("every must holds") }).toEqual({ code: 0, placed: true, verified: true });
  const entries = JSON.parse(readFileSync(report, "utf8")) as readonly { readonly outcome: string; readonly reason: string }[];
  expect(entries.filter(({ outcome, reason }) => outcome === "taken" && reason === "a machine")).toHaveLength(machines);
});

it("says where it keeps the scenario", async () => {
  const out = join(folder, "fleet.yaml");
  const { code, out: text } = await stowage("import", "rvtools", inventory, "--out", out, "--label", "owner");
  expect([code, text]).toEqual([0, expect.stringContaining(`Scenario kept in ${out}.`)]);
  expect((await stowage("validate", out)).out).toContain("valid rvtools: 1 site, 4 hosts, 6 workloads");
});

it("prints exactly the table of clusters with --summary", async () => {
  const { out } = await stowage("import", "rvtools", inventory, "--summary");
  expect(out).not.toContain("What became of the input");
  expect(out.split("\n").filter((line) => line.startsWith("  Production"))).toHaveLength(2);
});

it("keeps every entry in the report, as CSV, JSON and tables, and none is a formula", async () => {
  const { sheets } = rvtoolsExport(1, { machines: 30 });
  const [info, ...rest] = sheets;
  const formula = ["=HYPERLINK(\"http://example.com\")", ...(info?.rows[1] ?? []).slice(1)];
  const input = file("export.xlsx", workbook([{ name: "vInfo", rows: [info?.rows[0] ?? [], formula, ...info?.rows.slice(2) ?? []] }, ...rest]));
  const [asCsv, asJson, tables] = [join(folder, "report.csv"), join(folder, "report.json"), join(folder, "tables")];
  expect((await stowage("import", "rvtools", input, "--report", asCsv, "--csv", tables)).code).toBe(0);
  const { out } = await stowage("import", "rvtools", input, "--report", asJson, "--json");
  const entries: unknown = JSON.parse(readFileSync(asJson, "utf8"));
  const document = JSON.parse(out) as { format: string; report: unknown[]; scenario: { workloads: unknown[] } };
  expect(document.format).toBe("stowage/import/v1");
  expect(document.report).toEqual(entries);
  const csv = readFileSync(asCsv, "utf8");
  expect(csv.split("\n")[0]).toBe("source,row,subject,outcome,field,found,became,reason");
  expect(/(^|,)"?=/m.test(csv)).toBe(false);
  expect(/(^|,)"?=/m.test(readFileSync(join(tables, "import-report.csv"), "utf8"))).toBe(false);
  expect(readFileSync(join(tables, "import-summary.csv"), "utf8").split("\n")[0]).toBe("cluster,counted,hosts,cores,coresAfterLoss,machines,vcpus,memoryMiB,storageProvisionedMiB,storageUsedMiB,vcpusPerCorePermille");
});

it("writes to standard output what plan reads from standard input", async () => {
  const { out } = await stowage("import", "rvtools", inventory, "--out", "-");
  expect(out.startsWith("apiVersion: stowage/v1\n")).toBe(true);
});

it("gives the same bytes again", async () => {
  const runs = [await stowage("import", "rvtools", inventory, "--json"), await stowage("import", "rvtools", inventory, "--json")];
  expect(runs[0]?.out).toBe(runs[1]?.out);
});

it("asks for JSON where YAML would be more than is read of it", async () => {
  const input = file("large.xlsx", workbook(rvtoolsExport(1, { machines: 10_000 }).sheets));
  const { code, err } = await stowage("import", "rvtools", input, "--out", join(folder, "large.yaml"));
  expect([code, existsSync(join(folder, "large.yaml"))]).toEqual([1, false]);
  expect(err).toContain("--out fleet.json");
});

it.each([
  ["a kind that is none", ["import", "vmware", "x"], "nknown command 'vmware'"],
  ["no file", ["import", "rvtools"], "missing required argument"],
  ["two exports", ["import", "rvtools", inventory, inventory], "one at a time"],
  ["a file that is not there", ["import", "rvtools", "nowhere.xlsx"], "nowhere.xlsx does not exist"],
  ["a mapping without a field", ["import", "csv", "x.csv", "--column", "memory"], "FIELD=HEADING"],
  ["an output that cannot be", ["import", "rvtools", inventory, "--out", "/nowhere/fleet.yaml"], "/nowhere/fleet.yaml"],
])("refuses %s", async (_, args, words) => {
  const { code, err } = await stowage(...args);
  expect(code).toBe(1);
  expect(err.toLowerCase()).toContain(words.toLowerCase());
});

it("reads a workbook from a folder whose name is odd", async () => {
  const odd = join(folder, "über & co");
  mkdirSync(odd);
  const path = file("über & co/flotte (1).xlsx", workbook(rvtoolsExport(2, { machines: 5 }).sheets));
  const { code, out } = await stowage("import", "rvtools", path, "--json");
  expect([code, JSON.parse(out)]).toMatchObject([0, { scenario: { name: "flotte-1-" } }]);
});
