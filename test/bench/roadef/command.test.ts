import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../bench/roadef/evaluate.ts";
import { generateInstance } from "../../../bench/roadef/generate.ts";
import { readAssignment, writeAssignment } from "../../../bench/roadef/model.ts";
import type { InstanceResult } from "../../../bench/roadef/result.ts";
import { writeModel } from "../../../bench/roadef/write-model.ts";
import { Random } from "../../../model/random.ts";

const folder = mkdtempSync(join(tmpdir(), "roadef-"));
const { model, original } = generateInstance(new Random(12), {
  machines: 8, resources: 3, services: 20, largest: 3, locations: 4, neighbourhoods: 3, balances: 1, movedPermille: 400, roomPermille: 300,
});
writeFileSync(join(folder, "model_small.txt"), writeModel(model));
writeFileSync(join(folder, "assignment_small.txt"), writeAssignment(original));
writeFileSync(join(folder, "model_broken.txt"), "1 0 7 x");
writeFileSync(join(folder, "assignment_broken.txt"), "0");
writeFileSync(join(folder, "model_alone.txt"), writeModel(model));
writeFileSync(join(folder, "reference.csv"), "instance,best_finalist\nsmall,1\n");

function bench(...options: readonly string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", fileURLToPath(new URL("../../../bench/roadef.ts", import.meta.url)), ...options], { encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}

describe("npm run bench:roadef", () => {
  it("solves an instance, verified, and writes solution, chart and results", () => {
    const out = join(folder, "out");
    const run = bench("--instances", folder, "--only", "small", "--time", "2", "--clock", "processor", "--seed", "3", "--out", out);
    expect([run.err, run.status]).toEqual(["", 0]);
    const [result] = JSON.parse(readFileSync(join(out, "results.json"), "utf8")) as readonly InstanceResult[];
    const solution = readAssignment(readFileSync(join(out, "solution_small_seed3.txt")), model);
    const judged = evaluate(model, original, solution);
    expect(judged.violations).toEqual([]);
    expect(result).toMatchObject({ name: "small", seed: 3, machines: 8, processes: model.processCount, cost: judged.cost, faults: [] });
    expect(result?.trace.at(-1)?.cost).toBe(judged.cost.total);
    // Reading may take all of the time.
    expect(judged.cost.total).toBeLessThanOrEqual(evaluate(model, original, original).cost.total);
    expect(run.out).toContain(judged.cost.total.toLocaleString("en-US"));
    expect(run.out).toContain("Challenge score of all: ");
    expect(existsSync(join(out, "cost_small_seed3.svg"))).toBe(true);
    expect(readFileSync(join(out, "index.html"), "utf8")).toContain('src="cost_small_seed3.svg"');
  }, 120_000);

  it("says what is wrong with a file, and goes on", () => {
    const run = bench("--instances", folder, "--only", "broken", "--time", "1");
    expect(run.status).toBe(1);
    expect(run.err).toContain(`${join(folder, "model_broken.txt")}: token 4 is "x", but the number of machines is expected`);
    expect(run.err).not.toMatch(/^\s+at /mu);
    expect(run.out).toContain("broken, seed 1: FAIL, the process ended with 1");
  }, 120_000);

  it.each([
    [["--instances", folder, "--only", "smal"], `${folder} has no instance smal; it has broken, small.`],
    [["--instances", folder, "--only", "small", "--time", "soon"], "--time is soon; it must be a whole number from 1."],
    [["--instances", folder, "--only", "small", "--seed=-1"], "--seed is -1; it must be a whole number from 0."],
    [["--instances", folder, "--sed", "1"], "Unknown option '--sed'"],
    [["--instances", folder, "--only", "small", "--clock", "sun"], "--clock is sun; it must be wall or processor."],
    [["--instances", join(folder, "none")], `--instances names folder ${join(folder, "none")}, which does not exist. Name one that holds model_NAME.txt and assignment_NAME.txt.`],
  ])("refuses %j in words", (options, words) => {
    const run = bench(...options);
    expect([run.status, run.err.trim()]).toEqual([1, words]);
  }, 120_000);
});
