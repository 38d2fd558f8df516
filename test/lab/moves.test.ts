import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ContinuityClient, Lab, type LabHost } from "../../cli/lab/index.ts";
import { agentPort } from "../../cli/lab/members.ts";
import { systemClock } from "../../executor/system-clock.ts";
import { answers, canHaveLab, cardOf } from "./lab-of.ts";
import { inGuest, knownOn, LabOperator, sidesOf, withSmallDisk } from "./lab-operator.ts";
import { slowWay } from "./slow-way.ts";

const name = "moves";
const isThere = canHaveLab("moves on real hosts");
let lab: Lab;

/** Of the disk of a guest on a host; its beginning holds the counter of boots. */
async function digestOn(host: LabHost, guest: string, from = 0): Promise<string> {
  return createHash("sha256").update((await readFile(join(host.images, `${guest}.img`))).subarray(from)).digest("hex");
}

/** The address that `address-1` stands for. */
function virtualAddress(): string {
  return `${lab.network}.201`;
}

function lastOf({ out }: { readonly out: string }): unknown {
  return JSON.parse(out.trim().split("\n").at(-1) ?? "");
}

async function held(host: LabHost): Promise<boolean> {
  return (await lab.run(host, ["ip", "-brief", "address", "show", "dev", "br0"])).includes(`${virtualAddress()}/32`);
}

describe.runIf(isThere)("on real hosts", { timeout: 200_000 }, () => {
  beforeAll(async () => {
    lab = await Lab.up({ name, hosts: 2, install: true, agents: { graceMs: 10_000 } });
    await lab.addGuest({ name: "vm1", host: 1, diskMiB: 48 });
    await lab.addGuest({ name: "vm2", host: 1, ignoresPower: true });
    for (const { name: guest } of lab.guests) await lab.isServing(guest);
  }, 240_000);
  afterAll(async () => { await Lab.down(name); }, 60_000);

  it("a host is evacuated while clients keep their connections", async () => {
    const operator = await LabOperator.of(lab);
    const clients = await Promise.all(lab.guests.map((guest) => ContinuityClient.open(lab.addressOf(guest.name), systemClock)));
    const ended = await operator.move(["vm1", "vm2"], lab.host("h2"));
    expect(lastOf(ended)).toMatchObject({ format: "stowage/execution-state/v1", status: "ended", done: 2, all: 2 });
    for (const client of clients) {
      const { answered } = client.seen;
      await expect.poll(() => client.seen.answered, { timeout: 60_000 }).toBeGreaterThan(answered + 5);
      const seen = await client.close();
      expect(seen).toMatchObject({ answered: seen.sent, wrong: 0, ended: null });
    }
    expect([await knownOn(lab, "vm1"), await knownOn(lab, "vm2")]).toEqual([["h2"], ["h2"]]);
  });

  it("a machine is stopped, carried and started, with the very bytes of its disk", async () => {
    const operator = await LabOperator.of(lab);
    const { from, to } = await sidesOf(lab, "vm1");
    await inGuest(lab, "vm1", "dd if=/dev/urandom of=/dev/vda bs=1M seek=8 count=32 conv=fsync,notrunc");
    const boots = (await inGuest(lab, "vm1", "cat /tmp/boots")).trim();
    const before = await digestOn(from, "vm1", 8 << 20);
    expect(lastOf(await operator.move(["vm1"], to, { cold: true }))).toMatchObject({ status: "ended", done: 4, all: 4 });
    await lab.isServing("vm1");
    expect([(await inGuest(lab, "vm1", "cat /tmp/boots")).trim(), await knownOn(lab, "vm1")]).toEqual([String(Number(boots) + 1), [to.host]]);
    expect(await digestOn(to, "vm1", 8 << 20)).toBe(before);
    await expect(digestOn(from, "vm1")).rejects.toThrow("ENOENT");
  });

  it("a guest that does not hear its power button is switched off after its time, and moves", async () => {
    const operator = await LabOperator.of(lab);
    const { to } = await sidesOf(lab, "vm2");
    expect(lastOf(await operator.move(["vm2"], to, { cold: true }))).toMatchObject({ status: "ended", done: 4, all: 4 });
    await lab.isServing("vm2");
    expect(await knownOn(lab, "vm2")).toEqual([to.host]);
  });

  it("nothing is lost when the disk of the target is too small, and the summary says why", async () => {
    const operator = await LabOperator.of(lab);
    const { from, to } = await sidesOf(lab, "vm1");
    const client = await ContinuityClient.open(lab.addressOf("vm1"), systemClock);
    await withSmallDisk(lab, to, 32, async () => {
      await operator.move(["vm1"], to);
      const { wayThere } = await operator.summary();
      expect(wayThere).toMatchObject([{ outcome: "undone", because: expect.stringMatching(/^its disks need \d+ MiB, and \/var\/lib\/libvirt\/images has \d+ MiB free$/) as string }]);
      expect(await lab.run(to, ["ls", "/var/lib/libvirt/images"])).not.toContain("vm1.img");
    });
    const seen = await client.close();
    expect(seen).toMatchObject({ answered: seen.sent, wrong: 0, ended: null });
    expect(await knownOn(lab, "vm1")).toEqual([from.host]);
  });
});

describe.runIf(isThere)("a virtual address on real hosts", { timeout: 200_000 }, () => {
  beforeAll(async () => { lab = await Lab.up({ name: "addresses", hosts: 2, install: true, agents: true }); }, 240_000);
  afterAll(async () => { await Lab.down("addresses"); }, 60_000);

  it("is held by one host, then by another, and clients find it at once", async () => {
    const operator = await LabOperator.of(lab);
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    expect(lastOf(await operator.move(["address-1"], h1, { add: [{ id: "address-1", layer: "address", state: "new" }] }))).toMatchObject({ status: "ended", done: 1, all: 1 });
    expect([await held(h1), await held(h2), answers(virtualAddress())]).toEqual([true, false, true]);
    const card = cardOf(virtualAddress());
    expect(lastOf(await operator.move(["address-1"], h2))).toMatchObject({ status: "ended", done: 4, all: 4 });
    // The first question after the take-over is answered: this machine was told, and had asked nobody.
    expect([cardOf(virtualAddress()) === card, await held(h1), await held(h2), answers(virtualAddress())]).toEqual([false, false, true, true]);
  });

  it("is not taken for free while its holder is silent", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    const way = await slowWay({ address: h2.address, port: agentPort }, 700);
    const operator = await LabOperator.of(lab, { h2: way });
    const execution = operator.begin("apply", ...await operator.approved(["address-1"], h1), "--yes");
    await expect.poll(() => execution.events.some(({ kind }) => kind === "dispatched"), { timeout: 60_000, interval: 5 }).toBe(true);
    way.cut();
    await lab.cut(h2);
    for (let seconds = 0; seconds < 20; seconds++) {
      expect(await held(h1)).toBe(false);
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }
    expect(await held(h2)).toBe(true);
    await lab.mend(h2);
    way.mend();
    expect(lastOf(await execution.ended)).toMatchObject({ status: "ended", done: 4, all: 4 });
    expect([await held(h1), await held(h2)]).toEqual([true, false]);
  });
});
