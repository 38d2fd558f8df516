import { execFileSync } from "node:child_process";
import { appendFile, cp, open, readFile, readdir, rename, stat, truncate } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { Lab } from "../../../../cli/lab/index.ts";
import type { Outcome } from "../../../../executor/agent/driver.ts";
import { Checkpoints } from "../../../../executor/agent/libvirt/checkpoints.ts";
import { LibvirtHost } from "../../../../executor/agent/libvirt/libvirt-host.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { quiet, task } from "../driver-contract.ts";
import { canHaveLab } from "../../../lab/lab-of.ts";
import { folderName } from "../../../../executor/agent/place.ts";
import { imagesSeen, labLayer, settingsOf, type Ways } from "./lab-layer.ts";

const labName = "vcheck";
const vm = "vm1" as WorkloadId;
const noCarrier = { send: () => Promise.reject(new Error("no way")), arrived: () => Promise.reject(new Error("no way")), discard: () => Promise.reject(new Error("no way")) };

describe.skipIf(!canHaveLab("virtual machines"))("a checkpoint of a virtual machine", () => {
  vi.setConfig({ testTimeout: 280_000 });
  let lab: Lab;
  beforeAll(async () => { lab = await Lab.up({ name: labName, hosts: 2, install: true }); }, 120_000);
  afterAll(async () => { await Lab.down(labName); }, 60_000);

  const inGuest = (command: string): Promise<string> => new Promise((resolve, reject) => {
    const socket = connect({ host: lab.addressOf(vm), port: 7001 });
    let said = "";
    socket.setEncoding("utf8").on("data", (text: string) => { said += text; });
    socket.once("error", reject);
    socket.once("close", () => resolve(said.trim()));
    socket.end(`${command}; exit\n`);
  });
  const write = (words: string): Promise<string> => inGuest(`echo ${words} > /tmp/memory; echo ${words} | dd of=/dev/vda bs=512 seek=4096 conv=notrunc,fsync; cat /tmp/memory`);
  const read = (): Promise<string> => inGuest("cat /tmp/memory; dd if=/dev/vda bs=512 skip=4096 count=1 iflag=direct | head -n 1; cat /tmp/boots");
  const checkpointsOf = async (folder: string, name: string, ways: Ways = {}, shared: readonly string[] = []): Promise<Checkpoints> => {
    const settings = settingsOf(lab, folder, name, ways);
    const host = await LibvirtHost.open({ ...settings, images: { ...settings.images, shared } }, { clock: systemClock, carrier: noCarrier, note: () => {} });
    onTestFinished(() => host.close());
    return new Checkpoints(host, () => systemClock.utcMs());
  };

  it("holds memory and disk of one instant, and the machine goes on from it, also on another host", async () => {
    const { a, b, driver, hostOf, folder } = await labLayer(lab);
    await lab.addGuest({ name: vm, host: 1 });
    await lab.isServing(vm);
    await write("before");
    const checkpoints = await checkpointsOf(folder, "h1");
    expect(await checkpoints.take(vm, "../one")).toMatchObject({ workload: vm, name: "../one", disks: [{ target: "vda", way: `${vm}.img` }] });
    await expect(checkpoints.take(vm, "../one")).rejects.toThrow("already");
    // It has gone on meanwhile, with its own disk alone.
    expect((await lab.virsh(hostOf(a), ["domblklist", vm])).out).toContain(`/var/lib/libvirt/images/${vm}.img`);
    await write("after");
    await expect(checkpoints.restore(vm, "../one")).rejects.toThrow("stop it first");
    expect(await driver(a).perform(task({ kind: "stop", workload: vm, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    // What is not whole any more is found before anything is touched.
    const [memory, disk] = [join(hostOf(a).images, ".stowage-checkpoints", folderName(vm), folderName("../one"), "memory"), join(hostOf(a).images, `${vm}.img`)];
    const now = await readFile(disk);
    const { size } = await stat(memory);
    await appendFile(memory, "x");
    await expect(checkpoints.restore(vm, "../one")).rejects.toThrow("the memory of checkpoint");
    expect((await readFile(disk)).equals(now)).toBe(true);
    await truncate(memory, size);
    const goBack = (): Promise<Outcome> => driver(a).perform(task({ kind: "start", workload: vm, host: a, checkpoint: "../one" }, "stopped"), quiet());
    // One that cannot be started with what is put back has its disks of now.
    const log = `/var/log/libvirt/qemu/${vm}.log`;
    await lab.run(hostOf(a), ["sh", "-c", `mv ${log} ${log}.kept && mkdir ${log}`]);
    expect(await goBack()).toMatchObject({ kind: "failed", found: "stopped", again: false, because: expect.stringContaining(log) as string });
    expect([(await readFile(disk)).equals(now), (await readdir(hostOf(a).images)).filter((name) => name.includes("before-restore"))]).toEqual([true, []]);
    await lab.run(hostOf(a), ["sh", "-c", `rmdir ${log} && mv ${log}.kept ${log}`]);
    // One that somebody starts meanwhile has not gone back.
    await rename(memory, `${memory}.kept`);
    execFileSync("sh", ["-c", 'mkfifo "$1"', "sh", memory]);
    const going = goBack();
    const writing = await open(memory, "w");
    expect((await lab.virsh(hostOf(a), ["start", vm])).status).toBe(0);
    await writing.close();
    expect(await going).toMatchObject({ kind: "failed", found: "running", because: expect.stringContaining("has changed") as string });
    await rename(`${memory}.kept`, memory);
    expect(await driver(a).perform(task({ kind: "stop", workload: vm, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    expect(await goBack()).toEqual({ kind: "done" });
    expect((await readdir(hostOf(a).images)).filter((name) => name.includes("before-restore"))).toEqual([]);
    expect((await read()).split("\n")).toEqual(["before", "before", "1"]);
    // A disk that is not kept would be of now under a memory of then.
    const sharing = await checkpointsOf(folder, "h1", {}, [imagesSeen]);
    await expect(sharing.take(vm, "three")).rejects.toThrow("its disk vda");

    expect(await driver(a).perform(task({ kind: "stop", workload: vm, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    const kept = (host: typeof a): string => join(hostOf(host).images, ".stowage-checkpoints");
    await cp(kept(a), kept(b), { recursive: true });
    // Where the memory of an emulated guest might be lost, it is silent while a checkpoint is taken, and goes on.
    const careful = await checkpointsOf(folder, "h2", { live: { emulated: false } });
    await careful.restore(vm, "../one");
    expect([(await read()).split("\n"), await driver(b).find(vm)]).toEqual([["before", "before", "1"], "running"]);
    await careful.take(vm, "two");
    expect([(await read()).split("\n"), await driver(b).find(vm)]).toEqual([["before", "before", "1"], "running"]);
    expect((await checkpoints.list(vm)).map(({ name }) => name)).toEqual(["../one"]);
    await checkpoints.delete(vm, "../one");
    expect(await checkpoints.list(vm)).toEqual([]);
  });
});
