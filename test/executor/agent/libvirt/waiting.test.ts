import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ContinuityClient, Lab } from "../../../../cli/lab/index.ts";
import { packDisks } from "../../../../executor/agent/libvirt/disk-parcel.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { quiet, task } from "../driver-contract.ts";
import { canHaveLab } from "../../../lab/lab-of.ts";
import { labLayer } from "./lab-layer.ts";

const labName = "vwaits";
const name = "vm1";
const workload = name as WorkloadId;

describe.skipIf(!canHaveLab("virtual machines"))("a virtual machine whose source dies before it is told to go on", () => {
  vi.setConfig({ testTimeout: 280_000 });
  let lab: Lab;
  beforeAll(async () => { lab = await Lab.up({ name: labName, hosts: 2, install: true }); }, 120_000);
  afterAll(async () => { await Lab.down(labName); }, 60_000);

  it("is told of as waiting once all of it has come, and goes on as it was when its source has let go or is dead, never before", async () => {
    const { a, b, driver, hostOf, reopen, notes } = await labLayer(lab);
    await lab.addGuest({ name, host: 1, diskMiB: 16 });
    await lab.isServing(name);
    const client = await ContinuityClient.open(lab.addressOf(name), systemClock);
    await expect.poll(() => client.seen.answered, { timeout: 30_000 }).toBeGreaterThan(5);
    const waitsFor = async (): Promise<string | undefined> => (await driver(b).workloads()).find((each) => each.workload === workload)?.waitsFor;
    const emulatorSays = async (): Promise<string> => (await lab.virsh(hostOf(b), ["qemu-monitor-command", name, '{"execute":"query-status"}'])).out;
    const [move, start] = [task({ kind: "migrate", workload, from: a, to: b }, "running"), task({ kind: "start", workload, host: b }, "stopped")];

    const target = await reopen(b);
    // Everything that the agent of the source does, but for the last word.
    const { size } = await stat(join(hostOf(a).images, `${name}.img`));
    const definition = (await lab.virsh(hostOf(a), ["dumpxml", name, "--inactive", "--security-info"])).out;
    const head = { kind: "expect" as const, workload: name, from: a, definition, disks: [{ target: "vda", way: `${name}.img`, format: "raw", bytes: size, usedBytes: 0 }] };
    await target.receive(workload, move.key, packDisks(head, [], quiet().signal));
    const over = new AbortController();
    const carried = lab.virsh(hostOf(a), ["migrate", "--live", "--p2p", "--persistent", "--suspend", "--copy-storage-all", "--migrate-disks=vda", "--bandwidth=16", `--desturi=${hostOf(b).peerUri}`, `--migrateuri=tcp://${hostOf(b).address}`, name]).finally(() => over.abort());
    const before: (string | undefined)[] = [];
    while (!over.signal.aborted) {
      const said = await waitsFor();
      before.push(said);
      // QEMU itself says whether it has read everything.
      if (said !== undefined) expect(await emulatorSays()).toContain('"status":"paused"');
    }
    expect([(await carried).status, before[0], before.length > 3]).toEqual([0, undefined, true]);
    expect([await waitsFor(), await driver(b).find(workload), await target.arrived(workload, move.key)]).toEqual([a, "incoming", "part"]);
    expect(await emulatorSays()).toContain('"status":"paused"');

    // Its source has it again, whoever says what: it stays as it is.
    expect((await lab.virsh(hostOf(a), ["start", name, "--paused"])).status).toBe(0);
    expect(await driver(b).perform(start, quiet())).toMatchObject({ kind: "failed", found: "incoming", because: "it waits here for h1 to let it go, where it is paused" });
    expect((await lab.virsh(hostOf(a), ["destroy", name])).status).toBe(0);
    expect(await driver(b).perform(task({ kind: "start", workload, host: b }, "absent"), quiet())).toMatchObject({ kind: "failed", found: "incoming" });

    await lab.powerOff(hostOf(a));
    expect(await waitsFor()).toBe(a);
    expect(await driver(b).perform(start, quiet())).toEqual({ kind: "done" });
    expect(notes.some((words) => words.includes("does not say whether it has let go"))).toBe(true);
    const { answered } = client.seen;
    await expect.poll(() => client.seen.answered, { timeout: 60_000 }).toBeGreaterThan(answered + 5);
    const seen = await client.close(60_000);
    expect(seen).toMatchObject({ answered: seen.sent, wrong: 0, ended: null });
    expect([await driver(b).find(workload), await waitsFor()]).toEqual(["running", undefined]);

    // When the dead host comes back its agent finds that the move is done, and deletes what is left.
    await lab.powerOn(hostOf(a));
    expect(await (await reopen(a)).resolve(move, quiet())).toEqual({ kind: "done" });
    expect([await driver(a).find(workload), await driver(b).find(workload)]).toEqual(["absent", "running"]);
  });
});
