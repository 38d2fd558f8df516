import { describe, expect, it } from "vitest";
import type { ActionId, HostId, WorkloadId } from "../../../model/ids.ts";
import type { Action, Plan, PlannedAction } from "../../../model/plan.ts";
import type { PolicyDocument } from "../../../model/policy.ts";
import { Random } from "../../../model/random.ts";
import { schedule } from "../../../planner/schedule.ts";
import { verifyPlan, type Verification } from "../../../policies/index.ts";
import { executeAtRandom } from "../../planner/schedule/random-execution.ts";
import { planOf } from "../../planner/schedule/plan-of.ts";
import { isForbidden, randomWorld } from "../../planner/schedule/random-world.ts";
import { given, policy, smallFleet, targetOf, type Given, type HostSpec, type WorkloadSpec } from "../../planner/schedule/small-fleet.ts";

function verify({ index, constraints }: Given, plan: Plan): Verification {
  return verifyPlan({ index, constraints, plan, startsAtMs: null });
}

/** `migrate w h1>h2` or `start w h1` as an action. */
function action(text: string): Action {
  const [kind = "", first = "", second] = text.split(" ");
  const places = (second ?? first).split(">") as HostId[];
  const [from = "" as HostId, to = "" as HostId] = places;
  if (kind === "bootHost" || kind === "shutdownHost") return { kind, host: from };
  const workload = first as WorkloadId;
  switch (kind) {
    case "migrate": case "transfer": return { kind, workload, from, to };
    case "copy": return { kind, workload, source: text.split(" ")[3] as WorkloadId, from, to };
    case "stop": case "start": case "deleteSource": case "remove": return { kind, workload, host: from };
    default: throw new Error(`no action: ${text}`);
  }
}

/** A plan by hand: each line is an action, `after` the numbers of those before it, `at` its start in seconds; all last one second. */
function byHand(world: Given, ends: Record<string, string | null>, steps: readonly (readonly [text: string, at: number, after?: readonly number[]])[]): Plan {
  const actions = steps.map(([text, at, after = []], i): PlannedAction => ({
    id: `a${i + 1}` as ActionId, action: action(text), after: after.map((n) => `a${n}` as ActionId), startMs: at * 1000, endMs: (at + 1) * 1000,
    reason: "", ifItFails: "", critical: false,
  }));
  const makespanMs = actions.reduce((max, { endMs }) => Math.max(max, endMs), 0);
  return planOf(world, { kind: "scheduled", actions, makespanMs }, targetOf(world, ends));
}

interface Wrong {
  readonly says: string;
  readonly hosts?: Record<string, HostSpec>;
  readonly workloads: Record<string, WorkloadSpec>;
  readonly policies?: readonly PolicyDocument[];
  readonly ends: Record<string, string | null>;
  readonly steps: readonly (readonly [text: string, at: number, after?: readonly number[]])[];
  readonly finds: string;
}

const two = { h1: {}, h2: {} };
const one: Record<string, WorkloadSpec> = { w: { on: "h1" } };
const cold: Record<string, WorkloadSpec> = { w: { on: "h1", liveMove: false, mayStop: true } };
const coldMove = [["stop w h1", 0], ["transfer w h1>h2", 1, [1]], ["start w h2", 2, [2]], ["deleteSource w h1", 3, [3]]] as const;

const wrongs: readonly Wrong[] = [
  { says: "a circle", workloads: one, ends: { w: "h2" }, steps: [["migrate w h1>h2", 0, [1]]], finds: "the order of actions is a circle: a1 wait for each other" },
  { says: "an edge to nowhere", workloads: one, ends: { w: "h2" }, steps: [["migrate w h1>h2", 0, [7]]], finds: "a1 comes after a7, which the plan does not have" },
  { says: "an unknown host", workloads: one, ends: {}, steps: [["migrate w h1>h9", 0]], finds: "a1 (migrate) names host h9, which the fleet does not have" },
  { says: "an unknown workload", workloads: one, ends: {}, steps: [["stop x h1", 0]], finds: "a1 (stop) names workload x, which the fleet does not have" },
  { says: "a start before the end of what it waits for", workloads: cold, ends: { w: "h2" }, steps: [["stop w h1", 0], ["transfer w h1>h2", 0, [1]], ...coldMove.slice(2)], finds: "a2 starts at 0 ms, before the end of a1, which it waits for" },
  { says: "a move from where it is not", workloads: one, ends: { w: "h1" }, steps: [["migrate w h2>h1", 0]], finds: "a1 (migrate) cannot start: w is on h1, not on h2" },
  { says: "a live move of one that cannot", workloads: cold, ends: { w: "h2" }, steps: [["migrate w h1>h2", 0]], finds: "a1 (migrate) cannot start: w cannot move while it runs" },
  { says: "a live move to another make of processor", hosts: { h1: {}, h2: { cpuVendor: "amd" } }, workloads: one, ends: { w: "h2" }, steps: [["migrate w h1>h2", 0]], finds: "a1 (migrate) cannot start: h2 has processors of amd, w runs on intel" },
  { says: "a live move to an older processor", hosts: { h1: { cpuLevel: 3 }, h2: { cpuLevel: 2 } }, workloads: one, ends: { w: "h2" }, steps: [["migrate w h1>h2", 0]], finds: "a1 (migrate) cannot start: the processor level of h2 is 2, w runs on 3" },
  { says: "a stop of one that may not", workloads: one, ends: {}, steps: [["stop w h1", 0], ["start w h1", 1, [1]]], finds: "a1 (stop) cannot start: w may not be stopped" },
  { says: "a transfer of one that runs", workloads: cold, ends: { w: "h2" }, steps: [["transfer w h1>h2", 0]], finds: "a1 (transfer) cannot start: w is running there, not stopped" },
  { says: "data deleted before the start has succeeded", workloads: cold, ends: { w: "h2" }, steps: [coldMove[0], coldMove[1], ["deleteSource w h1", 2, [2]], ["start w h2", 3, [3]]], finds: "a3 (deleteSource) cannot start: w has not started on h2 yet" },
  { says: "old data left behind", workloads: cold, ends: { w: "h2" }, steps: coldMove.slice(0, 3), finds: "old data of w still lie on h1 at the end" },
  { says: "a workload not started again", workloads: cold, ends: { w: "h1" }, steps: [["stop w h1", 0]], finds: "w is stopped at the end, wanted running" },
  { says: "a workload that runs twice", workloads: one, ends: {}, steps: [["start w h2", 0]], finds: "a1 (start) cannot start: w is on h1, not on h2" },
  { says: "a workload removed that is wanted", workloads: cold, ends: {}, steps: [["stop w h1", 0], ["remove w h1", 1, [1]]], finds: "a2 (remove) cannot start: w is still wanted" },
  { says: "a target not reached", workloads: one, ends: { w: "h2" }, steps: [], finds: "w ends on h1, the target says h2" },
  { says: "one to be removed that stays", workloads: { w: { on: "h1", desired: "removed" } }, ends: {}, steps: [], finds: "w is to be removed, but is still on h1 at the end" },
  { says: "a copy that starts without data", workloads: { w: { on: "h1" }, x: { copyOf: "w" as WorkloadId } }, ends: { x: "h2" }, steps: [["start x h2", 0]], finds: "a1 (start) cannot start: x is a copy of w and has no data yet" },
  { says: "a copy from another workload", workloads: { v: { on: "h1" }, w: { on: "h1" }, x: { copyOf: "w" as WorkloadId } }, ends: { x: "h2" }, steps: [["copy x h1>h2 v", 0], ["start x h2", 1, [1]]], finds: "a1 (copy) cannot start: x is not a copy of v" },
  { says: "a copy of one that must stop for it", workloads: { ...cold, x: { copyOf: "w" as WorkloadId } }, ends: { x: "h2" }, steps: [["copy x h1>h2 w", 0], ["start x h2", 1, [1]]], finds: "a1 (copy) cannot start: w runs and cannot be copied while it does" },
  { says: "a host that is off", hosts: { h1: {}, h2: { state: "off", powerManaged: true } }, workloads: one, ends: { w: "h2" }, steps: [["migrate w h1>h2", 0]], finds: "a1 (migrate) cannot start: host h2 is not on" },
  { says: "a host still being switched on", hosts: { h1: {}, h2: { state: "off", powerManaged: true } }, workloads: one, ends: { w: "h2" }, steps: [["bootHost h2", 1], ["migrate w h1>h2", 1]], finds: "a2 (migrate) cannot start: host h2 is not on" },
  { says: "a move that does not wait for the host to be on", hosts: { h1: {}, h2: { state: "off", powerManaged: true } }, workloads: one, ends: { w: "h2" }, steps: [["bootHost h2", 0], ["migrate w h1>h2", 1]], finds: "nothing makes a2 wait for a1, which host h2 needs" },
  { says: "switching off under somebody", hosts: { h1: { powerManaged: true }, h2: {} }, workloads: one, ends: {}, steps: [["shutdownHost h1", 0]], finds: "a1 (shutdownHost) cannot start: 1 workload is still on host h1" },
  { says: "switching what nobody may", workloads: one, ends: {}, steps: [["shutdownHost h2", 0]], finds: "a1 (shutdownHost) cannot start: nobody may switch host h2 on or off" },
  { says: "an empty host left on", hosts: { h1: { powerManaged: true }, h2: {} }, workloads: one, ends: { w: "h2" }, steps: [["migrate w h1>h2", 0]], finds: "host h1 is on and empty at the end; the cost counts it as off" },
  { says: "steps of one workload without their order", workloads: cold, ends: { w: "h2" }, steps: [coldMove[0], coldMove[1], ["start w h2", 2, [2]], ["deleteSource w h1", 3, [2]]], finds: "nothing makes a4 wait for a3, which workload w needs" },
  {
    says: "an arrival that does not wait for the departure that makes room", hosts: { ...two, h3: {} }, workloads: { a: { on: "h1", memoryMiB: 60 }, b: { on: "h2", memoryMiB: 60 } }, ends: { a: "h2", b: "h3" },
    steps: [["migrate b h2>h3", 0], ["migrate a h1>h2", 1]], finds: "nothing makes a2 wait for a1, which built-in/capacity/host h2 cpuMillicores needs",
  },
  {
    says: "two at once where a rule wants one at a time", hosts: { h1: { domains: { rack: "r1" } }, h2: { domains: { rack: "r2" } } }, workloads: { a: { on: "h1" }, b: { on: "h2" } }, ends: { a: "h2", b: "h1" },
    policies: [policy("racks", "spread", ["a", "b"], { key: "rack", atLeast: 2 })], steps: [["migrate a h1>h2", 0], ["migrate b h2>h1", 0]], finds: "nothing makes a2 wait for a1, which racks needs",
  },
];

describe("the verifier refuses", () => {
  it.each(wrongs)("$says", async ({ hosts = two, workloads, policies, ends, steps, finds }) => {
    const world = await given(smallFleet(hosts, workloads), policies);
    const { ok, problems } = verify(world, byHand(world, ends, steps));
    expect(ok).toBe(false);
    expect(problems).toContain(finds);
  });

  it("too few instances that run", async () => {
    const world = await given(smallFleet(two, { a: cold["w"] ?? {}, b: { on: "h2" } }), [policy("up", "disruption-budget", ["a", "b"], { min: 2 })]);
    const { violations } = verify(world, byHand(world, { a: "h2" }, [["stop a h1", 0], ["transfer a h1>h2", 1, [1]], ["start a h2", 2, [2]], ["deleteSource a h1", 3, [3]]]));
    expect(violations).toMatchObject([{ policy: "up", action: "a1", words: "1 instance runs, at least 2 must; down: a" }]);
  });

  it("a group torn apart on the way", async () => {
    const world = await given(smallFleet(two, { a: { on: "h1" }, b: { on: "h1" } }), [policy("pair", "gather", ["a", "b"], { key: "host" }, { holds: "continuously" })]);
    const { violations } = verify(world, byHand(world, { a: "h2", b: "h2" }, [["migrate a h1>h2", 0], ["migrate b h1>h2", 1, [1]]]));
    expect(violations).toMatchObject([{ policy: "pair", action: "a1", before: false }]);
  });

  it("more hosts switched on than a policy allows", async () => {
    const world = await given(smallFleet({ h1: { powerManaged: true }, h2: { state: "off", powerManaged: true } }, one), [policy("green", "max-online", null, { atMost: 1 }, { hosts: ["h1", "h2"] })]);
    const { violations } = verify(world, byHand(world, { w: "h2" }, [["bootHost h2", 0], ["migrate w h1>h2", 1, [1]], ["shutdownHost h1", 2, [2]]]));
    expect(violations).toMatchObject([{ policy: "green", action: "a1", words: "2 of the selected hosts are on, at most 1 may be" }]);
  });

  it("an overload on the way, at its instant and action", async () => {
    const world = await given(smallFleet({ ...two, h3: {} }, { a: { on: "h1", memoryMiB: 60 }, b: { on: "h2", memoryMiB: 60 } }));
    const { ok, violations } = verify(world, byHand(world, { a: "h2", b: "h3" }, [["migrate a h1>h2", 0], ["migrate b h2>h3", 1, [1]]]));
    expect(ok).toBe(false);
    expect(violations).toMatchObject([{ policy: "built-in/capacity", atMs: 0, action: "a1", before: false, words: "host h2 memoryMiB holds 120 MiB, the limit is 100" }]);
  });

  it("more than two moves at once onto or away from a host, unless a policy says otherwise", async () => {
    const names = ["a", "b", "c"];
    const fleet = (from: readonly string[]) => smallFleet({ h1: {}, h2: {}, h3: {}, h4: {} }, Object.fromEntries(names.map((name, i) => [name, { on: from[i] ?? "h1", memoryMiB: 1 }])));
    const found = async (from: readonly string[], to: readonly string[], policies: readonly PolicyDocument[], at = [0, 0, 0]) => {
      const world = await given(fleet(from), policies);
      const plan = byHand(world, Object.fromEntries(names.map((name, i) => [name, to[i] ?? ""])), names.map((name, i) => [`migrate ${name} ${from[i]}>${to[i]}`, at[i] ?? 0]));
      const { ok, problems, violations } = verify(world, plan);
      return { ok, said: [...problems, ...violations.map(({ policy: id, action: a, words }) => `${id} ${a} ${words}`)] };
    };
    const [one, three] = [["h1", "h1", "h1"], ["h2", "h3", "h4"]];
    expect(await found(three, one, [])).toEqual({ ok: false, said: ["built-in/parallelism perHostIn a3 3 moves to host h1 at once, at most 2 may be under way"] });
    expect(await found(one, three, [])).toEqual({ ok: false, said: ["built-in/parallelism perHostOut a3 3 moves from host h1 at once, at most 2 may be under way"] });
    expect(await found(one, three, [policy("many", "parallelism", null, { perHostOut: 3 })])).toEqual({ ok: true, said: [] });
    // One after the other by the clock alone: nothing keeps the third from starting before the first has ended.
    expect(await found(one, three, [], [0, 1, 2])).toEqual({ ok: false, said: [
      "nothing makes a2 wait for a1, which policy built-in/parallelism perHostOut needs", "nothing makes a3 wait for a1, which policy built-in/parallelism perHostOut needs",
      "nothing makes a3 wait for a2, which policy built-in/parallelism perHostOut needs"] });
  });

  it("a rule about the end that is broken there, and not one that is broken only on the way", async () => {
    const world = await given(smallFleet(two, { a: { on: "h1" }, b: { on: "h1" } }), [policy("pair", "gather", ["a", "b"])]);
    expect(verify(world, byHand(world, { a: "h2", b: "h2" }, [["migrate a h1>h2", 0], ["migrate b h1>h2", 1]])).ok).toBe(true);
    expect(verify(world, byHand(world, { a: "h2" }, [["migrate a h1>h2", 0]])).violations).toMatchObject([{ policy: "pair", action: null, before: false }]);
  });

  it("a service that starts before what it needs", async () => {
    const services = [{
      id: "shop" as never, title: "", applications: ["db", "web"] as never[], startOrder: [{ application: "web" as never, needs: "db" as never }],
      redundancy: [], virtualAddress: null, scale: [], labels: {},
    }];
    const world = await given(smallFleet(two, { a: { applications: ["web"] as never[] }, b: { applications: ["db"] as never[] } }, { services }));
    expect(verify(world, byHand(world, { a: "h1", b: "h1" }, [["start b h1", 0], ["start a h1", 1, [1]]])).ok).toBe(true);
    expect(verify(world, byHand(world, { a: "h1", b: "h1" }, [["start b h1", 0], ["start a h1", 1]])).violations).toMatchObject([{ policy: "built-in/start-order" }]);
  });

  it("a cost that is not the fleet's", async () => {
    const world = await given(smallFleet(two, one));
    const plan = byHand(world, {}, []);
    expect(verify(world, { ...plan, hourlyCostAfterMicros: 5 }).problems).toEqual(["the fleet costs 0 micro-units an hour after the plan, the plan says 5"]);
    expect(verify(world, { ...plan, hourlyCostBeforeMicros: 5 }).problems).toEqual(["the fleet costs 0 micro-units an hour now, the plan says 5"]);
  });
});

type Spoil = (plan: Plan) => Plan;

function change(position: number, more: Partial<PlannedAction>): Spoil {
  return (plan) => ({ ...plan, actions: plan.actions.map((each, i) => (i === position ? { ...each, ...more } : each)) });
}

/** A good plan of two moves, spoilt in one place, and what the verifier says of it. */
describe("the verifier refuses a plan with", () => {
  const third = { id: "a3" as ActionId, after: ["a1", "a2"] as ActionId[], startMs: 1000, endMs: 2000, reason: "", ifItFails: "", critical: false };
  const spoilt: readonly (readonly [says: string, spoil: Spoil, finds: string])[] = [
    ["two actions of one id", change(1, { id: "a1" as ActionId }), "two actions have the id a1"],
    ["an action without duration", change(1, { endMs: 0, startMs: 0 }), "a2 ends at 0 ms, not after its start at 0 ms"],
    ["a later end than it says", (plan) => ({ ...plan, makespanMs: 999 }), "the last action ends at 1000 ms, the plan says 999 ms"],
    ["a target that nobody knows", (plan) => ({ ...plan, target: [...plan.target, { workload: "x" as WorkloadId, host: "h1" as never }] }), "the target names workload x, which the fleet does not have"],
    ["an action missing", (plan) => ({ ...plan, actions: plan.actions.slice(0, 1) }), "b ends on h2, the target says h1"],
    ["an action too many", (plan) => ({ ...plan, actions: [...plan.actions, { ...third, action: action("migrate a h2>h1") }], makespanMs: 2000 }), "a ends on h1, the target says h2"],
  ];

  it.each(spoilt)("%s", async (_, spoil, finds) => {
    const world = await given(smallFleet(two, { a: { on: "h1" }, b: { on: "h2" } }));
    const plan = byHand(world, { a: "h2", b: "h1" }, [["migrate a h1>h2", 0], ["migrate b h2>h1", 0]]);
    expect(verify(world, plan)).toMatchObject({ ok: true, problems: [] });
    const { ok, problems } = verify(world, spoil(plan));
    expect(ok).toBe(false);
    expect(problems).toContain(finds);
  });

  const rules: readonly (readonly [says: string, rule: PolicyDocument, words: string])[] = [
    ["more moves at once than a policy allows", policy("slow", "parallelism", null, { total: 1 }), "2 moves in all at once, at most 1 may be under way"],
    ["more moves than a policy lets it make", policy("calm", "change-limit", null, { moves: 1 }), "the plan makes 2 moves, at most 1 are allowed"],
    ["a move into a cordoned host", policy("closed", "cordon", null, {}, { hosts: ["h2"] }), "a enters h2, which is cordoned"],
    ["somebody taken out of quarantine", policy("shut", "quarantine", null, {}, { hosts: ["h1"] }), "a leaves h1, which is in quarantine"],
    ["replicas together on the way", policy("apart", "spread", ["a", "b"]), "a, b share host h2: 2 there, at most 1 may be"],
    ["more hosts than a licence covers", policy("lic", "licence", ["a"], { atMost: 1 }), "a uses 2 hosts, the licence covers 1"],
  ];

  it.each(rules)("%s", async (_, rule, words) => {
    const world = await given(smallFleet(two, { a: { on: "h1" }, b: { on: "h2" } }), [rule]);
    const { ok, violations } = verify(world, byHand(world, { a: "h2", b: "h1" }, [["migrate a h1>h2", 0], ["migrate b h2>h1", 0]]));
    expect(ok).toBe(false);
    expect(violations.filter(({ policy: id }) => id === rule.id).map((each) => each.words)).toContain(words);
  });
});

describe("what the fleet breaks already", () => {
  const fleet = smallFleet({ h1: { memoryMiB: 50 }, h2: {}, h3: {} }, { a: { on: "h1", memoryMiB: 40 }, b: { on: "h1", memoryMiB: 40 }, c: { on: "h2", memoryMiB: 5 } });

  it("may never get worse, on the way or at the end", async () => {
    const world = await given(fleet);
    const atTheEnd = verify(world, byHand(world, { c: "h1" }, [["migrate c h2>h1", 0]]));
    expect(atTheEnd).toMatchObject({ ok: false, violations: [{ before: false, action: "a1", words: "host h1 memoryMiB holds 85 MiB, the limit is 50" }] });
    const onTheWay = verify(world, byHand(world, { c: "h3" }, [["migrate c h2>h1", 0], ["migrate c h1>h3", 1, [1]]]));
    expect(onTheWay.ok).toBe(false);
    expect(onTheWay.violations.filter(({ before }) => !before)).toMatchObject([{ action: "a1", words: "host h1 memoryMiB holds 85 MiB, the limit is 50" }]);
  });

  it("may never get worse at the end by a rule about the end", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {}, h3: {} }, { a: { on: "h1" }, b: { on: "h2" }, c: { on: "h1" } }), [policy("pair", "gather", ["a", "b", "c"])]);
    expect(verify(world, byHand(world, { c: "h3" }, [["migrate c h1>h3", 0]])).violations).toMatchObject([{ policy: "pair", before: false }]);
    expect(verify(world, byHand(world, { c: "h2" }, [["migrate c h1>h2", 0]]))).toMatchObject({ ok: true, violations: [{ policy: "pair", before: true }] });
  });
});

describe("the verifier accepts", () => {
  it("what was broken before and is not worse, and says so", async () => {
    const world = await given(smallFleet({ h1: { memoryMiB: 50 }, h2: {} }, { a: { on: "h1", memoryMiB: 40 }, b: { on: "h1", memoryMiB: 40 }, c: { on: "h1", memoryMiB: 10 } }));
    const found = verify(world, byHand(world, { c: "h2" }, [["migrate c h1>h2", 0]]));
    expect(found).toMatchObject({ ok: true, violations: [{ before: true, words: "host h1 memoryMiB holds 80 MiB, the limit is 50" }], checkedInstants: 2 });
  });

  it("broken shoulds and audits, and names them", async () => {
    const world = await given(smallFleet(two, { a: { on: "h1" }, b: { on: "h1" } }), [
      policy("apart", "spread", ["a", "b"], {}, { strength: "should" }), policy("watch", "max-workloads", null, { atMost: 1 }, { strength: "audit", hosts: ["h1"] }),
    ]);
    const { ok, shoulds, audits } = verify(world, byHand(world, {}, []));
    expect([ok, shoulds.length, audits.length]).toEqual([true, 1, 1]);
  });

  it.each(["should", "audit"] as const)("a %s that is broken on the way only, and says when and by which action", async (strength) => {
    const world = await given(smallFleet(two, cold), [policy("no-down", "disruption-budget", ["w"], { maxDown: 0 }, { strength })]);
    const found = verify(world, byHand(world, { w: "h2" }, coldMove));
    expect([found.ok, found.violations, found.shoulds, found.audits]).toEqual([true, [], [], []]);
    expect(found.onTheWay).toMatchObject([{ strength, policy: "no-down", atMs: 0, action: "a1" }]);
    const kept = await given(smallFleet(two, one), [policy("no-down", "disruption-budget", ["w"], { maxDown: 0 }, { strength })]);
    expect(verify(kept, byHand(kept, { w: "h2" }, [["migrate w h1>h2", 0]])).onTheWay).toEqual([]);
  });

  it("a should that the plan breaks and leaves broken, which is told once", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { a: { on: "h1" }, b: { on: "h2" } }), [
      policy("apart", "spread", ["a", "b"], {}, { strength: "should", holds: "continuously" })]);
    const { ok, shoulds, onTheWay } = verify(world, byHand(world, { b: "h1" }, [["migrate b h2>h1", 0]]));
    expect([ok, shoulds.length, onTheWay]).toEqual([true, 1, []]);
  });
});

describe("a good plan with one fault planted", () => {
  it("is refused, or is still right in every execution", async () => {
    const refused = { edge: 0, host: 0, lost: 0, swap: 0 };
    for (let seed = 200; seed < 280; seed++) {
      const { world, target } = await randomWorld(seed).catch(() => ({ world: null, target: null }));
      if (world === null || isForbidden(world, target)) continue;
      const { index, constraints } = world;
      const result = schedule({ index, constraints, hostOf: target, startsAtMs: null, stopped: () => false, nodeLimit: 300 });
      if (result.kind !== "scheduled" || result.actions.length < 2) continue;
      const plan = planOf(world, result, target);
      const random = new Random(seed);
      for (const [kind, mutant] of [["edge", withoutAnEdge(plan, random)], ["host", withAnotherHost(plan, world, random)], ["lost", withoutAnAction(plan, random)], ["swap", withTwoSwapped(plan, random)]] as const) {
        if (mutant === null) continue;
        if (!verify(world, mutant).ok) {
          refused[kind]++;
          continue;
        }
        for (let execution = 1; execution <= 20; execution++) {
          expect({ seed, kind, execution, wrong: executeAtRandom(index, constraints, mutant, execution) }).toEqual({ seed, kind, execution, wrong: [] });
        }
      }
    }
    expect(Math.min(refused.edge, refused.host, refused.lost, refused.swap)).toBeGreaterThan(10);
  });
});

function withoutAnEdge(plan: Plan, random: Random): Plan | null {
  const waiting = plan.actions.filter(({ after }) => after.length > 0);
  if (waiting.length === 0) return null;
  const chosen = random.pick(waiting);
  const gone = random.pick(chosen.after);
  return { ...plan, actions: plan.actions.map((each) => (each === chosen ? { ...each, after: each.after.filter((id) => id !== gone) } : each)) };
}

function withAnotherHost(plan: Plan, { index }: Given, random: Random): Plan | null {
  const moving = plan.actions.filter(({ action }) => action.kind === "migrate" || action.kind === "transfer");
  if (moving.length === 0) return null;
  const chosen = random.pick(moving);
  const before = "to" in chosen.action ? chosen.action.to : null;
  const others = index.hosts.map(({ id }) => id).filter((id) => id !== before);
  const to = random.pick(others);
  return { ...plan, actions: plan.actions.map((each) => (each === chosen ? { ...each, action: { ...each.action, to } as Action } : each)) };
}

function withoutAnAction(plan: Plan, random: Random): Plan | null {
  const gone = random.pick(plan.actions);
  const actions = plan.actions.filter((each) => each !== gone)
    .map((each): PlannedAction => Object.assign({}, each, { after: each.after.flatMap((id) => (id === gone.id ? gone.after : [id])) }));
  return { ...plan, actions, makespanMs: actions.reduce((max, { endMs }) => Math.max(max, endMs), 0) };
}

/** Two actions change their places in time and in the graph. */
function withTwoSwapped(plan: Plan, random: Random): Plan | null {
  const [a, b] = [random.pick(plan.actions), random.pick(plan.actions)];
  if (a === b) return null;
  return { ...plan, actions: plan.actions.map((each) => (each === a ? { ...each, action: b.action } : each === b ? { ...each, action: a.action } : each)) };
}
