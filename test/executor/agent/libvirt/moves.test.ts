import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { access, open, readdir, readFile, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ContinuityClient, Lab, type LabHost } from "../../../../cli/lab/index.ts";
import { systemClock } from "../../../../executor/system-clock.ts";
import type { WorkloadId } from "../../../../model/ids.ts";
import { quiet, task } from "../driver-contract.ts";
import { canHaveLab } from "../../../lab/lab-of.ts";
import { imagesSeen, labLayer, type LabLayer, type Ways } from "./lab-layer.ts";

const labName = "vmoves";
let lab: Lab;
let guests = 0;

interface Guest {
  readonly layer: LabLayer;
  readonly workload: WorkloadId;
  readonly diskOn: (host: LabHost) => string;
}

/** A guest that serves on the first host. */
async function serving(ways: Ways = {}, more: { readonly ignoresPower?: boolean; readonly diskMiB?: number } = {}): Promise<Guest> {
  const layer = await labLayer(lab, ways);
  guests++;
  const name = `vm${guests}`;
  await lab.addGuest({ name, host: 1, ...more });
  await lab.isServing(name);
  return { layer, workload: name as WorkloadId, diskOn: (host) => join(host.images, `${name}.img`) };
}

/** What a shell in the guest prints. */
function inGuest(guest: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: lab.addressOf(guest), port: 7001 });
    let said = "";
    socket.setEncoding("utf8").on("data", (text: string) => { said += text; });
    socket.once("error", reject);
    socket.once("close", () => resolve(said));
    socket.end(`${command}; exit\n`);
  });
}

async function digestOf(path: string): Promise<string> {
  return createHash("sha256").update(await readFile(path)).digest("hex");
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}

async function foundOn({ layer, workload }: Guest): Promise<readonly string[]> {
  return Promise.all([layer.driver(layer.a).find(workload), layer.driver(layer.b).find(workload)]);
}

/** A host whose folder of images is on a disk of 32 MiB, for as long as that takes. */
async function withSmallDisk(host: LabHost, work: () => Promise<void>): Promise<void> {
  const file = join(host.folder, "small.img");
  execFileSync("truncate", ["--size=32M", file]);
  execFileSync("mkfs.ext4", ["-q", file]);
  const device = execFileSync("losetup", ["--find", "--show", file], { encoding: "utf8" }).trim();
  execFileSync("mount", [device, host.images]);
  try {
    await lab.run(host, ["mount", device, imagesSeen]);
    await work().finally(() => lab.run(host, ["umount", "--lazy", imagesSeen]));
  } finally {
    execFileSync("umount", ["--lazy", host.images]);
    execFileSync("losetup", ["--detach", device]);
  }
}

/** The number of a machine and the address of its network card. */
async function identityOf(host: LabHost, name: string): Promise<readonly string[]> {
  const { out } = await lab.virsh(host, ["dumpxml", name]);
  return [/<uuid>(.*)<\/uuid>/, /<mac address='(.*)'\/>/].flatMap((pattern) => pattern.exec(out)?.[1] ?? []);
}

/** Nothing of a machine that has not come: no domain, no disk, no part of one. */
async function isClean({ layer, workload, diskOn }: Guest, host: LabHost): Promise<boolean> {
  const listed = (await lab.virsh(host, ["list", "--all", "--name"])).out.split("\n");
  return !listed.includes(workload) && !await isThere(diskOn(host)) && (await readdir(join(layer.hostOf(layer.b).images, ".stowage-incoming"))).length === 0;
}

describe.skipIf(!canHaveLab("virtual machines"))("virtual machines on two hosts", () => {
  vi.setConfig({ testTimeout: 240_000 });
  beforeAll(async () => { lab = await Lab.up({ name: labName, hosts: 2, install: true }); }, 120_000);
  afterAll(async () => { await Lab.down(labName); }, 60_000);

  it("move while they run, as the hypervisors agree between themselves, compressed and not too fast, and clients notice nothing", async () => {
    const guest = await serving({ live: { handOver: false, compressed: true, bandwidth: 200 } });
    const { layer: { a, b, driver, hostOf }, workload, diskOn } = guest;
    await inGuest(workload, "dd if=/dev/urandom of=/dev/vda bs=1M seek=8 count=4 conv=fsync,notrunc");
    const before = await readFile(diskOn(hostOf(a))).then((bytes) => bytes.subarray(8 << 20, 12 << 20).toString("base64"));
    const client = await ContinuityClient.open(lab.addressOf(workload), systemClock);
    await expect.poll(() => client.seen.answered, { timeout: 30_000 }).toBeGreaterThan(5);
    const told: number[] = [];
    expect(await driver(a).perform(task({ kind: "migrate", workload, from: a, to: b }, "running"), { ...quiet(), progress: (permille: number) => { told.push(permille); } })).toEqual({ kind: "done" });
    const { answered } = client.seen;
    await expect.poll(() => client.seen.answered, { timeout: 30_000 }).toBeGreaterThan(answered + 5);
    const seen = await client.close();
    expect(seen).toMatchObject({ wrong: 0, answered: seen.sent, ended: null });
    expect(await foundOn(guest)).toEqual(["absent", "running"]);
    expect([await isThere(diskOn(hostOf(a))), (await lab.virsh(hostOf(a), ["list", "--all", "--name"])).out.trim()]).toEqual([false, ""]);
    expect((await readFile(diskOn(hostOf(b)))).subarray(8 << 20, 12 << 20).toString("base64")).toBe(before);
    expect(told.every((permille) => permille >= 0 && permille < 1000)).toBe(true);
  });

  it("move when they are stopped, with the very bytes of their disks", async () => {
    const guest = await serving({ graceMs: 60_000 });
    const { layer: { a, b, driver, hostOf, notes }, workload, diskOn } = guest;
    expect(await driver(a).perform(task({ kind: "stop", workload, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    expect(notes.filter((words) => words.includes("switched off"))).toEqual([]);
    const digest = await digestOf(diskOn(hostOf(a)));
    expect(await driver(a).perform(task({ kind: "transfer", workload, from: a, to: b }, "stopped"), quiet())).toEqual({ kind: "done" });
    expect([await digestOf(diskOn(hostOf(a))), await digestOf(diskOn(hostOf(b)))]).toEqual([digest, digest]);
    // Empty parts of a disk take no room there either.
    expect((await stat(diskOn(hostOf(b)))).blocks * 512).toBeLessThan(8 << 20);
    expect(await driver(b).perform(task({ kind: "start", workload, host: b }, "stopped"), quiet())).toEqual({ kind: "done" });
    expect(await driver(a).perform(task({ kind: "deleteSource", workload, host: a }, "stopped"), quiet())).toEqual({ kind: "done" });
    await lab.isServing(workload);
    expect([await foundOn(guest), await isThere(diskOn(hostOf(a)))]).toEqual([["absent", "running"], false]);
  });

  it("are switched off only where that is allowed when they do not hear their power button", async () => {
    const guest = await serving({ graceMs: 1500, mayDestroy: false }, { ignoresPower: true });
    const { layer: { a, driver, hostOf }, workload } = guest;
    expect((await lab.virsh(hostOf(a), ["autostart", workload])).status).toBe(0);
    expect(await driver(a).perform(task({ kind: "stop", workload, host: a }, "running"), quiet())).toMatchObject({ kind: "failed", found: "running", because: "the guest has not shut down in 1500 ms, and may not be switched off" });
    await lab.isServing(workload);
    // It will not start behind anybody's back when its host boots.
    expect((await lab.virsh(hostOf(a), ["list", "--all", "--autostart", "--name"])).out.trim()).toBe("");
    const aborting = new AbortController();
    const patient = await labLayer(lab, { graceMs: 600_000 });
    const stopping = patient.driver(a).perform(task({ kind: "stop", workload, host: a }, "running"), quiet(aborting.signal));
    setTimeout(() => aborting.abort(), 1000);
    expect(await stopping).toMatchObject({ kind: "failed", found: "running" });
    await lab.isServing(workload);
    const strict = await labLayer(lab, { graceMs: 1500 });
    expect(await strict.driver(a).perform(task({ kind: "stop", workload, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    expect([await driver(a).find(workload), strict.notes]).toEqual(["stopped", [`h1: ${workload} has not shut down in 1500 ms and is switched off`]]);
  });

  it("go first and have their memory follow, where that is allowed", async () => {
    const guest = await serving({ live: { postCopyAfterMs: 1000, handOver: false, bandwidth: 4 } }, { diskMiB: 1 });
    const { layer: { a, b, driver, hostOf }, workload } = guest;
    const over = new AbortController();
    const states = new Set<string>();
    const moving = driver(a).perform(task({ kind: "migrate", workload, from: a, to: b }, "running"), quiet()).finally(() => over.abort());
    while (!over.signal.aborted) states.add((await lab.virsh(hostOf(a), ["domstate", workload, "--reason"])).out.trim());
    expect([await moving, await foundOn(guest), [...states].some((state) => state.includes("post-copy"))]).toEqual([{ kind: "done" }, ["absent", "running"], true]);
    await lab.isServing(workload);
  });

  it("stay where they are when their move is ended, and leave nothing on the target", async () => {
    const guest = await serving({ live: { bandwidth: 5 } });
    const { layer: { a, b, driver, hostOf }, workload } = guest;
    await inGuest(workload, "dd if=/dev/urandom of=/dev/vda bs=1M seek=8 count=40 conv=fsync,notrunc");
    const client = await ContinuityClient.open(lab.addressOf(workload), systemClock);
    const aborting = new AbortController();
    const moving = driver(a).perform(task({ kind: "migrate", workload, from: a, to: b }, "running"), { signal: aborting.signal, progress: () => {} });
    await expect.poll(() => driver(b).find(workload), { timeout: 60_000 }).toBe("incoming");
    await expect.poll(async () => (await lab.virsh(hostOf(a), ["domjobinfo", workload])).out, { timeout: 60_000 }).toContain("Unbounded");
    aborting.abort();
    expect(await moving).toMatchObject({ kind: "failed", found: "running", ran: false });
    const seen = await client.close();
    expect([seen.wrong, seen.ended, await foundOn(guest), await isClean(guest, hostOf(b))]).toEqual([0, null, ["running", "absent"], true]);
  });

  it("are settled by the next agent when theirs dies in the middle of a move", async () => {
    const guest = await serving({ live: { bandwidth: 5 } });
    const { layer: { a, b, driver, hostOf, reopen }, workload } = guest;
    await inGuest(workload, "dd if=/dev/urandom of=/dev/vda bs=1M seek=8 count=40 conv=fsync,notrunc");
    const move = task({ kind: "migrate", workload, from: a, to: b }, "running");
    const moving = driver(a).perform(move, quiet()).catch((error: unknown) => String(error));
    await expect.poll(async () => (await lab.virsh(hostOf(a), ["domjobinfo", workload])).out, { timeout: 60_000 }).toContain("Unbounded");
    // The hypervisors go on with it: they have not died.
    const next = await reopen(a);
    expect(await next.resolve(move, quiet())).toMatchObject({ kind: "failed", found: "running", again: true });
    expect([await foundOn(guest), await isClean(guest, hostOf(b))]).toEqual([["running", "absent"], true]);
    expect(await moving).toContain("closed");
    await lab.isServing(workload);
  });

  it("do not move where there is no room, and say so", async () => {
    const guest = await serving({ graceMs: 60_000 });
    const { layer: { a, b, driver, hostOf, reopen }, workload } = guest;
    await inGuest(workload, "dd if=/dev/urandom of=/dev/vda bs=1M seek=8 count=40 conv=fsync,notrunc");
    await withSmallDisk(hostOf(b), async () => {
      await reopen(b);
      const outcome = await driver(a).perform(task({ kind: "migrate", workload, from: a, to: b }, "running"), quiet());
      expect(outcome).toMatchObject({ kind: "failed", found: "running" });
      expect(outcome.kind === "failed" ? outcome.because : "").toMatch(/^its disks need 4\d MiB, and \/var\/lib\/libvirt\/images has \d+ MiB free$/);
      await lab.isServing(workload);
      expect(await driver(a).perform(task({ kind: "stop", workload, host: a }, "running"), quiet())).toEqual({ kind: "done" });
      expect(await driver(a).perform(task({ kind: "transfer", workload, from: a, to: b }, "stopped"), quiet())).toMatchObject({ kind: "failed", found: "stopped" });
      expect([await foundOn(guest), await isClean(guest, hostOf(b))]).toEqual([["stopped", "absent"], true]);
    });
  });

  it("are copied while they run, with addresses of their own", async () => {
    const guest = await serving();
    const { layer: { a, b, driver, hostOf }, workload, diskOn } = guest;
    const twin = `${workload}-twin` as WorkloadId;
    expect(await driver(a).perform(task({ kind: "copy", workload: twin, source: workload, from: a, to: b }, "present"), quiet())).toEqual({ kind: "done" });
    expect([await driver(a).find(workload), await driver(b).find(twin)]).toEqual(["running", "stopped"]);
    const [one, two] = [await identityOf(hostOf(a), workload), await identityOf(hostOf(b), twin)];
    expect([one.length, two.length, one.filter((each) => two.includes(each))]).toEqual([2, 2, []]);
    const disk = await open(join(hostOf(b).images, `w-${twin}`, "vda.img"), "r");
    const first = await disk.read(Buffer.alloc(8), 0, 8, 0).finally(() => disk.close());
    expect(first.buffer.toString("utf8").trim()).toBe("1");
    expect(await driver(b).perform(task({ kind: "start", workload: twin, host: b }, "stopped"), quiet())).toEqual({ kind: "done" });
    expect(await isThere(diskOn(hostOf(a)))).toBe(true);
  });
});
