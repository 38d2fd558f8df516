import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { file, folder, stowage, stowageProcess } from "./command-line.ts";
import { shop } from "./shop.ts";

const fleet = file("hostile-shop.yaml", shop);
const aFolder = join(folder, "a-folder.json");
mkdirSync(aFolder, { recursive: true });

/** Files that nobody can plan with; each in place of every file that a command takes. */
const files: readonly (readonly [string, string])[] = [
  ["no file", "/no/such/file.json"], ["an empty name", ""], ["a folder", aFolder], ["nothing", "/dev/null"],
  ["bytes", file("hostile-bytes.json", new Uint8Array([0, 255, 254, 1]))], ["half of an object", file("hostile-half.json", "{")],
  ["a list", file("hostile-list.json", "[]")], ["a deep hole", file("hostile-deep.json", "[".repeat(100_000))],
  ["a name that is not ASCII", "/nirgends/Flotte-ü-支払い-\u202Eevil.json"], ["a name with a line end", "/nowhere/a\nb.json"],
  ["a name of 5,000 letters", `/${"a".repeat(5000)}`], ["something under a file", `${fleet}/x.json`],
  ["a plan in place of a fleet", file("hostile-plan.json", JSON.stringify({ format: "stowage/plan/v1", __proto__: null, actions: [{}] }))],
];

const commands: readonly (readonly [string, (path: string) => readonly string[]])[] = [
  ["validate", (path) => ["validate", path]],
  ["plan", (path) => ["plan", path]],
  ["plan with an overlay", (path) => ["plan", fleet, path]],
  ["verify a plan", (path) => ["verify", path, fleet]],
  ["explain", (path) => ["explain", "web-1", path]],
  ["explain with a plan", (path) => ["explain", "web-1", fleet, "--plan", path]],
  ["explain --conflict", (path) => ["explain", "--conflict", path]],
  ["diff", (path) => ["diff", fleet, path]],
  ["diff with a fleet", (path) => ["diff", fleet, fleet, "--fleet", path]],
  ["show", (path) => ["show", path, "hosts"]],
  ["show with a plan", (path) => ["show", fleet, "--plan", path]],
  ["policies lint", (path) => ["policies", "lint", path]],
  ["policies test", (path) => ["policies", "test", path]],
  ["policies list", (path) => ["policies", "list", path]],
];

const stackTrace = /\n {4}at .*[(:]\d+:\d+\)?\n|internal error|node:internal/;

describe.each(commands)("%s", (_, words) => {
  it.each(files)("refuses %s with 1, for people and for programs", async (__, path) => {
    const people = await stowage(...words(path));
    expect({ code: people.code, out: people.out }).toEqual({ code: 1, out: "" });
    expect(people.err).toMatch(/^error .*\n/);
    expect(people.err).not.toMatch(stackTrace);
    const programs = await stowage(...words(path), "--json");
    expect({ code: programs.code, err: programs.err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(programs.out)).toMatchObject({ format: expect.stringMatching(/^stowage\/[a-z-]+\/v1$/) as unknown, diagnostics: expect.arrayContaining([expect.objectContaining({ severity: "error" })]) as unknown });
  });
});

describe("numbers and words that no option takes", () => {
  it.each([
    ["plan", fleet, "--seed", "9".repeat(400)], ["plan", fleet, "--time", "1e9"], ["plan", fleet, "--time", "-1"], ["plan", fleet, "--time", "NaN"],
    ["plan", fleet, "--iterations", "0x10"], ["plan", fleet, "--iterations", "99999999999999999999"], ["plan", fleet, "--seed", ""],
    ["plan", fleet, "--as-of", "2026-02-30T25:00:00Z"], ["plan", fleet, "--engine", "__proto__"], ["plan", fleet, "--mode", "constructor"],
    ["generate", "--hosts", "1000000000"], ["generate", "--seed", "١٢"], ["explain", "__proto__", fleet], ["explain", "web-1"],
    ["plan", fleet, "--evacuate", "toString"], ["policies", "show", "__proto__"], ["policies", "show", "constructor"], ["show", "hosts"],
    ["schema", "prototype"], ["completion", ""], ["verify", fleet], ["diff", fleet], ["plan", fleet, "--out", ""], ["plan", fleet, "--out", aFolder],
    ["--", "plan"], ["plan", "--", "--json"], ["plan", fleet, "--=x"], ["支払い"], ["plan", fleet, "--seed"],
  ])("stowage %s %s %s %s is refused with 1", async (...words) => {
    const { code, out, err } = await stowage(...words.filter((word) => word !== undefined));
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^error .*\n(.*\n)* *-> ./);
    expect(err).not.toMatch(stackTrace);
  });
});

describe.concurrent("a process that is stopped or fed without end", () => {
  it.each(["reading the scenario", "searching", "ordering the actions"])("ends with 130 when it is interrupted while %s", async (stage) => {
    const large = file(`hostile-${stage.replaceAll(" ", "-")}.json`, (await stowage("generate", "--hosts", "60", "--workloads", "600")).out);
    const { code, out, err } = await stowageProcess(["plan", large, "--json", "--engine", "search", "--time", "5"], { env: { STOWAGE_DEBUG: "1" }, interruptAt: stage });
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ format: "stowage/plan-report/v1", exitCode: 130, interrupted: true });
    expect(err).not.toMatch(stackTrace);
  });

  it.runIf(existsSync("/dev/zero"))("reads no plan from a device that never ends", async () => {
    const { code, err } = await stowageProcess(["verify", "/dev/zero", fleet]);
    expect(code).toBe(1);
    expect(err).toContain("File /dev/zero goes on after 256 MiB; a plan may have 256.");
  });
});
