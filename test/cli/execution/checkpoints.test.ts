import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { stowage } from "../command-line.ts";
import { must, programs, realFleet } from "./real-fleet.ts";

describe("a layer that keeps no checkpoints", () => {
  it("says so, and nothing happens", async () => {
    const fleet = await realFleet({ hosts: ["a"] });
    await fleet.template("a", "web", {});
    const [file, plan] = [fleet.at("fleet.json"), fleet.at("plan.json")];
    await writeFile(file, programs(["a"], { web: { state: "new" } }));
    await must(stowage("plan", file, "--mode", "place", "--out", plan, "--as", "anna", "--time", "1"));
    await must(fleet.run("approve", plan, file, "--as", "bruno"));
    await must(fleet.run("apply", plan, file, "--yes"));
    for (const name of ["one", "../x", "$(x)", "a b"]) {
      const { code, err } = await fleet.run("workload", "checkpoint", "web", "--name", name);
      expect([code, err.replaceAll(/\s+/g, " ")]).toEqual([1, expect.stringContaining("no checkpoint of web was taken: layer process keeps no checkpoints")]);
    }
    // Whatever was asked of a workload is in the audit trail, and no name makes a line of its own there.
    const trail = (await must(fleet.run("log", "--verify"))).out;
    for (const name of ["one", "../x", "$(x)", "a b"]) expect(trail).toContain(`anna has a checkpoint taken: ${JSON.stringify(name)} of "web" on host a`);
    expect(trail.match(/entry \d was not done: layer process keeps no checkpoints/g)).toHaveLength(4);
    expect((await fleet.run("workload", "checkpoint", "$(x)")).err).toContain('workload "$(x)" runs on no host whose agent answers');
    expect((await fleet.run("workload", "checkpoint", "web", "--name", "a\nb")).code).toBe(1);
    expect((await must(fleet.run("log"))).out).not.toMatch(/^b"/m);
    for (const name of ["", "x".repeat(254)]) expect((await fleet.run("workload", "checkpoint", "web", `--name=${name}`)).err).toContain("A checkpoint's name has 1 to 253 characters");
    expect((await fleet.run("workload", "drop", "web", "one")).err).toContain('no host has a checkpoint "one" of web');
    expect((await fleet.run("workload", "restore", "web", "one", file, "--approved-by", "bruno", "--yes")).err).toContain('no host has a checkpoint "one" of web');
    expect(await fleet.runs("a", "web")).toBe(true);
  }, 120_000);
});
