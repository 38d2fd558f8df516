import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { version } from "../../cli/version.ts";
import { program } from "./built.ts";
import { file, stowage, stowageProcess } from "./command-line.ts";
import { shop, tooBig } from "./shop.ts";

/* eslint-disable no-control-regex -- colours are control sequences */

const colour = /\u001B\[/;
let fleet = "";
let large = "";
beforeAll(async () => {
  fleet = file("process-shop.yaml", shop);
  large = file("large.json", (await stowage("generate", "--hosts", "40", "--workloads", "400", "--seed", "3")).out);
});

describe.concurrent("the process", () => {
  it("plans in its worker, prints no colours where there is no terminal, and nothing on standard error", async () => {
    const { code, out, err } = await stowageProcess(["plan", fleet, "--engine", "search", "--iterations", "5000"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Plan for shop");
    expect(out).not.toMatch(colour);
  });

  it("prints what the worker found in JSON too, and ends with the worker's verdict", async () => {
    const { code, out } = await stowageProcess(["plan", "--json", fleet, file("process-giant.yaml", tooBig), "--engine", "search", "--iterations", "5000"]);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ format: "stowage/plan-report/v1", exitCode: 3 });
  });

  it("colours when it is told to, and NO_COLOR and --no-color win over that", async () => {
    expect((await stowageProcess(["validate", fleet], { env: { FORCE_COLOR: "1" } })).out).toMatch(colour);
    expect((await stowageProcess(["validate", fleet], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).out).not.toMatch(colour);
    expect((await stowageProcess(["--no-color", "validate", fleet], { env: { FORCE_COLOR: "1" } })).out).not.toMatch(colour);
  });

  it("reads a scenario from standard input", async () => {
    const { code, out } = await stowageProcess(["validate", "-"], { stdin: shop });
    expect({ code, valid: out.startsWith("valid shop") }).toEqual({ code: 0, valid: true });
  });

  it("plans what comes on standard input, alone and with files, though its worker has none", async () => {
    const plan = ["plan", "--engine", "search", "--iterations", "5000"];
    const alone = await stowageProcess([...plan, "-"], { stdin: shop });
    expect({ code: alone.code, err: alone.err, planned: alone.out.startsWith("Plan for shop") }).toEqual({ code: 0, err: "", planned: true });
    const [laid, named] = await Promise.all([
      stowageProcess([...plan, "--json", fleet, "-"], { stdin: tooBig }), stowageProcess([...plan, "--json", fleet, file("process-too-big.yaml", tooBig)]),
    ]);
    expect(laid.code).toBe(3);
    expect(laid.out).toBe(named.out);
  });

  it("says where standard input is wrong when it is to be planned", async () => {
    const { code, err } = await stowageProcess(["plan", "-"], { stdin: "apiVersion: stowage/v1\nname: 7\n" });
    expect(code).toBe(1);
    expect(err).toContain("at standard input:2:7  name");
    expect((await stowageProcess(["plan", "-"])).err).toContain("standard input is empty");
  });

  it("prints the best plan so far when it is interrupted, and ends with 130", async () => {
    const path = file("interrupted.json", "");
    const { code, out, err } = await stowageProcess(
      ["plan", large, "--engine", "search", "--time", "300", "--iterations", "1000000000", "--out", path], { env: { STOWAGE_DEBUG: "1" }, interruptAt: "searching" });
    expect(code).toBe(130);
    expect(err).toContain("Stopping: the best plan so far comes next.");
    expect(out).toContain("Interrupted: this is the best plan found so far.");
    expect(out).toMatch(/verified +✓/);
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ format: "stowage/plan/v1" });
  });

  it("says nothing when its reader has seen enough", async () => {
    const { code, err } = await stowageProcess(["show", large, "workloads", "--full"], { closeEarly: true });
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
  it.runIf(existsSync("/dev/full"))("says once that its answer could not be written, and ends with 1", () => {
    for (const words of [["validate", fleet], ["validate", "--json", fleet]]) {
      const full = openSync("/dev/full", "w");
      const { status, stderr } = spawnSync(process.execPath, [program, ...words], { stdio: ["ignore", full, "pipe"], encoding: "utf8", timeout: 60_000 });
      closeSync(full);
      expect({ status, stderr }).toEqual({ status: 1, stderr: "error The answer could not be written: ENOSPC.\n  -> Free some space, or write it to another place.\n" });
    }
  });
});

describe("usage", () => {
  it("explains itself by example without arguments and with --help, on every command", async () => {
    const { code, out } = await stowage();
    expect(code).toBe(0);
    const names = [...out.matchAll(/^ {2}([a-z]+)(?: \[| <|  )/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
    expect(names).toEqual(expect.arrayContaining(["validate", "plan", "verify", "explain", "diff", "show", "policies", "generate", "schema", "completion"]));
    for (const name of [...new Set(names)].filter((each) => each !== "stowage")) {
      const help = await stowage(name, "--help");
      expect(help.code).toBe(0);
      expect(help.out).toMatch(/Examples:\n {2}# .+\n {2}\S*/);
      expect(help.out).toContain("Exit codes:");
      expect(help.out).toContain("--json");
    }
  });

  it.each([
    [["pln", "x.yaml"], "Did you mean plan?"],
    [["plan", "x.yaml", "--sed", "1"], "Did you mean --seed?"],
    [["plan", "x.yaml", "--mode", "best"], "optimise, repair, evacuate, place"],
    [["plan", "x.yaml", "--seed", "-1"], "whole number"],
    [["plan", "x.yaml", "--time", "0"], "seconds above 0"],
    [["plan", "x.yaml", "--as-of", "yesterday"], "2026-11-21T08:00:00Z"],
    [["plan"], "--help"],
    [["policies"], "stowage policies needs a command"],
    [["--no-color"], "`stowage --help` lists them"],
    [["flip"], "`stowage --help` lists the commands."],
    [["completion", "tcsh"], "bash, zsh, fish"],
  ])("refuses %j, and says the way out", async (args, words) => {
    const { code, out, err } = await stowage(...args);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(words);
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+\)?\n/);
  });

  it("tells mistakes in usage to programs on standard output", async () => {
    const { code, out, err } = await stowage("plan", "x.yaml", "--sed", "1", "--json");
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(JSON.parse(out)).toMatchObject({ format: "stowage/error/v1", exitCode: 1, diagnostics: [{ code: "usage", advice: "Did you mean --seed?" }] });
  });

  it("knows its version, the one of package.json", async () => {
    const { version: published } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
    expect(version).toBe(published);
    expect((await stowage("--version")).out).toBe(`${version}\n`);
  });

  it("lets no name in a file move the cursor of a terminal", async () => {
    const path = file("bell.yaml", shop.replace("title: A small shop", 'title: "A \\e]0;owned\\a shop"'));
    const { out, err } = await stowage("show", path);
    expect(`${out}${err}`).not.toMatch(/[\u0007\u001B]/);
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish"])("knows every command and option in %s", async (shell) => {
    const { code, out } = await stowage("completion", shell);
    expect(code).toBe(0);
    for (const word of ["validate", "plan", "verify", "explain", "policies", "lint", "optimise", "evacuate"]) expect(out).toContain(word);
    expect(out).toContain(shell === "fish" ? "-l detailed-exitcode" : "--detailed-exitcode");
  });

  it.each([
    ["", "pl", "plan"],
    ["plan ", "--det", "--detailed-exitcode"],
    ["plan --mode ", "rep", "repair"],
    ["policies ", "li", "lint list"],
    ["policies show ", "--js", "--json"],
    ["plan fleet.yaml --engine ", "ex", "exact"],
  ])("completes 'stowage %s%s' to %s in bash", async (before, current, expected) => {
    const script = file("completion.bash", (await stowage("completion", "bash")).out);
    const words = ["stowage", ...before.split(" ").filter((word) => word !== ""), current];
    const program = `source ${script}; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _stowage; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", program], { cwd: "/", encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.trim()).toBe(expected);
  });
});
