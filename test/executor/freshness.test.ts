import { describe, expect, it } from "vitest";
import { approve, defaultApprovalRule, type ApprovedPlan } from "../../executor/approve.ts";
import { checkFreshness, observe } from "../../executor/freshness.ts";
import type { Inventory } from "../../executor/protocol.ts";
import type { Fleet } from "../../model/fleet.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import { schedule } from "../../planner/schedule.ts";
import { verifyPlan } from "../../policies/index.ts";
import { planOf } from "../planner/schedule/plan-of.ts";
import { given, smallFleet, targetOf } from "../planner/schedule/small-fleet.ts";

const workloads = { w1: { on: "h1" }, w2: { on: "h3" } };
const fleet = smallFleet({ h1: {}, h2: {}, h3: {} }, workloads);

async function anApproved(): Promise<ApprovedPlan> {
  const world = await given(fleet);
  const target = targetOf(world, { w1: "h2" });
  const { index, constraints } = world;
  const plan = planOf(world, schedule({ index, constraints, hostOf: target, startsAtMs: null, stopped: () => false }), target);
  const { approved } = approve({
    plan, verification: verifyPlan({ index, constraints, plan, startsAtMs: null }), author: "anna", rule: defaultApprovalRule, nowMs: 1000,
    approvals: [{ by: { name: "bruno", roles: [] }, digest: plan.digest, comment: "", givenAtMs: 0 }],
  });
  if (approved === null) throw new Error("the plan was not approved");
  return approved;
}

async function checked(now: Fleet, nowMs = 2000): Promise<ReturnType<typeof checkFreshness>> {
  const { index, constraints, scenario } = await given(now);
  return checkFreshness(await anApproved(), index, scenario.policies, constraints, nowMs);
}

describe("an approved plan is carried out", () => {
  it("when nothing has changed", async () => {
    expect(await checked(fleet)).toMatchObject({ ok: true, changed: [] });
  });

  it("when something has changed that it does not rest on", async () => {
    const { ok, changed } = await checked(smallFleet({ h1: {}, h2: {}, h3: {} }, { ...workloads, w2: { on: "h3", memoryMiB: 20 } }));
    expect(ok).toBe(true);
    expect(changed.map(({ about, matters }) => ({ about, matters }))).toEqual([{ about: "fleet", matters: false }]);
  });

  it.each([
    ["its workload has gone elsewhere", smallFleet({ h1: {}, h2: {}, h3: {} }, { ...workloads, w1: { on: "h3" } }), /^workload w1 host was h1 when the plan was made, now it is h3/],
    ["its target has failed", smallFleet({ h1: {}, h2: { state: "failed" }, h3: {} }, workloads), /^host h2 state was on when the plan was made, now it is failed/],
    ["its target is full by now", smallFleet({ h1: {}, h2: {}, h3: {} }, { ...workloads, w3: { on: "h2", memoryMiB: 95 } }), /host h2 .* was /],
  ])("not when %s: the fact is named", async (_, now, message) => {
    const { ok, diagnostics } = await checked(now);
    expect(ok).toBe(false);
    expect(diagnostics.map((each) => each.message).join("\n")).toMatch(new RegExp(message.source, "m"));
  });

  it("not when its approval has expired", async () => {
    const { ok, diagnostics } = await checked(fleet, 86_400_000);
    expect(ok).toBe(false);
    expect(diagnostics.map(({ message }) => message)).toEqual(["the approval has expired at 1970-01-02T00:00:00.000Z"]);
  });
});

function inventory(found: Record<string, Inventory["workloads"][number]["found"]>): Inventory {
  return { state: "on", capacity: {}, layers: {}, features: [], workloads: Object.entries(found).map(([id, each]) => ({ workload: id as WorkloadId, found: each })) };
}

/** An agent that answers for itself, while its layer does not. */
function withSilent(layer: string, found: Record<string, Inventory["workloads"][number]["found"]> = {}): Inventory {
  return { ...inventory(found), layers: { process: "1" }, silent: [{ layer, sinceMs: 0, because: "it is down" }] };
}

/** An agent that has the first workload whole, with its memory, once the first host has let it go. */
const waiting: Inventory = { ...inventory({}), workloads: [{ workload: "w1" as WorkloadId, found: "incoming", layer: "libvirt", waitsFor: "h1" as HostId }] };

function seen(hosts: Record<string, Inventory>): ReturnType<typeof observe> {
  return observe(fleet, new Map(Object.entries(hosts).map(([id, each]) => [id as HostId, each])));
}

describe("drift between what was believed and what agents find", () => {
  it.each([
    ["nothing when all is as believed", { h1: inventory({ w1: "running" }), h3: inventory({ w2: "running" }) }, []],
    ["nothing of hosts that were not asked", {}, []],
    ["one that has died", { h1: inventory({ w1: "stopped" }) }, [{ about: "workload w1", believed: "running on h1", found: "stopped on h1" }]],
    ["one that runs elsewhere, whatever lies where it was", { h1: inventory({ w1: "stopped" }), h2: inventory({ w1: "running" }) }, [{ about: "workload w1", believed: "running on h1", found: "running on h2" }]],
    ["one that has gone", { h1: inventory({}) }, [{ about: "workload w1", believed: "running on h1", found: "nowhere" }]],
    ["one that nobody knows", { h1: inventory({ w1: "running", x: "running" }) }, [{ about: "workload x", believed: "nothing", found: "running on h1" }]],
    ["nothing of what is on a layer that is silent, nor of that layer", { h1: withSilent("libvirt") }, []],
    ["one that has gone from a layer that answers, while another is silent", { h1: { ...withSilent("podman"), layers: { libvirt: "9" } } }, [{ about: "workload w1", believed: "running on h1", found: "nowhere" }]],
    ["nothing of a copy elsewhere, while nobody sees where it was", { h1: withSilent("libvirt"), h2: inventory({ w1: "stopped" }) }, []],
    ["one that is seen to run elsewhere, though nobody sees where it was", { h1: withSilent("libvirt"), h2: inventory({ w1: "running" }) }, [{ about: "workload w1", believed: "running on h1", found: "running on h2" }]],
    ["nothing of what waits for its memory elsewhere", { h1: inventory({}), h2: inventory({ w1: "incoming" }) }, [{ about: "workload w1", believed: "running on h1", found: "nowhere" }]],
    ["nothing of what waits whole elsewhere, while its source is silent", { h2: waiting }, []],
    ["nothing of what waits whole elsewhere, while the layer of its source is silent", { h1: withSilent("libvirt"), h2: waiting }, []],
    ["nothing of what waits whole elsewhere, while its source runs it", { h1: inventory({ w1: "running" }), h2: waiting }, []],
    ["nothing of what waits whole elsewhere, while its source is about to let go", { h1: inventory({ w1: "paused" }), h2: waiting }, []],
    ["one that waits whole elsewhere, once its source has let go, whatever is left there", { h1: inventory({ w1: "stopped" }), h2: waiting }, [{ about: "workload w1", believed: "running on h1", found: "stopped on h2" }]],
    ["a host in maintenance", { h2: { ...inventory({}), state: "maintenance" as const } }, [{ about: "host h2 state", believed: "on", found: "maintenance" }]],
    ["a host with less memory than was believed, and not one with more", { h1: { ...inventory({ w1: "running" }), capacity: { memoryMiB: 1_000_000 } }, h2: { ...inventory({}), capacity: { memoryMiB: 5 } } }, [{ about: "host h2 memoryMiB", believed: "100", found: "5" }]],
    ["a host that has lost its layer", { h2: { ...inventory({}), layers: { podman: "4" } } }, [{ about: "host h2 layer libvirt", believed: expect.any(String), found: "absent" }]],
  ])("is %s", (_, hosts, drift) => {
    expect(seen(hosts).drift).toEqual(drift);
  });

  it("is no loss any more, of one that is found again", () => {
    const lost = smallFleet({ h1: { state: "failed" }, h2: {}, h3: {} }, { w1: { on: null, state: "new", lostFrom: "h1" as HostId } });
    const { fleet: now } = observe(lost, new Map([["h2" as HostId, inventory({ w1: "running" })]]));
    expect(now.workloads[0]).toMatchObject({ host: "h2", state: "running" });
    expect(now.workloads[0]).not.toHaveProperty("lostFrom");
  });

  it("is a place again with all its memory, of one that waits whole and whose source is said to be dead, and of no other", () => {
    const [dead, silent] = (["failed", "on"] as const).map((state) => {
      const lost = smallFleet({ h1: { state }, h2: {}, h3: {} }, { w1: { on: null, state: "new", lostFrom: "h1" as HostId } });
      return observe(lost, new Map([["h2" as HostId, waiting]])).fleet.workloads[0];
    });
    expect(dead).toMatchObject({ host: "h2", state: "stopped" });
    expect(dead).not.toHaveProperty("lostFrom");
    expect(silent).toMatchObject({ host: null, state: "new", lostFrom: "h1" });
  });

  it("is where the data are, of one whose host is known to be down", () => {
    const down = smallFleet({ h1: { state: "failed" }, h2: {}, h3: {} }, workloads);
    const { fleet: now } = observe(down, new Map([["h2" as HostId, inventory({ w1: "stopped" })]]));
    expect(now.workloads.find(({ id }) => id === "w1")).toMatchObject({ host: "h2", state: "stopped" });
  });
});
