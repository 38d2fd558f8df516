import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { stowage, stowageProcess, type Ended } from "../command-line.ts";
import { overlays, smallStudy } from "./small-study.ts";

function runsIn(study: string): readonly string[] {
  return readdirSync(join(dirname(study), "out", "runs"));
}

function kept(study: string, ...more: readonly string[]): Promise<Ended> {
  return stowage("study", study, "--json", "--out", join(dirname(study), "out"), "--workers", "1", ...more);
}

describe("stowage study", () => {
  it("gives the same bytes on one core and on two, and after going on from a part of its runs", async () => {
    const study = smallStudy();
    const alone = await stowage("study", study, "--json", "--workers", "1");
    expect(alone.code).toBe(0);
    await kept(study, "--seeds", "1");
    expect(runsIn(study)).toHaveLength(4);
    const whole = await kept(study, "--resume", "--workers", "2");
    expect(runsIn(study)).toHaveLength(12);
    expect(whole.out).toBe(alone.out);
  });

  it("runs again what has changed or is damaged, and nothing else", async () => {
    const study = smallStudy();
    await kept(study, "--seeds", "1");
    const before = runsIn(study);
    writeFileSync(join(dirname(study), "failing.yaml"), overlays.failsMore);
    await kept(study, "--seeds", "1", "--resume");
    // The two variants in which hosts fail.
    expect(runsIn(study).filter((name) => !before.includes(name))).toHaveLength(2);
    const [name = ""] = before;
    const file = join(dirname(study), "out", "runs", name);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.slice(0, text.length / 2));
    writeFileSync(join(dirname(study), "failing.yaml"), overlays.failing);
    const { err, code, out } = await kept(study, "--seeds", "1", "--resume");
    expect([code, err]).toEqual([0, ""]);
    expect((JSON.parse(out) as { readonly diagnostics: readonly { readonly message: string }[] }).diagnostics.map(({ message }) => message)).toEqual([`Run ${file} is not whole or was changed; it is done again.`]);
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("shows means, sure differences and what-ifs, also as a page and tables, and keeps what is done when it is interrupted", async () => {
    const study = smallStudy();
    const folder = dirname(study);
    const args = ["study", study, "--workers", "1", "--out", join(folder, "out")];
    const stopped = await stowageProcess(args, { env: { STOWAGE_DEBUG: "1" }, interruptAt: "left" });
    expect(stopped.code).toBe(130);
    expect(stopped.out).toMatch(/Interrupted: \d+ of 12 runs are done\. `--resume --out .*` goes on from here\./);
    expect(runsIn(study).length).toBeGreaterThan(0);
    expect(runsIn(study).length).toBeLessThan(12);
    expect(runsIn(study).filter((name) => !/^[0-9a-f]{64}\.json$/.test(name))).toEqual([]);

    const { out, code } = await stowage(...args, "--resume", "--html", join(folder, "page.html"), "--csv", join(folder, "tables"), "--parquet", join(folder, "tables"));
    expect(code).toBe(0);
    expect(out).toContain("4 variants x 3 seeds = 12 runs, each 1 d long; baseline calm, apart");
    expect(out).toMatch(/calm +crowded +stolen h +\+\d+\.\d\d +\+\d+\.\d\d to \+\d+\.\d\d +worse/);
    expect(out).toMatch(/rough +apart +outages +.* +no difference shown/);
    expect(out).toMatch(/w1 ends +calm +h1 +-/);
    expect(readFileSync(join(folder, "page.html"), "utf8")).toContain("95 % interval");
    expect(readdirSync(join(folder, "tables")).sort()).toEqual(["comparison", "runs", "services", "what-ifs"].flatMap((name) => [`study-${name}.csv`, `study-${name}.parquet`]).sort());
    expect(readFileSync(join(folder, "tables", "study-runs.csv"), "utf8").trim().split("\n")).toHaveLength(13);
  }, 60_000);
});

describe("a study that cannot be", () => {
  it.each([
    ["names a scenario that is not there", { "study.yaml": overlays.study.replace("[base.yaml]", "[bse.yaml]") }, /bse\.yaml does not exist/],
    ["moves a workload that is not there", { "study.yaml": overlays.study.replace("workload: w2", "workload: w9") }, /scenario calm has no workload w9/],
    ["compares a day with two", { "failing.yaml": overlays.failing.replace("{ breakdowns", "{ length: 2d, breakdowns") }, /scenario rough lasts 2 d, scenario calm 1 d/],
    ["compares euros with crowns", { "failing.yaml": `${overlays.failing}currency: SEK\n` }, /scenario rough counts in SEK, scenario calm in EUR/],
  ])("is refused when it %s", async (_, files, words) => {
    const { code, err } = await stowage("study", smallStudy(files));
    expect(code).toBe(1);
    expect(err).toMatch(words);
  });

  it("is refused when it should go on from nowhere", async () => {
    const { code, err } = await stowage("study", smallStudy(), "--resume");
    expect([code, err]).toEqual([1, expect.stringContaining("--resume does not say where the finished runs are.")]);
  });
});
