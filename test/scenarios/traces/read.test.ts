import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApplicationId, WorkloadId } from "../../../model/ids.ts";
import { compareSubjects, loadResources, type LoadSeries, type LoadTrace } from "../../../model/load.ts";
import { readTrace, traceCsv, writeTraceParquet, type ReadTraceOptions } from "../../../scenarios/traces/index.ts";
import { findingsOf, readFiles } from "./trace-folder.ts";

const header = "Timestamp [ms];\tCPU cores;\tCPU capacity provisioned [MHZ];\tCPU usage [MHZ];\tCPU usage [%];\tMemory capacity provisioned [KB];\tMemory usage [KB];\tDisk read throughput [KB/s];\tDisk write throughput [KB/s];\tNetwork received throughput [KB/s];\tNetwork transmitted throughput [KB/s]";
const machine = (...rows: readonly string[]): string => `${[header, ...rows].join("\n")}\n`;
const row = (stamp: number | string, mhz: number | string = 500, memory = 1024): string => [stamp, 2, "4000.0", mhz, 12.5, "2097152.0", memory, 1, 2.4, 10, 5].join(";\t");
const seconds = 1_375_308_176;

describe("a Bitbrains machine", () => {
  it("has its stamps in seconds, its processors in cores of its own speed, and everything in fine units", async () => {
    const reading = await readFiles({ "7.csv": machine(row(seconds), row(seconds + 300, "12.766666666666667")) });
    expect(reading.diagnostics).toEqual([]);
    expect(reading.trace?.resources.map(({ name }) => name)).toEqual(["cpuMillicores", "memoryMiB", "storageMBps", "networkMbps"]);
    expect(reading.trace?.series[0]).toEqual({
      subject: { workload: "7", application: null },
      times: { kind: "regular", startMs: seconds * 1000, stepMs: 300_000, count: 2 },
      samples: [[250_000, 6383], [16, 16], [3, 3], [120, 120]].map((samples) => Int32Array.from(samples)),
      gaps: new Int32Array(0),
      provisioned: Float64Array.from([2_000_000, 2048 * 16, -1, -1]),
    });
    expect(reading.report).toMatchObject({ files: 1, rows: 2, rowsKept: 2 });
    expect(findingsOf(reading)).toEqual(["other-unit repaired 2 @2-3"]);
  });

  it("can be had in MHz", async () => {
    const reading = await readFiles({ "7.csv": machine(row(seconds)) }, { cpu: "cpuMHz" });
    expect(reading.trace?.series[0]?.samples[0]).toEqual(Int32Array.of(500_000));
  });

  it.each<[string, string[], string[], number]>([
    ["the same row again", [row(seconds), row(seconds), row(seconds + 300)], ["same-row-again dropped 1 @3"], 2],
    ["a stamp with other values", [row(seconds), row(seconds, 600), row(seconds + 300)], ["same-stamp-other-values dropped 1 @2"], 2],
    ["stamps that go back", [row(seconds + 300), row(seconds), row(seconds + 600)], ["stamp-goes-back repaired 1 @3"], 3],
    ["missing stamps", [row(seconds), row(seconds + 1200)], ["stamps-missing filled 3 @2"], 2],
    ["late stamps", [row(seconds), row(seconds + 301), row(seconds + 600)], ["stamp-off-grid kept 2 @2-3"], 3],
    ["too few fields", [row(seconds), `${seconds + 300};\t2`], ["wrong-number-of-fields dropped 1 @3"], 1],
    ["a stamp that is none", [row(seconds), row("soon")], ["not-a-number dropped 1 @3"], 1],
  ])("counts %s", async (_, rows, findings, kept) => {
    const reading = await readFiles({ "1.csv": machine(...rows) });
    expect(findingsOf(reading).filter((finding) => !finding.startsWith("other-unit"))).toEqual(findings);
    expect(reading.report.rowsKept).toBe(kept);
  });

  it.each<[string, string | number, string, string]>([
    ["negative", -4, "negative-value repaired 1 @3", "cpu usage [mhz] is -4; it cannot be below 0; left out"],
    ["not a number", "x", "not-a-number repaired 1 @3", "cpu usage [mhz] is \"x\"; left out"],
    ["beyond all machines", 1e12, "value-too-large repaired 1 @3", "cpu usage [mhz] is 1000000000000; at most 4294967 can be; left out"],
    ["above what is provisioned", 5000, "above-provisioned kept 1 @3", "cpuMillicores is 2500, 2000 is provisioned"],
  ])("tells a value that is %s", async (_, mhz, finding, found) => {
    const reading = await readFiles({ "1.csv": machine(row(seconds), row(seconds + 300, mhz)) });
    expect(findingsOf(reading)).toContain(finding);
    expect(reading.diagnostics).toMatchObject([{ severity: "warning", line: 3 }]);
    expect(reading.diagnostics[0]?.message).toContain(found);
    expect(reading.trace).not.toBeNull();
  });
});

describe("PlanetLab", () => {
  it("is a day of percentages, the day being its folder's", async () => {
    const reading = await readFiles({ "20110303/node_a": "50\n7\n", "20110303/node_b": "0\n100" }, { fullMillicores: 2000 });
    expect(reading.trace?.series.map(({ subject, times, samples }) => [subject.workload, times, samples[0]])).toEqual([
      ["node_a", { kind: "regular", startMs: Date.UTC(2011, 2, 3), stepMs: 300_000, count: 2 }, Int32Array.of(1_000_000, 140_000)],
      ["node_b", { kind: "regular", startMs: Date.UTC(2011, 2, 3), stepMs: 300_000, count: 2 }, Int32Array.of(0, 2_000_000)],
    ]);
  });

  it("keeps the time of the rows after one that is wrong", async () => {
    const reading = await readFiles({ node: "50\nhalf\n\n7\n-3\n120\n" });
    expect(reading.trace?.series[0]?.samples[0]).toEqual(Int32Array.of(500_000, 500_000, 500_000, 70_000, 70_000, 1_200_000));
    expect(reading.trace?.series[0]?.gaps).toEqual(Int32Array.of(1, 3, 4, 5));
    expect(reading.report).toMatchObject({ rows: 5, rowsKept: 3 });
    expect(reading.diagnostics.map(({ line }) => line)).toEqual([6, 5, 2]);
  });
});

const parquet = (columns: Readonly<Record<string, [type: "INT32" | "INT64" | "DOUBLE" | "STRING", data: unknown[]]>>): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ rowGroupSize: 2_000_000, columnData: Object.entries(columns).map(([name, [type, data]]) => ({ name, type, data })) }));

describe("OpenDC", () => {
  const tasks = parquet({
    id: ["INT32", [12, 7]], submission_time: ["INT64", [1000n, 5000n]], duration: ["INT64", [900n, 500n]],
    cpu_count: ["INT32", [2, 1]], cpu_capacity: ["DOUBLE", [5000, 2000]], mem_capacity: ["INT64", [100n, 100n]],
  });
  const fragments = parquet({ id: ["INT32", [12, 12, 7, 9]], duration: ["INT64", [300n, 600n, 400n, 100n]], cpu_usage: ["DOUBLE", [1000.5, 0, 2500, 1]] });

  it("lays the fragments of a task end to end from its submission", async () => {
    const reading = await readFiles({ "tasks.parquet": tasks, "fragments.parquet": fragments });
    expect(reading.trace?.series).toEqual([
      { subject: { workload: "12", application: null }, times: { kind: "stepped", atMs: Float64Array.of(1000, 1300, 1900) }, samples: [Int32Array.of(1_000_500, 0)], gaps: new Int32Array(0), provisioned: Float64Array.of(5_000_000) },
      { subject: { workload: "7", application: null }, times: { kind: "regular", startMs: 5000, stepMs: 400, count: 1 }, samples: [Int32Array.of(2_500_000)], gaps: new Int32Array(0), provisioned: Float64Array.of(2_000_000) },
    ]);
    expect(findingsOf(reading)).toEqual(["above-provisioned kept 1 @3", "overlap kept 1 @0", "unknown-subject dropped 1 @4"]);
    expect(reading.report).toMatchObject({ files: 1, rows: 4, rowsKept: 3 });
  });

  it("needs both tables", async () => {
    const { trace, diagnostics } = await readFiles({ "tasks.parquet": tasks });
    expect(trace).toBeNull();
    expect(diagnostics[0]?.message).toContain("fragments.parquet does not exist");
  });
});

describe("our own CSV", () => {
  it("takes rows of many workloads in any order, with gaps, quotes and what is provisioned", async () => {
    const reading = await readFiles({ "load.csv": [
      "workload,application,time,cpuMillicores,memoryMiB,provisioned.memoryMiB",
      "web-1,,2026-01-01T00:00:00Z,250,100,512", "\"a,b\",shop,2026-01-01T00:00:00Z,1,2,",
      "web-1,,2026-01-01T00:05:00Z,,,", "web-1,,2026-01-01T00:10:00.000Z,0.5,,",
    ].join("\n") });
    expect(reading.trace?.series.map(({ subject, samples, gaps, provisioned }) => [subject, samples, gaps, provisioned])).toEqual([
      [{ workload: "a,b", application: "shop" }, [Int32Array.of(1000), Int32Array.of(32)], new Int32Array(0), Float64Array.of(-1, -1)],
      [{ workload: "web-1", application: null }, [Int32Array.of(250_000, 250_000, 500), Int32Array.of(1600, 1600, 1600)], Int32Array.of(1, 2), Float64Array.of(-1, 8192)],
    ]);
    expect(findingsOf(reading)).toEqual(["nothing-measured filled 3 @4-5"]);
  });

  it.each<[string, string, string]>([
    ["has no time", "workload,cpuMillicores\n", "needs the columns workload, time or timeMs"],
    ["has a column that nobody knows", "workload,timeMs,cpu\n", "nothing is known about column \"cpu\""],
    ["names a column twice", "workload,timeMs,memoryMiB,memoryMiB\n", "column \"memoryMiB\" stands there twice"],
    ["has rows that are all wrong", "workload,time,memoryMiB\nw,2026-02-31T00:00:00Z,1\nw,yesterday,1\n", "none of its 2 rows could be used"],
  ])("that %s is refused", async (_, text, message) => {
    const { trace, diagnostics } = await readFiles({ "load.csv": text }, { format: text.includes("time") ? "csv" : undefined } as ReadTraceOptions);
    expect(trace).toBeNull();
    expect(diagnostics.map((problem) => problem.message).join("\n")).toContain(text.includes("time") ? message : "no trace of a known format");
  });

  it("takes further resources when the fleet has them", async () => {
    const gpu = { name: "gpuCount", perUnit: 1000 };
    const { trace } = await readFiles({ "load.csv": "workload,timeMs,durationMs,gpuCount\nw,0,500,1.5\n" }, { resources: [gpu] });
    expect(trace).toMatchObject({ resources: [gpu], series: [{ times: { stepMs: 500, count: 1 }, samples: [Int32Array.of(1500)] }] });
  });
});

describe("the page about traces", () => {
  it("has an example that is read as it says", async () => {
    const example = /```csv\n(.*?)```/s.exec(readFileSync("docs/traces.md", "utf8"))?.[1] ?? "";
    const { trace, diagnostics } = await readFiles({ "example.csv": example });
    expect(diagnostics).toEqual([]);
    expect(trace?.series.map(({ subject, times, gaps }) => [subject.workload, times.kind, [...gaps]])).toEqual([["web-1", "regular", [2, 3]], ["web-2", "regular", []]]);
  });
});

/** A group of as many rows as take four bytes to tell, all alike: a few kilobytes. */
const rowCount = 1_100_000;
const same = <Value>(value: Value): Value[] => Array.from({ length: rowCount }, () => value);
const manyRows = parquet({ workload: ["STRING", same("w")], timeMs: ["INT64", same(0n)], cpuMillicores: ["DOUBLE", same(1)] });

/** The same, whose table of contents tells another number of rows. */
function saying(rows: number): Uint8Array {
  const bytes = Buffer.from(manyRows);
  const contents = bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8));
  const [from, to] = [varint(rowCount), varint(rows)];
  for (let at = contents.indexOf(from); at >= 0; at = contents.indexOf(from, at + 1)) to.copy(contents, at);
  return bytes;
}

/** A signed whole number as Thrift writes it. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = 2 * value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

describe("files that are not what they should be", () => {
  it.each<[string, Record<string, string | Uint8Array>, ReadTraceOptions, string]>([
    ["a workbook", { "a.csv": "PK\u0003\u0004" }, {}, "it is a zip archive or an Excel workbook"],
    ["an empty file", { "a.csv": "" }, {}, "it is empty"],
    ["JSON", { "a.csv": "[1]" }, {}, "it is JSON"],
    ["another format than said", { "a.csv": "5\n6\n" }, { format: "bitbrains" }, "is said to be GWA-T-12 Bitbrains CSV, but it is PlanetLab"],
    ["half a Parquet file", { "a.parquet": manyRows.subarray(0, manyRows.length / 2) }, {}, "is a damaged Parquet file"],
    ["a Parquet file that says it has more rows than there are", { "a.parquet": saying(1_600_000) }, {}, "is a damaged Parquet file (1600000 rows are told, a column has 1100000)"],
    ["a Parquet file that says it has more rows than any", { "a.parquet": saying(120_000_000) }, {}, "has a group of 120000000 rows; the limit is 20000000"],
    ["a damaged Parquet file", { "a.parquet": "PAR1 and nothing more" }, {}, "is a damaged Parquet file"],
    ["a gzip file that unpacks to hundreds of times its size", { "a.csv.gz": gzipSync(Buffer.concat([Buffer.from("workload,timeMs,cpuMillicores\n"), Buffer.alloc(80 * 1_048_576, `${"x".repeat(4000)}\n`)])) }, {}, "is packed more than 100 times smaller than it is"],
    ["half a gzip file", { "a.csv.gz": gzipSync(machine(row(seconds))).subarray(0, 60) }, {}, "is damaged or cut off"],
    ["a Bitbrains file without its columns", { "a.csv": "Timestamp [ms];\tCPU cores\n1;2\n" }, {}, "the header has no column"],
    ["one machine twice", { "1/a": "5\n", "2/a": "6\n" }, {}, "workload a is in"],
    ["two formats", { "a.csv": machine(row(seconds)), b: "5\n" }, {}, "has load for cpuMillicores, the files before it for"],
    ["nothing at all", {}, {}, "There is no file to read"],
  ])("%s is named", async (_, files, options, message) => {
    const { trace, diagnostics } = await readFiles(files, options);
    expect(trace).toBeNull();
    expect(diagnostics.map((problem) => problem.message).join("\n")).toContain(message);
  });

  it("tells all of them at once", async () => {
    const { diagnostics } = await readFiles({ "a.csv": "[1]", "b.csv": "", "c.gz": Uint8Array.of(0x1f, 0x8b, 1, 2) });
    expect(diagnostics).toHaveLength(3);
  });
});

const series = fc.record({
  workload: fc.stringMatching(/^[a-z",é ]{1,5}$/).filter((name) => name.trim() === name && name !== "" && !name.startsWith('"')),
  application: fc.option(fc.stringMatching(/^[a-z]{1,3}$/)),
  startMs: fc.integer({ min: -1e12, max: 1e13 }), stepMs: fc.integer({ min: 1, max: 1e9 }), holes: fc.boolean(),
  samples: fc.array(fc.tuple(fc.integer({ min: 0, max: 2_147_483_647 }), fc.integer({ min: 0, max: 100_000 })), { minLength: 1, maxLength: 9 }),
  provisioned: fc.integer({ min: -1, max: 5000 }),
});

/** Some series, a few of them with a hole in the middle that holds the value before it. */
const trace: fc.Arbitrary<LoadTrace> = fc.uniqueArray(series, { selector: ({ workload, application }) => JSON.stringify([workload, application]), minLength: 1, maxLength: 5 }).map((list) => ({
  resources: [loadResources.cpuMillicores, loadResources.memoryMiB],
  series: list.map(({ workload, application, startMs, stepMs, samples, provisioned, holes }): LoadSeries => {
    const hole = holes && samples.length > 2 ? 1 : samples.length;
    const at = (r: 0 | 1): Int32Array => Int32Array.from(samples, (pair, i) => (i === hole ? samples[i - 1] ?? pair : pair)[r]);
    return {
      subject: { workload: workload as WorkloadId, application: application as ApplicationId | null },
      times: { kind: "regular", startMs, stepMs, count: samples.length },
      samples: [at(0), at(1)], gaps: Int32Array.from(hole < samples.length ? [hole, hole + 1] : []), provisioned: Float64Array.of(-1, provisioned),
    };
  }).sort((a, b) => compareSubjects(a.subject, b.subject)),
}));

describe("a trace written and read again", () => {
  it("is the same, as CSV and as Parquet", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-parquet-"));
    try {
      await fc.assert(fc.asyncProperty(trace, async (written) => {
        expect((await readFiles({ "a.csv": [...traceCsv(written)].join("") })).trace).toEqual(written);
        const path = join(folder, "a.parquet");
        await writeTraceParquet(written, path);
        expect((await readTrace([path])).trace).toEqual(written);
      }), { seed: 5, numRuns: 60 });
      expect(readFileSync(join(folder, "a.parquet")).subarray(0, 4).toString()).toBe("PAR1");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
