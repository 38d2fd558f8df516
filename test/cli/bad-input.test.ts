import { spawnSync } from "node:child_process";
import { truncateSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { program } from "./built.ts";
import { file, folder, stowage, stowageProcess } from "./command-line.ts";
import { shop } from "./shop.ts";

/* eslint-disable no-control-regex -- looks for control sequences that must not be there */

const head = "apiVersion: stowage/v1\nname: bad\n";
const json = (members: string): string => `{"apiVersion": "stowage/v1", "name": "bad", ${members}}`;

/** Nine lists, each of nine aliases to the one before: 9^9 values in 600 characters. */
const aliasBomb = Array.from({ length: 9 }, (_, i) => `k${i}: &k${i} [${Array.from({ length: 9 }, () => (i === 0 ? "x" : `*k${i - 1}`)).join(", ")}]\n`).join("");

const circle = `
applications: [{ id: a }, { id: b }]
services: [{ id: s, applications: [a, b], startOrder: [{ application: a, needs: b }, { application: b, needs: a }] }]
`;
const zone = `
sites: [{ id: paris }]
hosts: [{ id: h1, site: paris, capacity: { memoryMiB: 1 } }]
policies:
  - id: night
    require:
      window: { zone: Europe/Berlln, allow: [{ from: "22:00", to: "06:00" }] }
`;
const zoneInJson = `
  "sites": [{ "id": "paris" }], "hosts": [{ "id": "h1", "site": "paris", "capacity": { "memoryMiB": 1 } }], "policies": [
  { "id": "night", "require": { "window": { "zone": "Europe/Berlln", "allow": [{ "from": "22:00", "to": "06:00" }] } } }]`;
const tooMuch = `
workloads: [{ id: w1, layer: x, reservation: { memoryMiB: 9007199254740991 } }, { id: w2, layer: x, reservation: { memoryMiB: 1 } }]
`;

/** Every kind of bad input: the name of its file, what is in it, and what must be said about it: code, line, words, way out. */
const cases: readonly (readonly [what: string, name: string, text: string | Uint8Array, code: string, line: number | null, words: RegExp, advice: RegExp])[] = [
  ["an unknown key", "key.yaml", `${head}sties: []`, "unknown-key", 3, /sties is not a key/, /Did you mean sites\?/],
  ["an unknown key in JSON", "key.json", json('"sties": []'), "unknown-key", 1, /sties is not a key/, /Did you mean sites\?/],
  ["a key given twice in YAML", "twice.yaml", `${head}sites: [{ id: a, id: b }]`, "duplicate-key", 3, /"id" is given twice, first at line 3, column 11/, /Keep one/],
  ["a key given twice in JSON", "twice.json", json('"sites": [{"id": "a", "id": "b"}]'), "duplicate-key", 1, /"id" is given twice/, /Keep one/],
  ["a reference to nothing", "dangling.yaml", `${head}hosts: [{ id: h1, site: pari, capacity: { memoryMiB: 1 } }]\nsites: [{ id: paris }]`, "unknown-reference", 3, /site is "pari"/, /Did you mean paris\?/],
  ["a time zone that does not exist", "zone.yaml", `${head}${zone}`, "policy-parameter", 9, /Europe\/Berlln/, /./],
  ["the same in JSON", "zone.json", json(zoneInJson), "policy-parameter", 3, /Europe\/Berlln/, /./],
  ["a circle in the start order", "circle.yaml", `${head}${circle}`, "start-order-cycle", 5, /a needs b needs a/, /Take one of these/],
  ["a negative number", "negative.yaml", `${head}sites: [{ id: a, carbonGramsPerKWh: -1 }]`, "out-of-range", 3, /is -1; it must be from 0 to 100000/, /write 0/],
  ["a fraction", "fraction.yaml", `${head}sites: [{ id: a, carbonGramsPerKWh: 0.5 }]`, "not-integer", 3, /is 0\.5/, /whole number/],
  ["a fraction in JSON", "fraction.json", json('"sites": [{"id": "a", "carbonGramsPerKWh": 0.5}]'), "not-integer", 1, /is 0\.5/, /whole number/],
  ["not a number", "nan.yaml", `${head}applications: [{ id: a, needs: { memoryMiB: .NaN } }]`, "not-finite", 3, /NaN/, /Write the number out/],
  ["NaN in JSON", "nan.json", json('"sites": [{"id": "a", "carbonGramsPerKWh": NaN}]'), "bad-syntax", 1, /unknown word/, /Correct the text/],
  ["1e400", "endless.yaml", `${head}applications: [{ id: a, needs: { memoryMiB: 1e400 } }]`, "not-finite", 3, /too large to be a number/, /Write the number out/],
  ["1e400 in JSON", "endless.json", json('"applications": [{"id": "a", "needs": {"memoryMiB": 1e400}}]'), "not-finite", 1, /too large to be a number/, /Write the number out/],
  ["2^53", "big.json", json('"applications": [{"id": "a", "needs": {"memoryMiB": 9007199254740992}}]'), "out-of-range", 1, /9007199254740992; it must be from 0 to 9007199254740991/, /unit/],
  ["a sum beyond 2^53", "sum.yaml", `${head}${tooMuch}`, "overflow", 4, /sum over 2 is 9007199254740992, of which workload w1/, /unit/],
  ["an alias bomb", "bomb.yaml", aliasBomb, "too-many-aliases", 6, /stand for more than 100000 values/, /fewer aliases/],
  ["10,000 lists in each other, in YAML", "deep.yaml", "[".repeat(10_000), "too-deep", 1, /the limit is 64/, /depth/],
  ["10,000 objects in each other, in JSON", "deep.json", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, "too-deep", 1, /the limit is 64/, /depth/],
  ["__proto__ in YAML", "proto.yaml", `${head}hostTypes: { __proto__: { cpuLevel: 7 } }`, "forbidden-key", 3, /__proto__/, /Remove it/],
  ["__proto__ in JSON", "proto.json", json('"hostTypes": {"__proto__": {"cpuLevel": 7}}'), "forbidden-key", 1, /__proto__/, /Remove it/],
  ["UTF-16", "wide.yaml", Buffer.from(`\uFEFF${head}`, "utf16le"), "bad-encoding", null, /UTF-16/, /UTF-8/],
  ["Latin-1", "latin.yaml", Buffer.from(`${head}title: caf\u00E9\n`, "latin1"), "bad-encoding", 3, /not UTF-8/, /UTF-8/],
  ["bytes of a program", "program.bin", Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0x80, 0xff]), "bad-encoding", 1, /not UTF-8/, /UTF-8/],
  ["an empty file", "empty.yaml", "", "bad-syntax", 1, /is empty/, /apiVersion/],
  ["text that is neither", "prose.yaml", "Dear planner,\n\nplease plan.\n", "wrong-type", 1, /the document is "Dear planner/, /an object of keys and values/],
  ["a file of another format", "compose.yaml", "version: '3'\nservices:\n  web: { image: nginx }\n", "missing-key", 1, /apiVersion is missing/, /apiVersion/],
];

interface ErrorDocument {
  readonly format: string;
  readonly exitCode: number;
  readonly diagnostics: readonly { code: string; file: string | null; line: number | null; path: string; message: string; advice: string }[];
}

describe("bad input through the command line", () => {
  it.each(cases)("refuses %s for people and for programs", async (_, name, text, code, line, words, advice) => {
    const path = file(name, text);
    const told = await stowage("validate", path);
    expect({ code: told.code, out: told.out }).toEqual({ code: 1, out: "" });
    expect(told.err).toMatch(words);
    expect(told.err).toContain(`at ${path}${line === null ? "" : `:${line}:`}`);
    expect(told.err).toMatch(/-> .+[.?]\n/);
    expect(told.err).not.toMatch(/\n\s+at .*:\d+:\d+\)?\n\s+at |internal error/);

    const { code: exitCode, out, err } = await stowage("plan", "--json", path);
    const document = JSON.parse(out) as ErrorDocument;
    expect({ exitCode, err, format: document.format, said: document.exitCode }).toEqual({ exitCode: 1, err: "", format: "stowage/error/v1", said: 1 });
    const found = document.diagnostics.find((each) => each.code === code);
    expect(found).toMatchObject({ file: path, line });
    expect(found?.message).toMatch(words);
    expect(found?.advice).toMatch(advice);
  });

  it("tells every mistake at once, each with its line", async () => {
    const { err } = await stowage("validate", file("many.yaml", `${head}sties: []\nsites: [{ id: a, carbonGramsPerKWh: -1 }]\nhosts: [{ id: h, site: b }]\n`));
    for (const line of [3, 4, 5]) expect(err).toContain(`many.yaml:${line}:`);
    expect(err).toMatch(/4 errors/);
  });

  it.each([
    ["no file", [], /No scenario file|missing required argument|needs a workload and at least one file/i],
    ["a file that is not there", ["/nowhere/fleet.yaml"], /does not exist/],
    ["a folder", ["FOLDER"], /is a folder/],
  ])("every command that reads scenarios refuses %s", async (_, files, words) => {
    const names = files.map((name) => (name === "FOLDER" ? folder : name));
    for (const command of [["validate"], ["plan"], ["show"], ["explain", "web-1"], ["verify", "plan.json"], ["diff", "a.yaml"], ["policies", "lint"], ["policies", "test"]]) {
      const { code, err } = await stowage(...command, ...names);
      expect({ command, code }).toEqual({ command, code: 1 });
      if (!["verify", "diff"].includes(command[0] ?? "")) expect(err).toMatch(words);
      expect(err).not.toMatch(/internal error|\n\s+at .*:\d+:\d+\)?\n/);
    }
  });
});

describe("numbers that only planning finds too large", () => {
  let paths: readonly string[] = [];
  beforeAll(() => {
    const heavy = `apiVersion: stowage/v1
name: heavy
objectives: [{ terms: [{ objective: shoulds, weight: 1000000 }, { objective: money, weight: 1000000 }] }]
changes: [{ repriceHosts: { hosts: [h1, h2, h3], prices: { onMicrosPerHour: 9000000000 } } }]
`;
    paths = [file("heavy-shop.yaml", shop), file("heavy.yaml", heavy)];
  });

  it.each(["search", "exact", "auto"])("are told with the level, the number, the limit and a way out, by engine %s", async (engine) => {
    const { code, out, err } = await stowage("plan", ...paths, "--engine", engine);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/The level "shoulds \+ money" of the objectives can reach \d{17,}; whole numbers are exact only up to 9007199254740991\./);
    expect(err).toMatch(/\n {2}at \S*heavy\.yaml:3:13 {2}objectives\n {2}-> Use smaller weights/);
  });

  it("are told by the worker of the real process too, to programs", async () => {
    const { code, out, err } = await stowageProcess(["plan", "--json", ...paths]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(out)).toMatchObject({ format: "stowage/error/v1", exitCode: 1, diagnostics: [{ code: "overflow", path: "objectives" }] });
  });
});

describe("200 MB", () => {
  it.each([["huge.json", 128], ["huge.yaml", 8]])("%s is refused before it is read, in a process that may not use 200 MB", async (name, limitMiB) => {
    const path = file(name, "");
    truncateSync(path, 200_000_000); // takes no room on the disk
    const { code, out, err } = await stowageProcess(["validate", path], { env: { NODE_OPTIONS: "--max-old-space-size=150" } });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`has 191 MiB; the limit is ${limitMiB} MiB.`);
  });

  it("through a pipe are read no further than the limit", () => {
    const piped = spawnSync("bash", ["-c", `head -c 600000000 /dev/zero | "${process.execPath}" "${program}" validate -; echo "\${PIPESTATUS[@]}"`], { encoding: "utf8" });
    expect(piped.stderr).toContain("standard input has more than 128 MiB");
    // The writer was told to stop (128 + SIGPIPE), long before all was read.
    expect(piped.stdout).toBe("141 1\n");
  });

  it("through a pipe are cut off at the limit", async () => {
    const { code, err } = await stowageProcess(["validate", "-"], { stdin: Buffer.alloc(200_000_000, "[") });
    expect(code).toBe(1);
    expect(err).toMatch(/standard input has more than 128 MiB; the limit is 128 MiB\./);
    expect(err).not.toMatch(/\u001B|EPIPE/);
  });
});
