import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab } from "../../../../cli/lab/index.ts";
import type { Found } from "../../../../executor/protocol.ts";
import type { HostId, WorkloadId } from "../../../../model/ids.ts";
import { holdsDriverContract, quiet, task } from "../driver-contract.ts";
import { answers, canHaveLab, cardOf } from "../../../lab/lab-of.ts";
import { addressLayer } from "./address-layer.ts";

const name = "address";
const isThere = canHaveLab("the address driver");
let lab: Lab;

beforeAll(async () => {
  if (isThere) lab = await Lab.up({ name, hosts: 2, install: true, libvirt: false });
});
afterAll(async () => { if (isThere) await Lab.down(name); });

holdsDriverContract("address", () => addressLayer(lab), { isThere });

const web = "web" as WorkloadId;

function start(host: HostId): ReturnType<typeof task> {
  return task({ kind: "start", workload: web, host }, "absent");
}

describe.runIf(isThere)("a virtual address", () => {
  it("takes no address that somebody else answers for", async () => {
    const layer = await addressLayer(lab);
    const { a, b } = layer;
    await layer.prepare(a, web, "one");
    expect(await layer.driver(a).perform(start(a), quiet())).toEqual({ kind: "done" });
    const outcome = await layer.driver(b).perform(start(b), quiet());
    expect(outcome).toMatchObject({ kind: "failed", again: true, found: "absent", ran: false });
    expect(outcome).toHaveProperty("because", expect.stringMatching(/^10\.213\.\d+\.\d+\/32 is still held by [0-9a-f:]{17}$/));
    expect(await lab.run(lab.host("h2"), ["ip", "-br", "address", "show", "dev", "br0"])).not.toContain(layer.addressOf("one"));
  });

  it("takes only what its own configuration says", async () => {
    const layer = await addressLayer(lab);
    const { a, b } = layer;
    await layer.prepare(b, web, "another");
    await layer.prepare(a, web, "one");
    expect(await layer.driver(a).perform(start(a), quiet())).toEqual({ kind: "done" });
    expect(await layer.driver(a).perform(task({ kind: "stop", workload: web, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    const outcome = await layer.driver(a).perform(task({ kind: "transfer", workload: web, from: a, to: b }, "stopped"), quiet());
    expect(outcome).toMatchObject({ kind: "failed", found: "stopped" });
    expect(await layer.driver(b).perform(task({ kind: "start", workload: "unknown" as WorkloadId, host: b }, "absent"), quiet()))
      .toMatchObject({ kind: "failed", again: false, found: "absent", because: "unknown has no address in the configuration of this host" });
  });

  it("tells of one that was taken away by hand", async () => {
    const layer = await addressLayer(lab);
    const { a } = layer;
    const told: [WorkloadId, Found][] = [];
    layer.driver(a).watch((workload, found) => told.push([workload, found]));
    await layer.prepare(a, web, "one");
    expect(await layer.driver(a).perform(start(a), quiet())).toEqual({ kind: "done" });
    await lab.run(lab.host("h1"), ["ip", "address", "del", layer.addressOf("one"), "dev", "br0"]);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual([[web, "stopped"]]);
    expect(await layer.driver(a).find(web)).toBe("stopped");
  });

  it("is there again for a client that knew where it was", async () => {
    const layer = await addressLayer(lab);
    const { a, b } = layer;
    const address = layer.addressOf("one").replace("/32", "");
    const reaches = (): boolean => answers(address);
    await layer.prepare(a, web, "one");
    await layer.driver(a).perform(start(a), quiet());
    await expect.poll(reaches, { timeout: 20_000 }).toBe(true);
    const before = cardOf(address);
    expect(await layer.driver(a).perform(task({ kind: "stop", workload: web, host: a }, "running"), quiet())).toEqual({ kind: "done" });
    expect(reaches()).toBe(false);
    await layer.driver(a).perform(task({ kind: "transfer", workload: web, from: a, to: b }, "stopped"), quiet());
    expect(await layer.driver(b).perform(task({ kind: "start", workload: web, host: b }, "stopped"), quiet())).toEqual({ kind: "done" });
    // Nothing was asked since: the client has been told.
    expect(cardOf(address)).not.toBe(before);
    expect(reaches()).toBe(true);
  });
});
