import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ContinuityClient, Lab, type LabHost } from "../../cli/lab/index.ts";
import { systemClock } from "../../executor/system-clock.ts";
import { stowage } from "../cli/command-line.ts";
import { canHaveLab } from "./lab-of.ts";
import { hostsOf, inGuest, knownOn, LabOperator, movesPhase, sidesOf, withSmallDisk, waitsWhole, type Execution, type MovePhase } from "./lab-operator.ts";

const name = "faults";
const guest = "vm1";
const isThere = canHaveLab("real faults");
let lab: Lab;

/** A live move under way, through agent, approval and executor, with a client that listens. */
interface Moving {
  readonly operator: LabOperator;
  readonly execution: Execution;
  readonly client: ContinuityClient;
  readonly from: LabHost;
  readonly to: LabHost;
}

async function moving(phase: MovePhase): Promise<Moving> {
  const operator = await LabOperator.of(lab);
  const { from, to } = await sidesOf(lab, guest);
  const [plan, scenario] = await operator.approved([guest], to);
  const client = await ContinuityClient.open(lab.addressOf(guest), systemClock);
  const execution = operator.begin("apply", plan, scenario, "--yes");
  const early = execution.ended.then(({ out, err }) => { throw new Error(`it ended before anything happened to it\n${out}\n${err}`); });
  await Promise.race([movesPhase(lab, from, guest, phase).catch((error: unknown) => {
    throw new Error(`it is not seen to move; it has told so far: ${JSON.stringify(execution.events)}`, { cause: error });
  }), early]);
  early.catch(() => {});
  return { operator, execution, client, from, to };
}

/** It runs once, all that was said was answered by the same guest on the same connection, and nothing else is left. */
async function isWhole(client: ContinuityClient, host: LabHost): Promise<void> {
  expect((await hostsOf(lab, guest)).map((each) => each.host)).toEqual([host.host]);
  const { answered } = client.seen;
  await expect.poll(() => client.seen.answered, { timeout: 60_000 }).toBeGreaterThan(answered + 5);
  const seen = await client.close(60_000);
  expect(seen).toMatchObject({ answered: seen.sent, wrong: 0, ended: null });
  await expect.poll(() => knownOn(lab, guest), { timeout: 60_000 }).toEqual([host.host]);
}

describe.runIf(isThere)("a live move", { timeout: 300_000 }, () => {
  beforeAll(async () => {
    lab = await Lab.up({ name, hosts: 2, install: true, agents: { bandwidthMiBps: 16 } });
    await lab.addGuest({ name: guest, host: 1, diskMiB: 48 });
    await lab.isServing(guest);
    await inGuest(lab, guest, "dd if=/dev/urandom of=/dev/vda bs=1M seek=8 count=32 conv=fsync,notrunc");
  }, 240_000);
  afterAll(async () => { await Lab.down(name); }, 60_000);
  // What a test has broken is mended for the next.
  beforeEach(async () => {
    await lab.mend(...lab.hosts);
    for (const host of lab.hosts) {
      await lab.powerOn(host);
      await lab.startAgent(host);
    }
  }, 120_000);

  it("goes on when its executor is killed and started again", async () => {
    const { operator, execution, client, to } = await moving("any");
    execution.child.kill("SIGKILL");
    await execution.ended;
    const { code, out } = await operator.begin("resume").ended;
    expect([code, (await operator.summary()).wayThere.map(({ outcome }) => outcome)], out).toEqual([0, ["done"]]);
    await isWhole(client, to);
  });

  it("ends well when the agent of the source is killed and started again", async () => {
    const { operator, execution, client, from } = await moving("memory");
    await lab.killAgent(from);
    await lab.startAgent(from);
    await execution.ended;
    await isSaid(operator, client);
  });

  it("ends well when the agent of the target is killed and started again", async () => {
    const { operator, execution, client, to } = await moving("memory");
    await lab.killAgent(to);
    await lab.startAgent(to);
    await execution.ended;
    await isSaid(operator, client);
  });

  it("goes on at the target when both agents are killed and the link breaks at the very instant of the hand-over", async () => {
    const { operator, execution, client, from, to } = await moving("memory");
    // The hypervisors come to the end by themselves, and nobody tells the guest to go on.
    process.kill(await lab.agentPid(from) ?? 0, "SIGSTOP");
    await expect.poll(() => waitsWhole(lab, from, to, guest), { timeout: 120_000, interval: 50 }).toBe(true);
    expect(await hostsOf(lab, guest)).toEqual([]);
    await lab.cut(from, to);
    for (const host of [from, to]) await lab.killAgent(host);
    for (const host of [to, from]) await lab.startAgent(host);
    // Nobody can know yet what is on the other side: the guest waits, and runs nowhere.
    await new Promise((resolve) => { setTimeout(resolve, 5000); });
    expect([await hostsOf(lab, guest), await waitsWhole(lab, from, to, guest)]).toEqual([[], true]);
    await lab.mend(from, to);
    await execution.ended;
    expect((await operator.summary()).wayThere).toMatchObject([{ outcome: "done" }]);
    await isSaid(operator, client);
  });

  it("ends well when libvirt of the target is killed and started again", async () => {
    const { operator, execution, client, to } = await moving("memory");
    await lab.killLibvirt(to);
    await lab.startLibvirt(to);
    await execution.ended;
    await isSaid(operator, client);
  });

  it.each(["disk", "memory"] as const)("ends well when the link breaks while the %s is carried, and is mended", async (phase) => {
    const { operator, execution, client, from, to } = await moving(phase);
    await lab.cut(from, to);
    await new Promise((resolve) => { setTimeout(resolve, 15_000); });
    await lab.mend(from, to);
    await execution.ended;
    await isSaid(operator, client);
  });

  it("leaves the guest where it is when the disk of the target fills up meanwhile", async () => {
    const { from, to } = await sidesOf(lab, guest);
    await withSmallDisk(lab, to, 72, async () => {
      const { operator, execution, client } = await moving("disk");
      await lab.run(to, ["sh", "-c", "cat /dev/zero > /var/lib/libvirt/images/filler || true"]);
      await execution.ended;
      expect((await operator.summary()).wayThere).toMatchObject([{ outcome: "undone" }]);
      await isWhole(client, from);
    });
  });

  it("leaves the guest where it is when the target loses its power", async () => {
    const { operator, execution, client, from, to } = await moving("memory");
    await lab.powerOff(to);
    await new Promise((resolve) => { setTimeout(resolve, 5000); });
    expect((await hostsOf(lab, guest)).map((each) => each.host)).toEqual([from.host]);
    await lab.powerOn(to);
    await lab.startAgent(to);
    await execution.ended;
    await isSaid(operator, client);
  });

  // The last one: whoever takes a fleet over shuts the executor of before out.
  it("waits at the target, whole, when source and executor die at the very instant of the hand-over, and goes on there once that is said", async () => {
    const next = await LabOperator.inPlaceOf(lab);
    const [fleet, dead, now, plan] = [next.at("fleet.yaml"), next.at("dead.yaml"), next.at("now.yaml"), next.at("plan.json")];
    await next.must("inventory", "--out", fleet);
    const { execution, client, from, to } = await moving("memory");
    process.kill(await lab.agentPid(from) ?? 0, "SIGSTOP");
    await expect.poll(() => waitsWhole(lab, from, to, guest), { timeout: 120_000, interval: 50 }).toBe(true);
    execution.child.kill("SIGKILL");
    await lab.powerOff(from);
    const believed = await next.run("inventory", "--base", fleet, "--allow-silent", "--wait", "2s", "--json");
    expect(believed.out).toContain(`workload ${guest} waits on host ${to.host}, whole and with its memory: it came from host ${from.host}`);
    expect(placeIn(believed.out)).toEqual({ host: from.host });
    await writeFile(dead, JSON.stringify({ apiVersion: "stowage/v1", changes: [{ hostFailure: { hosts: [from.host] } }] }));
    const known = await next.must("inventory", "--base", fleet, "--base", dead, "--wait", "2s", "--out", now, "--json");
    expect(placeIn(known)).toEqual({ host: to.host, state: "stopped" });
    expect(await stowage("plan", now, "--mode", "repair", "--time", "1", "--out", plan, "--as", "planner")).toMatchObject({ code: 0 });
    await next.must("approve", plan, now, "--as", "approver");
    await next.must("apply", plan, now, "--yes", "--wait", "2s");
    await lab.powerOn(from);
    await lab.startAgent(from);
    await isWhole(client, to);
  });
});

/** Where an inventory says that the guest is. */
function placeIn(printed: string): unknown {
  const { scenario } = JSON.parse(printed) as { readonly scenario: { readonly workloads: readonly { readonly id: string; readonly host?: string; readonly state?: string }[] } };
  const found = scenario.workloads.find(({ id }) => id === guest);
  return { host: found?.host, ...(found?.state === undefined || found.state === "running" ? {} : { state: found.state }) };
}

/** The summary tells what is true: where it says done the guest is on the target, where it says undone on the source. */
async function isSaid(operator: LabOperator, client: ContinuityClient): Promise<void> {
  const { status, wayThere } = await operator.summary();
  expect([status, wayThere.length]).toEqual(["ended", 1]);
  const [on, ...more] = await hostsOf(lab, guest);
  if (on === undefined) throw new Error(`${guest} runs nowhere`);
  expect(more).toEqual([]);
  expect(wayThere[0]?.outcome).toBe(on.host === wayThere[0]?.planned.action.to ? "done" : "undone");
  await isWhole(client, on);
}
