import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Simulation } from "../../model/simulation.ts";
import { loadScenario, parseScenarioText, parseScenarioTexts, serializeScenario, type Loaded } from "../../scenarios/index.ts";
import { smallFleetWith } from "./small-fleet.ts";

let folder = "";
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "stowage-tables-"));
  await mkdir(path.join(folder, "tables"));
});

/** A scenario in a file, beside a table of this content. */
async function loaded(simulation: object, table: string | Uint8Array): Promise<Loaded> {
  const name = `s${count++}`;
  await writeFile(path.join(folder, "tables", `${name}.csv`), table);
  const text = smallFleetWith({ links: [{ a: "paris", b: "cloud", mbps: 1000 }], simulation }).replaceAll("TABLE", `tables/${name}.csv`);
  await writeFile(path.join(folder, `${name}.json`), text);
  return loadScenario([path.join(folder, `${name}.json`)]);
}

async function read(simulation: object, table: string): Promise<Simulation> {
  const { scenario, diagnostics } = await loaded(simulation, table);
  expect(diagnostics).toEqual([]);
  if (scenario?.simulation === undefined) throw new Error("it was refused");
  return scenario.simulation;
}

const carbon = { carbon: [{ site: "paris", file: "TABLE" }] };
const failures = { failures: [{ file: "TABLE" }] };

describe("carbon intensity from a table", () => {
  it("counts from the first instant on, to the whole gram", async () => {
    const { carbon: series } = await read({ carbon: [{ site: "paris", file: "TABLE", repeat: true }] }, "\uFEFFat,gramsPerKWh\r\n2026-11-20T00:00:00Z,30.4\r\n2026-11-20T01:00:00Z,60.5\r\n");
    expect(series).toEqual([{ site: "paris", gramsPerKWh: [30, 61], from: { kind: "instant", utc: "2026-11-20T00:00:00Z" }, repeat: true }]);
  });

  it("counts from the beginning, or from where the scenario says, when it has no instants", async () => {
    expect((await read(carbon, "gramsPerKWh\n1\n2\n")).carbon).toEqual([{ site: "paris", gramsPerKWh: [1, 2], from: { kind: "after", ms: 0 }, repeat: false }]);
    expect((await read({ carbon: [{ site: "paris", file: "TABLE", from: "2h" }] }, "gramsPerKWh\n1\n")).carbon[0]?.from).toEqual({ kind: "after", ms: 7_200_000 });
  });

  it("goes on over hours that it leaves out, and says so with its line", async () => {
    const { scenario, diagnostics } = await loaded(carbon, "at,gramsPerKWh\n2026-11-20T00:00:00Z,30\n2026-11-20T03:00:00Z,60\n");
    expect(scenario?.simulation?.carbon[0]?.gramsPerKWh).toEqual([30, 30, 30, 60]);
    expect(diagnostics.map(({ severity, code, message }) => [severity, code, /leaves out 2 hours/.test(message)])).toEqual([["warning", "out-of-range", true]]);
  });

  it("reads a year of hours", async () => {
    const hours = Array.from({ length: 8760 }, (_, hour) => `${new Date(Date.UTC(2026, 0, 1, hour)).toISOString()},${hour % 500}`);
    const series = (await read(carbon, `at,gramsPerKWh\n${hours.join("\n")}\n`)).carbon[0]?.gramsPerKWh ?? [];
    expect([series.length, series[0], series.at(-1)]).toEqual([8760, 0, 8759 % 500]);
  });
});

describe("failures from a table", () => {
  it("are those of the rows, beside others of the list", async () => {
    const { failures: found } = await read({ failures: [{ file: "TABLE" }, { at: "9h", host: "h2", repair: "1h" }] },
      "what,at,repair\nhost:h1,2h,30min\nsite:paris,2026-11-21T00:00:00Z,1d\n\"link:paris,cloud\",3h,5min\n");
    expect(found).toEqual([
      { at: { kind: "after", ms: 7_200_000 }, repairMs: 1_800_000, scope: { kind: "host", host: "h1" } },
      { at: { kind: "instant", utc: "2026-11-21T00:00:00Z" }, repairMs: 86_400_000, scope: { kind: "domain", key: "site", value: "paris" } },
      { at: { kind: "after", ms: 10_800_000 }, repairMs: 300_000, scope: { kind: "link", a: "paris", b: "cloud" } },
      { at: { kind: "after", ms: 32_400_000 }, repairMs: 3_600_000, scope: { kind: "host", host: "h2" } },
    ]);
  });
});

it("is written in full, so that a scenario needs its tables no more", async () => {
  const { scenario } = await loaded({ ...carbon, failures: [{ at: "1h", host: "h1", repair: "1h" }] }, "at,gramsPerKWh\n2026-11-20T00:00:00Z,30\n");
  if (scenario === null) throw new Error("it was refused");
  expect(parseScenarioText(JSON.stringify(serializeScenario(scenario)), "again.json").scenario?.simulation?.carbon).toEqual(scenario.simulation?.carbon);
});

const hostile: readonly (readonly [what: string, section: object, table: string | Uint8Array, code: string, line: number | null, path: string, words: RegExp])[] = [
  ["an empty table", carbon, "", "bad-syntax", 1, "", /is empty/],
  ["a table of a head", carbon, "gramsPerKWh\n", "out-of-range", 1, "", /no rows/],
  ["an unknown column", carbon, "at,gramsPerKwh\n1,2\n", "unknown-key", 1, "", /"gramsPerKwh"/],
  ["a column that hides", carbon, "gramsPerKWh,\u001b[31m\n1,2\n", "unknown-key", 1, "", /\\u001b/],
  ["a column of the object's own", carbon, "gramsPerKWh,__proto__\n1,2\n", "unknown-key", 1, "", /__proto__/],
  ["a column twice", carbon, "gramsPerKWh,gramsPerKWh\n1,2\n", "duplicate-key", 1, "", /twice/],
  ["no column of grams", carbon, "at\n2026-11-20T00:00:00Z\n", "missing-key", 1, "", /no column gramsPerKWh/],
  ["grams that are a word", carbon, "gramsPerKWh\n1\nmuch\n", "wrong-type", 3, "gramsPerKWh[1].gramsPerKWh", /"much"/],
  ["grams below zero", carbon, "gramsPerKWh\n-3\n", "out-of-range", 2, "gramsPerKWh[0].gramsPerKWh", /-3/],
  ["an instant that is none", carbon, "at,gramsPerKWh\n2026-13-01T00:00:00Z,3\n", "bad-format", 2, "gramsPerKWh[0].at", /no such instant/],
  ["an hour twice", carbon, "at,gramsPerKWh\n2026-11-20T00:00:00Z,3\n2026-11-20T00:00:00Z,4\n", "out-of-range", 3, "gramsPerKWh[1].at", /2026-11-20T01:00:00Z/],
  ["quarters of an hour", carbon, "at,gramsPerKWh\n2026-11-20T00:00:00Z,3\n2026-11-20T00:15:00Z,4\n", "out-of-range", 3, "gramsPerKWh[1].at", /next whole hour/],
  ["a hole of two centuries", carbon, "at,gramsPerKWh\n1800-01-01T00:00:00Z,3\n2026-11-20T00:00:00Z,4\n", "out-of-range", 3, "gramsPerKWh[1].at", /next whole hour/],
  ["an open quote", carbon, "gramsPerKWh\n\"1\n2\n", "bad-syntax", 3, "", /no sound CSV/],
  ["a row with more fields", carbon, "gramsPerKWh\n1,2\n", "bad-syntax", 2, "", /no sound CSV/],
  ["bytes that are no text", carbon, new Uint8Array([0x61, 0xff, 0x00]), "bad-encoding", 1, "", /UTF-8/],
  ["more rows than are read", carbon, `gramsPerKWh\n${"1\n".repeat(100_001)}`, "file-too-large", 100_002, "", /100,000 rows/],
  ["a file that is too large", carbon, `gramsPerKWh\n${"1".repeat(8_400_000)}`, "file-too-large", null, "simulation.carbon[0].file", /the limit is 8 MiB/],
  ["two beginnings", { carbon: [{ site: "paris", file: "TABLE", from: "1h" }] }, "at,gramsPerKWh\n2026-11-20T00:00:00Z,3\n", "contradiction", null, "simulation.carbon[0].from", /Leave out|when its hours begin/],
  ["numbers and a table", { carbon: [{ site: "paris", file: "TABLE", gramsPerKWh: [1] }] }, "gramsPerKWh\n1\n", "not-allowed", null, "simulation.carbon[0]", /gramsPerKWh and file/],
  ["neither numbers nor a table", { carbon: [{ site: "paris" }] }, "gramsPerKWh\n1\n", "missing-key", null, "simulation.carbon[0]", /neither/],
  ["no such table", { carbon: [{ site: "paris", file: "TABLE.gz" }] }, "gramsPerKWh\n1\n", "file-not-found", null, "simulation.carbon[0].file", /does not exist/],
  ["a folder", { carbon: [{ site: "paris", file: "tables" }] }, "gramsPerKWh\n1\n", "file-unreadable", null, "simulation.carbon[0].file", /folder/],
  ["standard input", { carbon: [{ site: "paris", file: "-" }] }, "gramsPerKWh\n1\n", "not-allowed", null, "simulation.carbon[0].file", /no file/],
  ["a failure of nobody", failures, "at,repair,what\n1h,1h,host:h9\n", "unknown-reference", 2, "failures[0].host", /no host/],
  ["a failure of nothing", failures, "at,repair,what\n1h,1h,host:h1\n1h,1h,everything\n", "bad-format", 3, "", /"everything"; it must be host:h1/],
  ["a domain with nobody in it", failures, "at,repair,what\n1h,1h,rack:r7\n", "unknown-reference", 2, "failures[0].domain.rack", /no host is in it/],
  ["a link to three sites", failures, "at,repair,what\n1h,1h,\"link:a,b,c\"\n", "out-of-range", 2, "failures[0].link", /3/],
  ["a time that is none", failures, "at,repair,what\nnoon,1h,host:h1\n", "bad-format", 2, "failures[0].at", /noon/],
  ["a repair that takes no time", failures, "at,repair,what\n1h,0s,host:h1\n", "out-of-range", 2, "failures[0].repair", /1ms or more/],
];

describe("a table that is wrong is refused with its line:", () => {
  it.each(hostile)("%s", async (_, section, table, code, line, at, words) => {
    const { scenario, diagnostics } = await loaded(section, table);
    expect(scenario === null).toBe(true);
    const found = diagnostics.find((each) => each.code === code);
    expect([found?.path, found?.file?.endsWith(line === null ? ".json" : ".csv")]).toEqual([at, true]);
    if (line !== null) expect(found?.line).toBe(line);
    expect(found?.message).toMatch(words);
  });

  it("a text that comes from no file", () => {
    const { scenario, diagnostics } = parseScenarioTexts([{ fileName: "a.json", text: smallFleetWith({ simulation: { carbon: [{ site: "paris", file: "a.csv" }], failures: [{ file: "b.csv" }] } }) }]);
    expect(scenario === null).toBe(true);
    expect(diagnostics.map(({ code, path: at }) => [code, at])).toEqual([["not-allowed", "simulation.carbon[0].file"], ["not-allowed", "simulation.failures[0].file"]]);
  });
});
