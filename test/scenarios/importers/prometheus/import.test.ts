import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoadTrace } from "../../../../model/load.ts";
import type { ImportEntry } from "../../../../scenarios/importers/index.ts";
import { readTrace } from "../../../../scenarios/traces/index.ts";
import { file, folder, stowage } from "../../../cli/command-line.ts";
import { beginMs, fleetText, knownLoad, web1Fine } from "./known-load.ts";
import { has, startExporter, startPrometheus, until, type Running } from "./real-server.ts";

const isHere = has("prometheus") && has("promtool");
const to = "2026-10-02T00:00:00Z";
let made = 0;

async function traceOf(path: string): Promise<LoadTrace> {
  const { trace, diagnostics } = await readTrace([path]);
  if (trace === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return trace;
}

/** Imports and reads back what was written, in this form. */
async function imported(url: string, form: string, ...args: readonly string[]): Promise<{ readonly trace: LoadTrace; readonly report: readonly ImportEntry[]; readonly path: string }> {
  const path = join(folder, `load-${made++}${form}`);
  const { code, out, err } = await stowage("import", "prometheus", "--url", url, "--trace", path, "--json", ...args);
  if (code !== 0) throw new Error(`${out}${err}`);
  return { trace: await traceOf(path), report: (JSON.parse(out) as { report: readonly ImportEntry[] }).report, path };
}

function seriesOf({ series, resources }: LoadTrace, workload: string, resource: string): readonly number[] {
  const found = series.find(({ subject }) => subject.workload === workload);
  return [...found?.samples[resources.findIndex(({ name }) => name === resource)] ?? []];
}

/** Its first slot ends at 02:00. */
function slotOfDb(hour: number, minute: number): number {
  return (hour * 60 + minute - 115) / 5;
}

describe.skipIf(!isHere)("a real Prometheus with known samples", () => {
  let server: Running;
  const base = file("known-fleet.yaml", fleetText);
  beforeAll(async () => { server = await startPrometheus({ samples: knownLoad }); }, 120_000);
  afterAll(() => server.stop(), 30_000);

  it.each([".csv", ".parquet", ""])("gives exactly what was measured, slot by slot, as a trace %s", async (form) => {
    const { trace } = await imported(server.url, form, "--from", "24h", "--to", to, "--base", base);
    expect(trace.resources.map(({ name }) => name)).toEqual(["cpuMillicores", "memoryMiB"]);
    expect(trace.series.map(({ subject, times }) => [subject.workload, times])).toEqual([
      ["db", { kind: "regular", startMs: beginMs + 24 * 300_000 - 300_000, stepMs: 300_000, count: 265 }],
      ["web-1", { kind: "regular", startMs: beginMs, stepMs: 300_000, count: 288 }],
    ]);
    expect(seriesOf(trace, "web-1", "cpuMillicores")).toEqual(Array.from({ length: 288 }, (_, slot) => web1Fine(slot)));
    expect(seriesOf(trace, "web-1", "memoryMiB")).toEqual(Array.from({ length: 288 }, (_, slot) => 16_384 + (slot + 1) * 5));
    expect(trace.series.find(({ subject }) => subject.workload === "web-1")?.provisioned[0]).toBe(4_000_000);
  });

  it("leaves gaps where nothing was measured, and says what stands where values were none", async () => {
    const { trace, report } = await imported(server.url, ".csv", "--from", "2026-10-01T00:00:00Z", "--to", to, "--base", base);
    const db = trace.series.find(({ subject }) => subject.workload === "db");
    // The last sample of 10:00 is Prometheus' answer for five minutes more; rates begin with the second sample after 11:00.
    expect([...db?.gaps ?? []]).toEqual([slotOfDb(10, 5), slotOfDb(10, 55)]);
    const told = (subject: string): readonly string[] => report.filter((entry) => entry.subject === subject).map(({ outcome, field, found, became, reason }) => `${outcome} ${field}: ${found} -> ${became} (${reason})`);
    expect(told("{domain=\"DB\"}").filter((line) => line.startsWith("skipped"))).toEqual([
      "skipped memoryMiB: 12 values -> a gap (no number (NaN))", "skipped memoryMiB: 12 values -> a gap (infinite)", "skipped memoryMiB: 12 values -> a gap (negative)",
    ]);
    expect(told("db")).toContainEqual("guessed memoryMiB: 36 values missing -> the last value before them (other resources were measured in these slots)");
    expect(told("quiet")).toEqual(["guessed :  -> its expected use (no series is its load: what the scenario expects of it counts)"]);
    expect(told("{domain=\"strange\"}")[0]).toContain("skipped cpuMillicores: {domain=\"strange\"} ->  (the scenario has no workload of this name");
    expect(told("{domain=\"DB\"}")[0]).toContain("converted cpuMillicores");
    expect(told("{domain=\"web-1\"}")[0]).toBe("taken cpuMillicores:  -> workload web-1: 288 of 288 slots (load of a workload)");
  });

  it("keeps what was measured of hosts apart from what workloads used", async () => {
    const hosts = join(folder, "hosts.csv");
    const { trace } = await imported(server.url, ".csv", "--from", "24h", "--to", to, "--base", base, "--host-trace", hosts);
    expect(trace.series.map(({ subject }) => subject.workload)).toEqual(["db", "web-1"]);
    const ofHosts = await traceOf(hosts);
    expect(ofHosts.series.map(({ subject }) => subject.workload)).toEqual(["kvm-1"]);
    // 45 s a minute of user, 15 s of system.
    expect(new Set(seriesOf(ofHosts, "kvm-1", "cpuMillicores"))).toEqual(new Set([1_000_000]));
  });

  it("asks for more than 11,000 points piece by piece", async () => {
    const { trace } = await imported(server.url, ".parquet", "--from", "24h", "--to", to, "--step", "5s", "--window", "5min", "--metrics", "libvirt", "--base", base);
    const cpu = seriesOf(trace, "web-1", "cpuMillicores");
    expect(cpu).toHaveLength(86_400 / 5);
    // The five minutes before 12:00 and before 15:00.
    expect([cpu[8639], cpu[10_799]]).toEqual([500_000, 1_500_000]);
  });

  it("asks again for shorter times where the server has too much to add up", async () => {
    const small = await startPrometheus({ samples: knownLoad, flags: ["--query.max-samples=400"] });
    try {
      const { trace } = await imported(small.url, ".csv", "--from", "24h", "--to", to, "--metrics", "libvirt", "--base", base);
      expect(seriesOf(trace, "web-1", "cpuMillicores")).toEqual(Array.from({ length: 288 }, (_, slot) => web1Fine(slot)));
    } finally {
      await small.stop();
    }
  }, 60_000);

  it("becomes a scenario that validate accepts, plan plans, simulate replays and forecast opens", async () => {
    const out = join(folder, "measured.yaml");
    const { path } = await imported(server.url, ".parquet", "--from", "24h", "--to", to, "--base", base, "--out", out);
    expect((await stowage("validate", out)).out).toContain("valid known");
    expect((await stowage("plan", out)).out).toContain("placed    3 of 3 workloads");
    const simulated = await stowage("simulate", out);
    expect([simulated.code, simulated.out]).toEqual([0, expect.stringContaining(`load     ${path} (2 series`)]);
    expect((await stowage("forecast", out)).err).toContain("is 1.0 days long; at least 2 days");
  });

  it("takes queries of a mapping file: labels cut to names, names of the fleet, own units", async () => {
    const mapping = file("mapping.yaml", `apiVersion: stowage/prometheus/v1
series:
  - { resource: cpuMillicores, query: 'rate(node_cpu_seconds_total{mode="user"}[$window])', unit: cores, of: workload, label: instance, before: ".", names: { kvm-1: quiet } }
  - { resource: memoryMiB, query: 'libvirt_domain_info_memory_usage_bytes{domain="web-1"} / 1e6', unit: MB, label: domain, after: web-, names: { "1": web-1 } }
`);
    const { trace, report } = await imported(server.url, ".csv", "--from", "24h", "--to", to, "--base", base, "--mapping", mapping);
    expect(new Set(seriesOf(trace, "quiet", "cpuMillicores"))).toEqual(new Set([750_000]));
    expect(seriesOf(trace, "web-1", "memoryMiB")[0]).toBe(16_384 + 5);
    expect(report.some(({ outcome, field, became }) => outcome === "guessed" && field === "cpuMillicores" && became === "0")).toBe(true);
  });

  it("leaves out, and tells, a second series for the same thing", async () => {
    const mapping = file("twice.yaml", `apiVersion: stowage/prometheus/v1
series: [{ resource: cpuMillicores, query: 'rate(node_cpu_seconds_total[$window])', unit: cores, of: host, label: instance, before: "." }]
`);
    const { code, out } = await stowage("import", "prometheus", "--url", server.url, "--from", "1h", "--to", to, "--mapping", mapping, "--base", base, "--trace", join(folder, "twice.csv"), "--json");
    const { report } = JSON.parse(out) as { report: readonly ImportEntry[] };
    expect(code).toBe(0);
    expect(report.filter(({ outcome }) => outcome === "skipped").map(({ reason }) => reason)).toEqual(Array(2).fill("another series before it is the cpuMillicores of host kvm-1"));
  });

  it.each([
    ["a query that is none", "rate(", "cpuMillicores", "cores", "refuses \"rate(\": bad_data"],
    ["a unit of another resource", "up", "cpuMillicores", "bytes", "series[0].unit is \"bytes\", in which cpuMillicores is not measured."],
    ["a resource that is none", "up", "cpu", "cores", "series[0].resource is \"cpu\", which is no resource."],
  ])("refuses a mapping file with %s", async (_, query, resource, unit, message) => {
    const mapping = file("bad.yaml", `apiVersion: stowage/prometheus/v1\nseries: [{ resource: ${resource}, query: '${query}', unit: ${unit}, label: a }]\n`);
    const { code, err } = await stowage("import", "prometheus", "--url", server.url, "--from", "1h", "--to", to, "--mapping", mapping, "--trace", join(folder, "never.csv"));
    expect([code, err]).toEqual([1, expect.stringContaining(message)]);
  });

  it("does what the manual shows", async () => {
    const manual = readFileSync(new URL("../../../../docs/import.md", import.meta.url), "utf8");
    const [, block = "", shown = ""] = /```sh\n(stowage import prometheus[^`]*)```\n\n```text\n([^`]*)```/.exec(manual) ?? [];
    const own = join(folder, "manual");
    mkdirSync(own);
    writeFileSync(join(own, "fleet.yaml"), fleetText);
    writeFileSync(join(own, "token"), "secret\n");
    const outputs: string[] = [];
    for (const line of block.replaceAll("\\\n", " ").trim().split("\n")) {
      const args = line.split(/\s+/).slice(1).map((word) => (word === "https://prometheus.example" ? server.url : /^token$|\.(yaml|parquet|csv)$/.test(word) ? join(own, word) : word));
      const { code, out, err } = await stowage(...args);
      expect({ line, code, err: code === 0 ? "" : err }).toEqual({ line, code: 0, err: "" });
      outputs.push(out);
    }
    expect(outputs).toHaveLength(4);
    expect(outputs[0]?.split("\n")[0]).toBe(shown.trim().replace("https://prometheus.example", server.url));
    const mapping = /```yaml\n(apiVersion: stowage\/prometheus[^`]*)```/.exec(manual)?.[1] ?? "";
    const mapped = await stowage("import", "prometheus", "--url", server.url, "--from", "1h", "--to", to, "--mapping", file("manual.yaml", mapping), "--trace", join(folder, "manual.csv"));
    expect([mapped.code, mapped.out]).toEqual([0, expect.stringContaining("load of 0 workloads")]);
  });

  it("gives the same bytes again", async () => {
    const [one, two] = [join(folder, "one.parquet"), join(folder, "two.parquet")];
    for (const path of [one, two]) expect((await stowage("import", "prometheus", "--url", server.url, "--from", "24h", "--to", to, "--trace", path)).code).toBe(0);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
  });
});

describe.skipIf(!isHere || !has("prometheus-node-exporter") || !has("prometheus-libvirt-exporter"))("real exporters, scraped", () => {
  it("gives the memory of a machine of libvirt and of this machine", async () => {
    const libvirt = await startExporter("prometheus-libvirt-exporter", (address) => ["--libvirt.uri=test:///default", `--web.listen-address=${address}`]);
    const node = await startExporter("prometheus-node-exporter", (address) => [`--web.listen-address=${address}`]);
    const server = await startPrometheus({ scrape: { libvirt: libvirt.address, node: node.address } });
    try {
      const count = async (query: string): Promise<number> => {
        const { data } = await (await fetch(`${server.url}/api/v1/query?${new URLSearchParams({ query }).toString()}`)).json() as { data: { result: { value: [number, string] }[] } };
        return Number(data.result[0]?.value[1] ?? 0);
      };
      await until("both have been asked six times", async () => await count("min(count_over_time(libvirt_domain_info_memory_usage_bytes[1m]))") > 5 && await count("min(count_over_time(node_memory_MemTotal_bytes[1m]))") > 5);
      const end = new Date(Math.floor(await count("vector(time())")) * 1000).toISOString();
      const { trace } = await imported(server.url, ".csv", "--from", "3s", "--to", end, "--step", "1s", "--window", "10s");
      expect(seriesOf(trace, "test", "memoryMiB")).toEqual([2048 * 16, 2048 * 16, 2048 * 16]);
      expect(trace.series.find(({ subject }) => subject.workload === "test")?.provisioned[trace.resources.findIndex(({ name }) => name === "memoryMiB")]).toBe(8192 * 16);
      const own = trace.series.find(({ subject }) => subject.workload === "127.0.0.1");
      const total = Number(/MemTotal:\s+(\d+) kB/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]);
      expect(own?.provisioned[trace.resources.findIndex(({ name }) => name === "memoryMiB")]).toBe(Math.round(total / 64));
      expect(seriesOf(trace, "127.0.0.1", "cpuMillicores").every((sample) => sample > 0)).toBe(true);
    } finally {
      await Promise.all([server.stop(), libvirt.stop(), node.stop()]);
    }
  }, 180_000);
});
