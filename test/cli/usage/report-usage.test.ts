import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { asyncBufferFromFile } from "hyparquet/src/node.js";
import { describe, expect, it } from "vitest";
import { has } from "../../scenarios/importers/prometheus/real-server.ts";
import { file, folder, stowage, stowageAt } from "../command-line.ts";

const slots = 30 * 288;
const beginMs = Date.UTC(2026, 8, 1);

/** A fleet of two hosts; idle is never measured, and half runs two applications. */
const fleet = file("usage-fleet.yaml", `apiVersion: stowage/v1
name: used
sites: [{ id: home }]
hosts:
  - { id: h1, site: home, capacity: { cpuMillicores: 4000, memoryMiB: 8192 }, layers: { libvirt: "9" }, powerManaged: true, prices: { onMicrosPerHour: 100000 } }
  - { id: h2, site: home, capacity: { cpuMillicores: 4000, memoryMiB: 8192 }, layers: { libvirt: "9" }, powerManaged: true, prices: { onMicrosPerHour: 100000 } }
  - { id: h3, site: home, capacity: { cpuMillicores: 4000, memoryMiB: 8192 }, layers: { libvirt: "9" }, prices: { onMicrosPerHour: 100000 } }
applications: [{ id: front }, { id: back }, { id: cache }]
services: [{ id: shop, applications: [front, back] }]
workloads:
  - { id: large, layer: libvirt, host: h1, applications: [front], reservation: { cpuMillicores: 3000, memoryMiB: 4096 } }
  - { id: small, layer: libvirt, host: h2, applications: [back], reservation: { cpuMillicores: 500, memoryMiB: 4096 } }
  - { id: half, layer: libvirt, host: h2, applications: [front, cache], reservation: { cpuMillicores: 2000, memoryMiB: 1024 } }
  - { id: idle, layer: libvirt, host: h2, applications: [back], reservation: { cpuMillicores: 1000, memoryMiB: 1024 }, expectedUse: { cpuMillicores: 200, memoryMiB: 512 } }
`);

/** Use of each, slot by slot: large falls and rises over 100 slots, small is short, half grows by a millicore a day and was not measured for a day. */
const cpuOf = {
  large: (slot: number): number => 5 * (slot % 100) + 5,
  small: (): number => 900,
  half: (slot: number): number => 100 + Math.floor(slot / 288),
} as const;
const memoryOf = { large: 1024, small: 2048, half: 1024 } as const;
type Measured = keyof typeof cpuOf;
const measured = Object.keys(cpuOf) as Measured[];

function isHole(workload: Measured, slot: number): boolean {
  return workload === "half" && slot >= 10 * 288 && slot < 11 * 288;
}

const trace = file("usage.csv", ["workload,timeMs,cpuMillicores,memoryMiB", ...measured.flatMap((workload) => Array.from({ length: slots }, (_, slot) => (
  isHole(workload, slot) ? [] : [`${workload},${beginMs + slot * 300_000},${cpuOf[workload](slot)},${memoryOf[workload]}`])).flat()), ""].join("\n"));

interface Statistics { readonly slots: number; readonly measuredPermille: number; readonly mean: number; readonly p50: number; readonly p95: number; readonly p99: number; readonly peak: number; readonly peakAtMs: number; readonly trendPerDay: number | null }
interface Subject { readonly name: string; readonly workloads: number; readonly measured: number; readonly use: Readonly<Record<string, Statistics>> }
interface Document {
  readonly workloads: readonly Subject[];
  readonly applications: readonly Subject[];
  readonly services: readonly Subject[];
  readonly hosts: readonly { readonly host: string; readonly verdict: string; readonly workloads: number; readonly isMeasured: boolean; readonly resources: readonly { readonly resource: string; readonly p95Permille: number; readonly statistics: Statistics }[] }[];
  readonly sizes: readonly { readonly workload: string; readonly resource: string; readonly advice: string; readonly advised: number }[];
  readonly effect: readonly { readonly name: string; readonly microsPerHour: number; readonly hostsOn: number; readonly workloadsPlaced: number }[];
  readonly unmeasured: readonly string[];
  readonly runways: readonly { readonly group: string; readonly resource: string }[] | null;
}

async function report(...args: readonly string[]): Promise<Document> {
  const { code, out, err } = await stowage("report", "usage", fleet, "--json", ...args);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as Document;
}

function cpu(subject: Subject | undefined): Statistics | undefined {
  return subject?.use["cpuMillicores"];
}

/** Statistics as a textbook has them, of what was measured. */
function expected(valueAt: (slot: number) => number | null): Omit<Statistics, "trendPerDay"> {
  const known = Array.from({ length: slots }, (_, slot) => valueAt(slot)).filter((value): value is number => value !== null).toSorted((a, b) => a - b);
  const rank = (part: number): number => known[Math.ceil(part * known.length) - 1] ?? Number.NaN;
  const peak = known.at(-1) ?? Number.NaN;
  const peakSlot = Array.from({ length: slots }, (_, slot) => valueAt(slot)).indexOf(peak);
  return {
    slots: known.length, measuredPermille: Math.floor((1000 * known.length) / slots), mean: known.reduce((sum, value) => sum + value, 0) / known.length,
    p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), peak, peakAtMs: beginMs + peakSlot * 300_000,
  };
}

describe("report usage", () => {
  it("says of each workload exactly what was measured, gaps left out", async () => {
    const { workloads, unmeasured } = await report("--load", trace, "--no-effect");
    expect(unmeasured).toEqual(["idle"]);
    expect(workloads.map(({ name }) => name)).toEqual(["half", "large", "small"]);
    for (const workload of measured) {
      const { cpuMillicores } = workloads.find(({ name }) => name === workload)?.use ?? {};
      const { trendPerDay, ...figures } = cpuMillicores ?? { trendPerDay: null };
      const { mean, ...others } = expected((slot) => (isHole(workload, slot) ? null : cpuOf[workload](slot)));
      expect(figures).toMatchObject(others);
      expect((figures as Statistics).mean).toBeCloseTo(mean, 9);
      expect(trendPerDay).toBe(workload === "half" ? 1 : 0);
    }
  });

  it("adds up hosts, services and applications; what was not measured counts as expected", async () => {
    const { hosts, services, applications } = await report("--load", trace, "--no-effect");
    // On h2 two of three were measured, and idle is expected to use 200; in the hole one of two members is enough.
    const h2 = hosts.find(({ host }) => host === "h2");
    const onH2 = expected((slot) => 900 + 200 + (isHole("half", slot) ? 109 : cpuOf.half(slot)));
    expect(h2?.resources.find(({ resource }) => resource === "cpuMillicores")?.statistics).toMatchObject({ p50: onH2.p50, p99: onH2.p99, peak: onH2.peak });
    expect(hosts.map(({ host, verdict, workloads }) => `${host} ${verdict} ${workloads}`)).toEqual(["h1 under 1", "h2 fair 3", "h3 empty 0"]);
    expect([services[0]?.workloads, services[0]?.measured]).toEqual([4, 3]);
    expect(cpu(services[0])?.peak).toBe(expected((slot) => cpuOf.large(slot) + 900 + 200 + (isHole("half", slot) ? 109 : cpuOf.half(slot))).peak);
    // Half runs two applications, so that nobody knows which of them used what: front is large alone, and cache nothing.
    expect(applications.map(({ name, workloads }) => `${name} ${workloads}`)).toEqual(["back 2", "front 1"]);
    expect(cpu(applications.find(({ name }) => name === "front"))).toMatchObject({ p95: 475, peak: 500 });
  });

  it("advises sizes, and shows what they are worth by planning with them", async () => {
    const out = join(folder, "sizes.yaml");
    const { sizes, effect } = await report("--load", trace, "--out", out);
    expect(sizes.map(({ workload, resource, advice, advised }) => `${workload} ${resource} ${advice} ${advised}`)).toEqual([
      // Half grows by a millicore a day: 129 and 30, and 15 % more.
      "half cpuMillicores shrink 200", "half memoryMiB keep 1024", "large cpuMillicores shrink 600", "large memoryMiB shrink 1216", "small cpuMillicores grow 1100", "small memoryMiB shrink 2368",
    ]);
    expect(effect.map(({ name, hostsOn, workloadsPlaced, microsPerHour }) => [name, hostsOn, workloadsPlaced, microsPerHour])).toEqual([
      // 6.5 cores need two hosts, 2.9 cores and 5.5 GiB one: h3, which cannot be switched off.
      ["today", 3, 4, 300_000], ["planned", 2, 4, 200_000], ["planned with these sizes", 1, 4, 100_000],
    ]);
    expect((await stowage("validate", out)).out).toContain("valid used");
    expect((await stowage("plan", out)).out).toContain("hosts on  3 -> 1");
  });

  it("takes what was measured of hosts themselves before the sum of what runs on them", async () => {
    const ofHosts = file("hosts.csv", ["workload,timeMs,cpuMillicores", ...Array.from({ length: slots }, (_, slot) => `h1,${beginMs + slot * 300_000},3500`), ""].join("\n"));
    const { hosts } = await report("--load", trace, "--host-load", ofHosts, "--no-effect");
    const [h1] = hosts;
    expect([h1?.verdict, h1?.isMeasured]).toEqual(["over", true]);
    expect(h1?.resources.map(({ resource, p95Permille }) => `${resource} ${p95Permille}`)).toEqual(["cpuMillicores 875", "memoryMiB 125"]);
  });

  it("counts applications that were measured inside their workloads", async () => {
    const inside = file("inside.csv", ["workload,application,timeMs,cpuMillicores", ...Array.from({ length: 8 * 288 }, (_, slot) => [`half,front,${beginMs + slot * 300_000},100`, `half,cache,${beginMs + slot * 300_000},40`]).flat(), ""].join("\n"));
    const { applications, workloads } = await report("--load", inside, "--no-effect");
    expect(applications.find(({ name }) => name === "cache")?.use["cpuMillicores"]).toMatchObject({ p50: 40, peak: 40 });
    expect(workloads.map(({ name, use }) => [name, use["cpuMillicores"]?.peak])).toEqual([["half", 140]]);
  });

  it("writes the same as CSV, as Parquet and as a page", async () => {
    const [csv, parquet, html] = [join(folder, "usage-csv"), join(folder, "usage-parquet"), join(folder, "usage.html")];
    await report("--load", trace, "--csv", csv, "--parquet", parquet, "--html", html);
    const names = ["application-use", "host-use", "runways", "service-use", "size-effect", "sizes", "workload-use"];
    expect([readdirSync(csv).sort(), readdirSync(parquet).sort()]).toEqual([names.map((name) => `${name}.csv`), names.map((name) => `${name}.parquet`)]);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(join(parquet, "workload-use.parquet")) });
    const lines = readFileSync(join(csv, "workload-use.csv"), "utf8").trim().split("\n");
    expect(lines[0]).toBe(Object.keys(rows[0] ?? {}).join(","));
    expect(lines).toHaveLength(rows.length + 1);
    expect(rows.map(({ workload, resource, peak }) => [workload, resource, peak])).toContainEqual(["small", "cpuMillicores", 900]);
    expect(readFileSync(html, "utf8")).toContain("Hosts in figures");
  });

  it("fits narrow terminals, and full tables lose no column", async () => {
    const narrow = await stowageAt(60, "report", "usage", fleet, "--load", trace, "--no-effect");
    expect(narrow.out.split("\n").filter((line) => line.length > 60)).toEqual([]);
    expect((await stowage("report", "usage", fleet, "--load", trace, "--no-effect", "--full")).out).not.toContain("no room for");
  });

  it("says that a runway is not known from less than a fortnight, and advises nothing from less than a week", async () => {
    const short = file("short.csv", ["workload,timeMs,cpuMillicores", ...Array.from({ length: 288 }, (_, slot) => `large,${beginMs + slot * 300_000},100`), ""].join("\n"));
    const { runways, sizes } = await report("--load", short, "--no-effect");
    expect([runways, sizes.map(({ advice }) => advice)]).toEqual([null, ["unknown"]]);
  });

  it.each([
    ["a trace of another fleet", ["--load", file("strange.csv", `workload,timeMs,cpuMillicores\nnobody,${beginMs},1\n`)], "the load of 1 workloads of the trace is left out"],
    ["no trace at all", ["--load", "/nowhere"], "nowhere"],
    ["a fleet without load", [], "there is no load of any workload to report on"],
    ["limits that leave nothing between them", ["--load", trace, "--over", "20", "--under", "30"], "--under 30 is not below --over 20"],
    ["a folder for a page", ["--load", trace, "--html", folder], "is a folder"],
  ])("refuses %s, and leaves no scratch file", async (_, args, message) => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("stowage-usage-")).length;
    const { code, err } = await stowage("report", "usage", fleet, ...args);
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("stowage-usage-")).length).toBeLessThanOrEqual(before);
  });

  it.skipIf(!has("soffice"))("opens in LibreOffice with numbers as numbers and no formula evaluated", async () => {
    const hostile = file("formula.yaml", readFileSync(fleet, "utf8").replaceAll("small", "\"=1+1\""));
    const load = file("formula.csv", readFileSync(trace, "utf8").replaceAll(/^small/gm, "=1+1"));
    const csv = join(folder, "office");
    const { code } = await stowage("report", "usage", hostile, "--load", load, "--no-effect", "--csv", csv);
    expect(code).toBe(0);
    const home = mkdtempSync(join(tmpdir(), "stowage-office-"));
    const { status, stderr } = spawnSync("soffice", [`-env:UserInstallation=file://${home}`, "--headless", "--convert-to", "fods", "--infilter=CSV:44,34,76,1,,0,false,true,false", "--outdir", csv, join(csv, "workload-use.csv")], { encoding: "utf8", timeout: 120_000 });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    const sheet = readFileSync(join(csv, "workload-use.fods"), "utf8");
    expect(sheet).not.toContain("table:formula");
    expect(sheet).toContain("=1+1</text:p>");
    expect(sheet).toMatch(/office:value-type="float" office:value="900"/);
  }, 150_000);
});
