import { describe, expect, it } from "vitest";
import type { Fleet } from "../../../model/fleet.ts";
import type { ActionId } from "../../../model/ids.ts";
import type { Plan } from "../../../model/plan.ts";
import type { PolicyDocument } from "../../../model/policy.ts";
import { schedule } from "../../../planner/schedule.ts";
import { compareFacts, planDigest, type StaleFact } from "../../../policies/index.ts";
import { planOf } from "../../planner/schedule/plan-of.ts";
import { given, policy, smallFleet, targetOf, type Given, type HostSpec, type WorkloadSpec } from "../../planner/schedule/small-fleet.ts";

const hosts: Record<string, HostSpec> = { h1: {}, h2: {}, h3: {}, h10: {} };
const workloads: Record<string, WorkloadSpec> = { a: { on: "h1", memoryMiB: 60 }, b: { on: "h2", memoryMiB: 60 }, c: { on: "h10" } };

async function made(policies: readonly PolicyDocument[] = []): Promise<{ readonly world: Given; readonly plan: Plan }> {
  const world = await given(smallFleet(hosts, workloads), policies);
  const target = targetOf(world, { a: "h2", b: "h3" });
  return { world, plan: planOf(world, schedule({ index: world.index, constraints: world.constraints, hostOf: target, startsAtMs: null, stopped: () => false }), target) };
}

describe("the digest of a plan", () => {
  it("does not change with times, words, numbers of actions, or the order of lists and keys", async () => {
    const { plan } = await made();
    const renumbered = new Map(plan.actions.map(({ id }, i) => [id, `x${plan.actions.length - i}` as ActionId]));
    const other: Plan = {
      ...plan, engine: "another", seed: 9, remarks: ["said otherwise"], makespanMs: 1,
      actions: plan.actions.map((each) => Object.assign({}, each, {
        id: renumbered.get(each.id), after: each.after.map((id) => renumbered.get(id)), startMs: each.startMs + 5, endMs: each.endMs + 9, reason: "", ifItFails: "",
      })).reverse(),
      target: plan.target.map(({ workload, host }) => ({ host, workload })).reverse(), basis: [...plan.basis].reverse(),
    };
    expect(planDigest(other)).toBe(plan.digest);
  });

  it.each<[string, (plan: Plan) => Plan]>([
    ["the scenario", (plan) => ({ ...plan, scenario: "another" })],
    ["the mode", (plan) => ({ ...plan, mode: "repair" })],
    ["the target", (plan) => ({ ...plan, target: plan.target.slice(1) })],
    ["an edge", (plan) => ({ ...plan, actions: plan.actions.map((each) => Object.assign({}, each, { after: [] })) })],
    ["an action less", (plan) => ({ ...plan, actions: plan.actions.slice(0, -1) })],
    ["a host of an action", (plan) => ({ ...plan, actions: plan.actions.map((each) => Object.assign({}, each, { action: { ...each.action, to: "h10" } })) })],
    ["a fact", (plan) => ({ ...plan, basis: plan.basis.slice(1) })],
  ])("changes with %s", async (_, change) => {
    const { plan } = await made();
    expect(planDigest(change(plan))).not.toBe(plan.digest);
  });

  it("of a circle is a digest too, and of a chain of 50,000 needs no deep stack", async () => {
    const { plan } = await made();
    const [first] = plan.actions;
    if (first === undefined) throw new Error("broken invariant: no action");
    const circle = [Object.assign({}, first, { id: "a1" as ActionId, after: ["a2" as ActionId] }), Object.assign({}, first, { id: "a2" as ActionId, after: ["a1" as ActionId] })];
    expect(planDigest({ ...plan, actions: circle })).toMatch(/^[0-9a-f]{64}$/);
    const chain = Array.from({ length: 50_000 }, (__, i) => Object.assign({}, first, { id: `a${i}` as ActionId, after: i === 49_999 ? [] : [`a${i + 1}` as ActionId] }));
    expect(planDigest({ ...plan, actions: chain })).toMatch(/^[0-9a-f]{64}$/);
  });
});

/** The stale facts of a plan when the fleet, or the policies, have become others. */
async function stale(plan: Plan, fleet: Fleet, policies: readonly PolicyDocument[] = []): Promise<readonly StaleFact[]> {
  const now = await given(fleet, policies);
  return compareFacts(plan, now.index, policies, now.constraints);
}

const brief = (facts: readonly StaleFact[]): readonly string[] => facts.map(({ about, matters }) => `${about}${matters ? " matters" : ""}`);

describe("facts", () => {
  it("are all as they were in the same fleet", async () => {
    const { plan, world } = await made();
    expect(await stale(plan, world.fleet)).toEqual([]);
  });

  it("name what has changed; a change elsewhere does not matter", async () => {
    const { plan } = await made();
    expect(await stale(plan, smallFleet(hosts, { ...workloads, d: { on: "h10" } }))).toMatchObject([
      { about: "fleet", matters: false, why: "The plan passes the verifier with the facts as they are now." },
    ]);
  });

  it("that change a host of the plan without harm do not matter", async () => {
    const { plan } = await made();
    expect(brief(await stale(plan, smallFleet({ ...hosts, h3: { memoryMiB: 200 } }, workloads)))).toEqual(["fleet", "host h3 capacity"]);
  });

  it("matter when the room is gone, and say why", async () => {
    const { plan } = await made();
    const facts = await stale(plan, smallFleet(hosts, { ...workloads, d: { on: "h3", memoryMiB: 50 } }));
    expect(brief(facts)).toEqual(["fleet", "host h3 reserved matters", "host h3 workloads matters"]);
    expect(facts[2]).toMatchObject({ was: "", is: "d", why: "policy built-in/capacity: host h3 memoryMiB holds 110 MiB, the limit is 100" });
  });

  it("matter when a workload is elsewhere, stopped, or gone", async () => {
    const { plan } = await made();
    expect(brief(await stale(plan, smallFleet(hosts, { ...workloads, b: { on: "h10", memoryMiB: 60 } })))).toContain("workload b host matters");
    expect(brief(await stale(plan, smallFleet(hosts, { ...workloads, b: { on: "h2", memoryMiB: 60, state: "stopped" } })))).toContain("workload b state matters");
    const { b: _, ...rest } = workloads;
    expect(brief(await stale(plan, smallFleet(hosts, rest)))).toContain("workload b host matters");
  });

  it("matter when a host of the plan is not in use any more", async () => {
    const { plan } = await made();
    const facts = await stale(plan, smallFleet({ ...hosts, h3: { state: "maintenance" } }, workloads));
    expect(brief(facts)).toEqual(["fleet", "host h3 state matters"]);
    expect(facts[1]).toMatchObject({ was: "on", is: "maintenance", why: "policy built-in/host-state: b is on h3, which is in state maintenance" });
  });

  it("matter when a workload became larger than what was reserved for it", async () => {
    const { plan } = await made();
    const facts = await stale(plan, smallFleet(hosts, { ...workloads, b: { on: "h2", memoryMiB: 101 } }));
    expect(brief(facts)).toContain("workload b reservation matters");
  });

  it("matter when a policy forbids now what the plan does", async () => {
    const { plan } = await made();
    const facts = await stale(plan, smallFleet(hosts, workloads), [policy("not-h3", "ban", ["b"], { hosts: { ids: ["h3"] } })]);
    expect(brief(facts)).toEqual(["policy not-h3 matters"]);
  });

  it("do not change with the words of a policy", async () => {
    const apart = policy("apart", "spread", ["a", "b"]);
    const { plan } = await made([apart]);
    expect(await stale(plan, smallFleet(hosts, workloads), [{ ...apart, title: "another title", why: "better said" }])).toEqual([]);
    expect(brief(await stale(plan, smallFleet(hosts, workloads), [{ ...apart, strength: "should" }]))).toEqual(["policy apart"]);
  });
});
