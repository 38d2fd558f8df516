import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab } from "../../cli/lab/index.ts";
import { canHaveLab } from "./lab-of.ts";
import { LabOperator } from "./lab-operator.ts";

const name = "apps";
const isThere = canHaveLab("applications inside of virtual machines");

describe.runIf(isThere)("applications inside of a virtual machine", { timeout: 240_000 }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.up({ name, hosts: 1, install: true, agents: {} });
    await lab.addGuest({ name: "vm1", host: 1, hasAgent: true });
    await lab.isServing("vm1");
  }, 240_000);
  afterAll(async () => { await Lab.down(name); }, 60_000);

  it("are listed, stopped and started by an operator, each alone", async () => {
    const operator = await LabOperator.of(lab);
    const states = async (): Promise<readonly string[]> => {
      const { applications } = JSON.parse(await operator.must("application", "list", "--json")) as { readonly applications: readonly { readonly application: string; readonly found: string }[] };
      return applications.map(({ application, found }) => `${application} ${found}`);
    };
    await expect.poll(states, { timeout: 120_000, interval: 2000 }).toEqual(["mail running", "shop running"]);
    expect(await operator.must("application", "stop", "vm1", "shop")).toBe("shop in vm1 on host h1 is stopped.\n");
    expect(await states()).toEqual(["mail running", "shop stopped"]);
    expect(await operator.must("application", "start", "vm1", "shop")).toBe("shop in vm1 on host h1 is running.\n");
    expect(await operator.must("application", "list")).toMatch(/vm1 +shop +h1 +running/);
    const hostile = await operator.run("application", "stop", "vm1", "$(poweroff)");
    expect([hostile.code, hostile.err]).toEqual([expect.any(Number), expect.stringContaining('the guest of vm1 has no application "$(poweroff)"')]);
    expect((await operator.run("application", "stop", "vm9", "shop")).err).toContain('workload "vm9" runs on no host whose agent answers');
    const fleet = await operator.must("inventory");
    expect(fleet).toMatch(/applications: \[ *shop, mail *\]|applications:\s+- shop\s+- mail/);
  });
});
