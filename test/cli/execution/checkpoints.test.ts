import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Lab } from "../../../cli/lab/index.ts";
import { canHaveLab } from "../../lab/lab-of.ts";
import { inGuest, LabOperator } from "../../lab/lab-operator.ts";
import { stowage } from "../command-line.ts";
import { must, programs, realFleet } from "./real-fleet.ts";

const labName = "ckpt";

describe.runIf(canHaveLab("checkpoints of virtual machines by an operator"))("a checkpoint of a virtual machine", { timeout: 280_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.up({ name: labName, hosts: 1, install: true, agents: {} });
    await lab.addGuest({ name: "vm1", host: 1 });
    await lab.isServing("vm1");
  }, 240_000);
  afterAll(async () => { await Lab.down(labName); }, 60_000);

  it("is taken while it runs, and is what it goes on from, as somebody else has approved", async () => {
    const operator = await LabOperator.of(lab);
    const folder = await mkdtemp(join(tmpdir(), "stowage-checkpoints-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const fleet = join(folder, "fleet.yaml");
    await operator.must("inventory", "--out", fleet);
    const memory = async (): Promise<string> => (await inGuest(lab, "vm1", "cat /tmp/memory")).trim();
    await inGuest(lab, "vm1", "echo before > /tmp/memory");
    expect(await operator.must("workload", "checkpoint", "vm1", "--name", "../one")).toContain("Checkpoint ../one of vm1 is on host h1");
    expect((await operator.run("workload", "checkpoint", "vm1", "--name", "../one")).err).toContain("has a checkpoint");
    await inGuest(lab, "vm1", "echo after > /tmp/memory");
    expect(await memory()).toBe("after");

    expect((await operator.run("workload", "restore", "vm1", "two", fleet, "--approved-by", "approver", "--yes")).err).toContain('no host has a checkpoint "two" of vm1');
    const listed = JSON.parse(await operator.must("workload", "checkpoints", "vm1", "--json")) as { readonly checkpoints: readonly unknown[] };
    expect(listed.checkpoints).toEqual([{ host: "h1", name: "../one", takenAt: expect.stringMatching(/^20.*Z$/) }]);
    const declined = await operator.run("workload", "restore", "vm1", "../one", fleet, "--yes");
    expect([declined.code, declined.err]).toEqual([3, expect.stringContaining("nobody can be asked for an approval")]);
    expect(await memory()).toBe("after");

    await operator.must("workload", "restore", "vm1", "../one", fleet, "--approved-by", "approver", "--yes", "--time", "1");
    expect(await memory()).toBe("before");
    expect(await operator.must("log", "--verify")).toContain("approved by approver");
    // A plan of a start from another checkpoint is another plan.
    const plan = join(folder, "plan.json");
    const { folder: last } = JSON.parse(await operator.must("status", "--json")) as { readonly folder: string };
    const kept = await readFile(join(last, "plan.json"), "utf8");
    expect(kept).toContain('"checkpoint":"../one"');
    await writeFile(plan, kept.replace('"checkpoint":"../one"', '"checkpoint":"two"'));
    expect((await operator.run("apply", plan, fleet, "--yes")).err).toMatch(/it was changed/);

    await operator.must("workload", "drop", "vm1", "../one");
    expect(await operator.must("workload", "checkpoints", "vm1")).toBe("There is no checkpoint of vm1.\n");
  });
});

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
    expect((await fleet.run("workload", "checkpoint", "$(x)")).err).toContain('workload "$(x)" runs on no host whose agent answers');
    expect((await fleet.run("workload", "checkpoint", "web", "--name", "a\nb")).code).toBe(1);
    expect((await fleet.run("workload", "drop", "web", "one")).err).toContain('no host has a checkpoint "one" of web');
    expect((await fleet.run("workload", "restore", "web", "one", file, "--approved-by", "bruno", "--yes")).err).toContain('no host has a checkpoint "one" of web');
    expect(await fleet.runs("a", "web")).toBe(true);
  }, 120_000);
});
