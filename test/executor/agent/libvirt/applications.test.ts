import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Lab } from "../../../../cli/lab/index.ts";
import type { FoundWorkload } from "../../../../executor/protocol.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { quiet, task } from "../driver-contract.ts";
import { canHaveLab } from "../../../lab/lab-of.ts";
import { labLayer } from "./lab-layer.ts";

const labName = "vapps";
const vm = "vm1" as WorkloadId;

describe.skipIf(!canHaveLab("virtual machines"))("applications in a virtual machine", () => {
  vi.setConfig({ testTimeout: 240_000 });
  let lab: Lab;
  beforeAll(async () => { lab = await Lab.up({ name: labName, hosts: 2, install: true }); }, 120_000);
  afterAll(async () => { await Lab.down(labName); }, 60_000);

  it("are reported, measured, stopped and started one by one, also after their machine has moved", async () => {
    const { a, b, driver } = await labLayer(lab);
    await lab.addGuest({ name: vm, host: 1, hasAgent: true });
    await lab.isServing(vm);
    const seen = async (host = a): Promise<FoundWorkload["inside"]> => (await driver(host).workloads()).find(({ workload }) => workload === vm)?.inside;
    const states = async (host = a): Promise<unknown> => (await seen(host))?.map(({ application, found }) => `${application} ${found}`);
    const tell = async (application: string, wish: "running" | "stopped", host = a): Promise<unknown> => driver(host).tellApplication?.(vm, application, wish);

    await expect.poll(() => states(), { timeout: 60_000 }).toEqual(["shop running", "mail running"]);
    // One works much more than the other, and that is seen from the second look on.
    await expect.poll(async () => {
      const [shop, mail] = (await seen()) ?? [];
      return (shop?.use?.["cpuMillicores"] ?? 0) > 3 * (mail?.use?.["cpuMillicores"] ?? 1_000_000);
    }, { timeout: 60_000, interval: 1000 }).toBe(true);
    expect((await driver(a).workloads())[0]?.applications).toEqual(["shop", "mail"]);

    expect([await tell("shop", "stopped"), await states()]).toEqual([null, ["shop stopped", "mail running"]]);
    expect([await tell("shop", "stopped"), await tell("mail", "running")]).toEqual([null, null]);
    expect(await tell("--help", "running")).toBe('the guest of vm1 has no application "--help" in /etc/stowage/applications.json');
    expect(await driver(a).perform(task({ kind: "migrate", workload: vm, from: a, to: b }, "running"), quiet())).toEqual({ kind: "done" });
    await expect.poll(() => states(b), { timeout: 60_000 }).toEqual(["shop stopped", "mail running"]);
    expect([await tell("shop", "running", b), await states(b)]).toEqual([null, ["shop running", "mail running"]]);
  });

  it("are not there where nobody in the guest listens", async () => {
    const { a, driver } = await labLayer(lab);
    await lab.addGuest({ name: "vm2", host: 1 });
    await lab.isServing("vm2");
    expect((await driver(a).workloads())[0]?.inside).toBeUndefined();
    expect(await driver(a).tellApplication?.("vm2" as WorkloadId, "shop", "running")).toBe("nobody in the guest of vm2 listens: it needs qemu-guest-agent and a channel org.qemu.guest_agent.0");
  });
});
