import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Lab } from "../../cli/lab/index.ts";
import { canHaveLab } from "./lab-of.ts";
import { inGuest, LabOperator } from "./lab-operator.ts";

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

    const unasked = await operator.run("workload", "drop", "vm1", "../one");
    expect([unasked.code, unasked.err.replaceAll(/\s+/g, " ")]).toEqual([1, expect.stringMatching(/Nobody can be asked whether this shall be deleted for good: checkpoint "\.\.\/one" of vm1 on host h1, taken at 20/)]);
    await operator.must("workload", "drop", "vm1", "../one", "--yes");
    expect(await operator.must("log", "--verify")).toMatch(/has a checkpoint taken: "\.\.\/one" of "vm1" on host h1[^]*was done[^]*has a checkpoint dropped: "\.\.\/one"[^]*was done/);
    expect(await operator.must("workload", "checkpoints", "vm1")).toBe("There is no checkpoint of vm1.\n");
  });
});
