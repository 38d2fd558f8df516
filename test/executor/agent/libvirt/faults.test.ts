import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ContinuityClient, Lab } from "../../../../cli/lab/index.ts";
import type { Outcome } from "../../../../executor/agent/driver.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { quiet, task } from "../driver-contract.ts";
import { canHaveLab } from "../../../lab/lab-of.ts";
import { labLayer, type LabLayer } from "./lab-layer.ts";

const labName = "vfaults";
let lab: Lab;
let guests = 0;

/** A guest that serves on the first host, with 40 MiB on its disk. */
async function serving(bandwidth: number): Promise<{ readonly layer: LabLayer; readonly workload: WorkloadId }> {
  const layer = await labLayer(lab, { live: { bandwidth } });
  guests++;
  const name = `vm${guests}`;
  await lab.addGuest({ name, host: 1 });
  await lab.isServing(name);
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: lab.addressOf(name), port: 7001 });
    socket.once("error", reject);
    socket.once("close", () => resolve());
    socket.resume().end("dd if=/dev/urandom of=/dev/vda bs=1M seek=8 count=40 conv=fsync,notrunc; exit\n");
  });
  return { layer, workload: name as WorkloadId };
}

interface Phase {
  readonly bandwidth: number;
  /** Has a move come so far, by what the hypervisor tells of it? */
  readonly isIn: (job: string) => boolean;
}

const disk: Phase = { bandwidth: 5, isIn: (job) => fieldOf(job, "File processed") > 0 && fieldOf(job, "Memory processed") === 0 };
const memory: Phase = { bandwidth: 10, isIn: (job) => fieldOf(job, "Memory processed") > 0 };

function fieldOf(job: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+([0-9.]+)`, "m").exec(job)?.[1] ?? 0);
}

describe.skipIf(!canHaveLab("virtual machines"))("a move of a virtual machine", () => {
  vi.setConfig({ testTimeout: 280_000 });
  beforeAll(async () => { lab = await Lab.up({ name: labName, hosts: 2, install: true }); }, 120_000);
  afterAll(async () => { await Lab.down(labName); }, 60_000);

  const faults: readonly (readonly [string, Phase, () => Promise<void>, () => Promise<void>])[] = [
    ["the link is cut while its memory is carried", memory, () => lab.cut(lab.host("h1"), lab.host("h2")), () => lab.mend(lab.host("h1"), lab.host("h2"))],
    ["libvirt on the target is killed while its disk is carried", disk, () => lab.killLibvirt(lab.host("h2")), () => lab.startLibvirt(lab.host("h2"))],
  ];
  it.each(faults)("ends with the machine where it was when %s", async (_, { bandwidth, isIn }, fault, mend) => {
    const { layer: { a, b, driver, hostOf, notes, cut }, workload } = await serving(bandwidth);
    const client = await ContinuityClient.open(lab.addressOf(workload), systemClock);
    const aborting = new AbortController();
    let outcome: Outcome | null = null;
    const moving = driver(a).perform(task({ kind: "migrate", workload, from: a, to: b }, "running"), quiet(aborting.signal)).then((how) => {
      outcome = how;
      return how;
    });
    await expect.poll(async () => isIn((await lab.virsh(hostOf(a), ["domjobinfo", workload])).out), { timeout: 120_000, interval: 50 }).toBe(true);
    await fault();
    cut(true);
    // An executor ends what takes too long; nothing is said before the other side has been seen.
    setTimeout(() => aborting.abort(), 3000);
    await expect.poll(() => notes.length, { timeout: 120_000 }).toBeGreaterThan(0);
    expect(outcome).toBeNull();
    await mend();
    cut(false);
    expect([await moving, await driver(b).find(workload)]).toMatchObject([{ kind: "failed", found: "running", ran: false }, "absent"]);
    const seen = await client.close(30_000);
    expect([seen.wrong, seen.ended, seen.answered === seen.sent]).toEqual([0, null, true]);
    expect((await lab.run(hostOf(b), ["find", "/var/lib/libvirt/images", "-type", "f"])).trim()).toBe("");
    // And then it moves.
    const again = await labLayer(lab);
    expect(await again.driver(a).perform(task({ kind: "migrate", workload, from: a, to: b }, "running"), quiet())).toEqual({ kind: "done" });
  });

  it("is refused where memory of an emulated one might be lost, and it is known to be", async () => {
    const layer = await labLayer(lab, { live: { emulated: false } });
    const { a, b, driver, hostOf } = layer;
    const workload = "emulated" as WorkloadId;
    await layer.prepare(a, workload, "any");
    expect(await driver(a).perform(task({ kind: "start", workload, host: a }, "absent"), quiet())).toEqual({ kind: "done" });
    const isWhole = Number(/Running hypervisor: QEMU (\d+)/.exec((await lab.virsh(hostOf(a), ["version"])).out)?.[1]) >= 9;
    expect((await driver(a).workloads()).find((each) => each.workload === workload)?.liveMove).toBe(isWhole);
    const outcome = await driver(a).perform(task({ kind: "migrate", workload, from: a, to: b }, "running"), quiet());
    expect(outcome).toEqual(isWhole ? { kind: "done" } : expect.objectContaining({ kind: "failed", found: "running", again: false, because: expect.stringContaining("may lose some of its memory") as string }));
    expect([await driver(a).find(workload), await driver(b).find(workload)]).toEqual(isWhole ? ["absent", "running"] : ["running", "absent"]);
  });
});
