import { describe, expect, it } from "vitest";
import type { ApplicationId, ServiceId, SiteId, WorkloadId } from "../../../model/ids.ts";
import type { PolicyDocument } from "../../../model/policy.ts";
import type { Service } from "../../../model/fleet.ts";
import { schedule, type ScheduleResult } from "../../../planner/schedule.ts";
import { verifyPlan } from "../../../policies/index.ts";
import { planOf } from "./plan-of.ts";
import { executeAtRandom } from "./random-execution.ts";
import { isForbidden, randomWorld } from "./random-world.ts";
import { given, policy, smallFleet, targetOf, type Given, type HostSpec, type WorkloadSpec } from "./small-fleet.ts";

type Moves = Record<string, string | null>;

function run(world: Given, moves: Moves, startsAtMs: number | null = null): ScheduleResult {
  return schedule({ index: world.index, constraints: world.constraints, hostOf: targetOf(world, moves), startsAtMs, stopped: () => false });
}

/** `a2 migrate w h1>h2 after a1` for each action. */
function lines({ actions }: ScheduleResult): readonly string[] {
  return actions.map(({ id, action, after }) => {
    const places = "to" in action ? `${action.from}>${action.to}` : action.host;
    return `${id} ${action.kind}${"workload" in action ? ` ${action.workload}` : ""} ${places}${after.length === 0 ? "" : ` after ${after.join(" ")}`}`;
  });
}

function problemsOf(world: Given, moves: Moves, result: ScheduleResult, startsAtMs: number | null = null): readonly string[] {
  const verified = verifyPlan({ index: world.index, constraints: world.constraints, plan: planOf(world, result, targetOf(world, moves)), startsAtMs });
  return [...verified.problems, ...verified.violations.filter(({ before }) => !before).map(({ words }) => words)];
}

const shop: Service = {
  id: "shop" as ServiceId, title: "Shop", applications: ["web", "db"] as ApplicationId[],
  startOrder: [{ application: "web" as ApplicationId, needs: "db" as ApplicationId }], redundancy: [], virtualAddress: null, scale: [], labels: {},
};
const web = { applications: ["web"] as ApplicationId[] };
const db = { applications: ["db"] as ApplicationId[] };

interface Case {
  readonly says: string;
  readonly hosts: Record<string, HostSpec>;
  readonly workloads: Record<string, WorkloadSpec>;
  readonly policies?: readonly PolicyDocument[];
  readonly services?: readonly Service[];
  readonly moves: Moves;
  readonly actions: readonly string[];
}

const cold: WorkloadSpec = { liveMove: false, mayStop: true, dataMiB: 100 };

const cases: readonly Case[] = [
  { says: "does nothing when everybody is there", hosts: { h1: {} }, workloads: { w: { on: "h1" } }, moves: {}, actions: [] },
  { says: "moves live in one action", hosts: { h1: {}, h2: {} }, workloads: { w: { on: "h1" } }, moves: { w: "h2" }, actions: ["a1 migrate w h1>h2"] },
  {
    says: "moves cold in four actions, the source deleted last", hosts: { h1: {}, h2: {} }, workloads: { w: { on: "h1", ...cold } }, moves: { w: "h2" },
    actions: ["a1 stop w h1", "a2 transfer w h1>h2 after a1", "a3 start w h2 after a2", "a4 deleteSource w h1 after a3"],
  },
  {
    says: "stops for a move to another make of processor", hosts: { h1: {}, h2: { cpuVendor: "amd" } }, workloads: { w: { on: "h1", mayStop: true } }, moves: { w: "h2" },
    actions: ["a1 stop w h1", "a2 transfer w h1>h2 after a1", "a3 start w h2 after a2", "a4 deleteSource w h1 after a3"],
  },
  {
    says: "stops one that dirties memory faster than the network carries it", hosts: { h1: {}, h2: {} },
    workloads: { w: { on: "h1", mayStop: true, memoryChangeMiBPerSecond: 200 } }, moves: { w: "h2" },
    actions: ["a1 stop w h1", "a2 transfer w h1>h2 after a1", "a3 start w h2 after a2", "a4 deleteSource w h1 after a3"],
  },
  { says: "starts what is new", hosts: { h1: {} }, workloads: { w: {} }, moves: { w: "h1" }, actions: ["a1 start w h1"] },
  { says: "starts what is wanted running", hosts: { h1: {} }, workloads: { w: { on: "h1", state: "stopped" } }, moves: {}, actions: ["a1 start w h1"] },
  { says: "stops what is wanted stopped", hosts: { h1: {} }, workloads: { w: { on: "h1", desired: "stopped" } }, moves: {}, actions: ["a1 stop w h1"] },
  {
    says: "carries what is wanted stopped and elsewhere, and does not start it", hosts: { h1: {}, h2: {} }, workloads: { w: { on: "h1", desired: "stopped" } }, moves: { w: "h2" },
    actions: ["a1 stop w h1", "a2 transfer w h1>h2 after a1", "a3 deleteSource w h1 after a2"],
  },
  { says: "stops and removes what is not wanted", hosts: { h1: {} }, workloads: { w: { on: "h1", desired: "removed" } }, moves: {}, actions: ["a1 stop w h1", "a2 remove w h1 after a1"] },
  {
    says: "copies from one that runs and moves live", hosts: { h1: {}, h2: {} }, workloads: { w: { on: "h1" }, x: { copyOf: "w" as WorkloadId } }, moves: { x: "h2" },
    actions: ["a1 copy x h1>h2", "a2 start x h2 after a1"],
  },
  {
    says: "stops a source that cannot be copied while it runs, and starts it again", hosts: { h1: {}, h2: {} },
    workloads: { w: { on: "h1", ...cold }, x: { copyOf: "w" as WorkloadId } }, moves: { x: "h2" },
    actions: ["a1 stop w h1", "a2 copy x h1>h2 after a1", "a3 start w h1 after a2", "a4 start x h2 after a2"],
  },
  {
    says: "switches a host on for the first arrival and off after the last departure", hosts: { h1: { powerManaged: true }, h2: { powerManaged: true, state: "off" } },
    workloads: { w: { on: "h1" } }, moves: { w: "h2" }, actions: ["a1 bootHost h2", "a2 migrate w h1>h2 after a1", "a3 shutdownHost h1 after a2"],
  },
  {
    says: "waits for room", hosts: { h1: {}, h2: {}, h3: {} }, workloads: { a: { on: "h1", memoryMiB: 60 }, b: { on: "h2", memoryMiB: 60 } }, moves: { a: "h2", b: "h3" },
    actions: ["a1 migrate b h2>h3", "a2 migrate a h1>h2 after a1"],
  },
  {
    says: "takes two in at once and no more", hosts: { h1: {}, h2: {}, h3: {}, h4: {} }, workloads: { a: { on: "h1" }, b: { on: "h2" }, c: { on: "h3" } }, moves: { a: "h4", b: "h4", c: "h4" },
    actions: ["a1 migrate a h1>h4", "a2 migrate b h2>h4", "a3 migrate c h3>h4 after a1 a2"],
  },
  {
    says: "takes in as many as the policy says", hosts: { h1: {}, h2: {}, h3: {} }, workloads: { a: { on: "h1" }, b: { on: "h2" } }, policies: [policy("slow", "parallelism", null, { perHostIn: 1 })],
    moves: { a: "h3", b: "h3" }, actions: ["a1 migrate a h1>h3", "a2 migrate b h2>h3 after a1"],
  },
  {
    says: "swaps two that fill their hosts over a third host", hosts: { h1: {}, h2: {}, h3: {} }, workloads: { a: { on: "h1", memoryMiB: 80 }, b: { on: "h2", memoryMiB: 70 } },
    moves: { a: "h2", b: "h1" }, actions: ["a1 migrate b h2>h3", "a2 migrate a h1>h2 after a1", "a3 migrate b h3>h1 after a2"],
  },
  {
    says: "keeps replicas apart while they swap over a spare host", hosts: { h1: {}, h2: {}, h3: {} }, workloads: { a: { on: "h1" }, b: { on: "h2" } },
    policies: [policy("apart", "spread", ["a", "b"])], moves: { a: "h2", b: "h1" },
    actions: ["a1 migrate a h1>h3", "a2 migrate b h2>h1 after a1", "a3 migrate a h3>h2 after a2"],
  },
  {
    says: "starts a new service in the order of its needs", hosts: { h1: {} }, workloads: { a: web, b: db }, services: [shop], moves: { a: "h1", b: "h1" },
    actions: ["a1 start b h1", "a2 start a h1 after a1"],
  },
  {
    says: "stops a service for good in reverse", hosts: { h1: {} }, workloads: { a: { on: "h1", desired: "stopped", ...web }, b: { on: "h1", desired: "stopped", ...db } }, services: [shop], moves: {},
    actions: ["a1 stop a h1", "a2 stop b h1 after a1"],
  },
  {
    says: "stops one instance at a time under a disruption budget", hosts: { h1: {}, h2: {}, h3: {} }, workloads: { a: { on: "h1", ...cold }, b: { on: "h2", ...cold } },
    policies: [policy("up", "disruption-budget", ["a", "b"], { min: 1 })], moves: { a: "h3", b: "h3" },
    actions: [
      "a1 stop a h1", "a2 transfer a h1>h3 after a1", "a3 start a h3 after a2", "a4 deleteSource a h1 after a3",
      "a5 stop b h2 after a4", "a6 transfer b h2>h3 after a5", "a7 start b h3 after a6", "a8 deleteSource b h2 after a7",
    ],
  },
];

describe("schedule", () => {
  it.each(cases)("$says", async ({ hosts, workloads, policies, services, moves, actions }) => {
    const world = await given(smallFleet(hosts, workloads, services === undefined ? {} : { services }), policies);
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    expect(lines(result)).toEqual(actions);
    expect(problemsOf(world, moves, result)).toEqual([]);
  });
});

describe("a deadlock", () => {
  it("is broken for two groups that swap over one host, though neither fits there as a whole beside the other", async () => {
    const world = await given(
      smallFleet({ h1: { memoryMiB: 64 }, h2: { memoryMiB: 64 }, h3: { memoryMiB: 64 } }, {
        a1: { on: "h1", memoryMiB: 20 }, a2: { on: "h1", memoryMiB: 20 }, b1: { on: "h2", memoryMiB: 20 }, b2: { on: "h2", memoryMiB: 20 },
      }),
      [policy("a", "gather", ["a1", "a2"]), policy("b", "gather", ["b1", "b2"])],
    );
    const moves = { a1: "h2", a2: "h2", b1: "h1", b2: "h1" };
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    expect(problemsOf(world, moves, result)).toEqual([]);
  });

  it("is broken by stopping what may be stopped when there is no spare host", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { a: { on: "h1", memoryMiB: 80, mayStop: true }, b: { on: "h2", memoryMiB: 80, mayStop: true } }));
    const moves = { a: "h2", b: "h1" };
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    expect(problemsOf(world, moves, result)).toEqual([]);
    expect(result.actions.filter(({ action }) => action.kind === "stop").length).toBeGreaterThan(0);
  });

  it("is broken for a circle of five full hosts with one spare", async () => {
    const names = ["1", "2", "3", "4", "5"];
    const world = await given(smallFleet(
      Object.fromEntries([...names, "6"].map((n) => [`h${n}`, {}])),
      Object.fromEntries(names.map((n) => [`w${n}`, { on: `h${n}`, memoryMiB: 100 }])),
    ));
    const moves = { w1: "h2", w2: "h3", w3: "h4", w4: "h5", w5: "h1" };
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    expect(result.actions).toHaveLength(6);
    expect(problemsOf(world, moves, result)).toEqual([]);
  });

  it("is broken by stopping in a fleet too large to try every order", async () => {
    const pairs = Array.from({ length: 26 }, (_, i) => [`a${i}`, `b${i}`] as const);
    const world = await given(smallFleet(
      Object.fromEntries(pairs.flat().map((name) => [`h-${name}`, {}])),
      Object.fromEntries(pairs.flat().map((name) => [name, { on: `h-${name}`, memoryMiB: 80, mayStop: true }])),
    ));
    const moves = Object.fromEntries(pairs.flatMap(([a, b]) => [[a, `h-${b}`], [b, `h-${a}`]]));
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    expect(problemsOf(world, moves, result)).toEqual([]);
  });

  it("is broken by bystanders in a fleet too large to try every order", async () => {
    const places = Array.from({ length: 25 }, (_, i) => i);
    const world = await given(smallFleet(
      Object.fromEntries(places.flatMap((i) => [[`x${i}`, { memoryMiB: 60 }], [`y${i}`, { memoryMiB: 80 }], [`z${i}`, { memoryMiB: 25 }]])),
      Object.fromEntries(places.flatMap((i) => [[`a${i}`, { on: `x${i}`, memoryMiB: 50 }], [`b${i}`, { on: `y${i}`, memoryMiB: 30 }], [`stays${i}`, { on: `y${i}`, memoryMiB: 20 }]])),
    ));
    const moves = Object.fromEntries(places.flatMap((i) => [[`a${i}`, `y${i}`], [`b${i}`, `x${i}`]]));
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    expect(problemsOf(world, moves, result)).toEqual([]);
  });

  it("is broken by a bystander who makes room and comes back", async () => {
    const world = await given(smallFleet({ h1: { memoryMiB: 60 }, h2: { memoryMiB: 80 }, h3: { memoryMiB: 25 } }, {
      a: { on: "h1", memoryMiB: 50 }, b: { on: "h2", memoryMiB: 30 }, stays: { on: "h2", memoryMiB: 20 },
    }));
    const moves = { a: "h2", b: "h1" };
    const result = run(world, moves);
    expect(lines(result)).toEqual([
      "a1 migrate stays h2>h3", "a2 migrate a h1>h2 after a1", "a3 migrate b h2>h1 after a2", "a4 migrate stays h3>h2 after a3",
    ]);
    expect(problemsOf(world, moves, result)).toEqual([]);
  });

  it("that nothing breaks is proved, and says who is stuck and why", async () => {
    const world = await given(smallFleet({ h1: { memoryMiB: 40 }, h2: { memoryMiB: 40 }, h3: { memoryMiB: 20 } }, {
      a: { on: "h1", memoryMiB: 30 }, b: { on: "h2", memoryMiB: 30 }, c: { on: "h3", memoryMiB: 10 },
    }));
    const moves = { a: "h2", b: "h1" };
    const result = run(world, moves);
    expect(result).toMatchObject({
      kind: "unreachable", proved: true, actions: [],
      stuck: [
        { workload: 0, from: 0, to: 1, because: "built-in/capacity: host h2 memoryMiB holds 60 MiB, the limit is 40" },
        { workload: 1, from: 1, to: 0, because: "built-in/capacity: host h1 memoryMiB holds 60 MiB, the limit is 40" },
      ],
    });
    expect(problemsOf(world, moves, result)).toEqual([]);
  });

  it("still lets those go that have no part in it", async () => {
    const world = await given(smallFleet({ h1: { memoryMiB: 40 }, h2: { memoryMiB: 40 }, h3: { memoryMiB: 20 }, h4: { memoryMiB: 20 } }, {
      a: { on: "h1", memoryMiB: 30 }, b: { on: "h2", memoryMiB: 30 }, c: { on: "h3", memoryMiB: 10 },
    }));
    const moves = { a: "h2", b: "h1", c: "h4" };
    const result = run(world, moves);
    expect(result.kind).toBe("unreachable");
    expect(lines(result)).toEqual(["a1 migrate c h3>h4"]);
    expect(problemsOf(world, moves, result)).toEqual([]);
  });

  it("is not broken by more moves than a policy allows", async () => {
    const fleet = smallFleet({ h1: {}, h2: {}, h3: {} }, { a: { on: "h1", memoryMiB: 80 }, b: { on: "h2", memoryMiB: 80 }, c: { on: "h3" }, d: { on: "h3" } });
    const moves = { a: "h2", b: "h1", c: "h2" };
    const three = await given(fleet, [policy("calm", "change-limit", null, { moves: 3 })]);
    const four = await given(fleet, [policy("calm", "change-limit", null, { moves: 4 })]);
    expect(run(four, moves)).toMatchObject({ kind: "scheduled" });
    expect(run(four, moves).actions).toHaveLength(4);
    const result = run(three, moves);
    expect(result).toMatchObject({ kind: "unreachable", proved: false });
    expect(lines(result)).toEqual(["a1 migrate c h3>h2"]);
    expect(problemsOf(three, moves, result)).toEqual([]);
  });

  it("is broken by a stop instead of one move more than a policy allows", async () => {
    const hosts = { h1: {}, h2: {}, h3: {} };
    const world = await given(smallFleet(hosts, { a: { on: "h1", memoryMiB: 80, mayStop: true }, b: { on: "h2", memoryMiB: 80, mayStop: true } }), [
      policy("calm", "change-limit", null, { moves: 2 })]);
    const moves = { a: "h2", b: "h1" };
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    expect(result.actions.filter(({ action }) => action.kind === "stop").length).toBeGreaterThan(0);
    expect(problemsOf(world, moves, result)).toEqual([]);
  });

  it("does not arise from a target that a rule forbids: that is refused as it is", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { a: { on: "h1" }, b: { on: "h2" } }), [policy("apart", "spread", ["a", "b"])]);
    expect(run(world, { a: "h2" })).toMatchObject({ kind: "unreachable", proved: true, stuck: [{ because: "apart: a, b share host h2: 2 there, at most 1 may be" }] });
  });
});

describe("a target that breaks a must which holds at the end", () => {
  const atEnd = { holds: "at-end" } as const;
  const gone = { desired: "removed" } as const;

  it("is not reached, though an order of actions leads to it", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { a: { on: "h1" }, b: { on: "h2" } }), [policy("apart", "spread", ["a", "b"], {}, atEnd)]);
    const result = run(world, { a: "h2" });
    expect(result).toMatchObject({ kind: "unreachable", proved: true, actions: [], stuck: [{ workload: 0, from: 0, to: 1, because: "apart: a, b share host h2: 2 there, at most 1 may be" }] });
    expect(problemsOf(world, { a: "h2" }, result)).toEqual([]);
  });

  it("keeps back as few of those that are to be removed as the must needs", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { a: { on: "h1" }, b: { on: "h2", ...gone }, c: { on: "h2", ...gone }, d: { on: "h1", ...gone }, e: { on: "h1" }, other: { on: "h1", ...gone } }), [
      policy("two", "spread", ["a", "b", "c", "d", "e"], { atLeast: 2 }, atEnd)]);
    const result = run(world, {});
    expect(result).toMatchObject({ kind: "unreachable", proved: true, stuck: [{ workload: 2, from: 1, to: -1, because: "two: a, b, c, d, e use 1 host, at least 2 are wanted" }] });
    expect(lines(result).filter((line) => line.includes(" remove ")).map((line) => line.split(" ")[2])).toEqual(["b", "d", "other"]);
    expect(problemsOf(world, {}, result)).toEqual([]);
  });

  it("is reached when the fleet breaks the must as much now", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { a: { on: "h1" }, b: { on: "h1" }, c: { on: "h1" } }), [policy("apart", "spread", ["a", "b"], {}, atEnd)]);
    expect(run(world, { c: "h2" })).toMatchObject({ kind: "scheduled" });
  });
});

describe("a deadlock over the only spare host", () => {
  it("is broken by keeping back who would fill the only spare host for good", async () => {
    const circles = Array.from({ length: 20 }, (_, i) => i);
    const world = await given(smallFleet(
      { e: { memoryMiB: 60 }, spare: {}, ...Object.fromEntries(circles.flatMap((i) => [[`x${i}`, {}], [`y${i}`, {}], [`z${i}`, {}]])) },
      { last: { on: "e", memoryMiB: 60 }, ...Object.fromEntries(circles.flatMap((i) => [
        [`a${i}`, { on: `x${i}`, memoryMiB: 50 }], [`b${i}`, { on: `x${i}`, memoryMiB: 49 }],
        [`c${i}`, { on: `y${i}`, memoryMiB: 62 }], [`d${i}`, { on: `y${i}`, memoryMiB: 37 }],
        [`f${i}`, { on: `z${i}`, memoryMiB: 70 }], [`g${i}`, { on: `z${i}`, memoryMiB: 29 }],
      ])) },
    ));
    const moves = { last: "spare", ...Object.fromEntries(circles.flatMap((i) => [
      [`a${i}`, `y${i}`], [`b${i}`, `y${i}`], [`c${i}`, `z${i}`], [`d${i}`, `z${i}`], [`f${i}`, `x${i}`], [`g${i}`, `x${i}`],
    ])) };
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    expect(problemsOf(world, moves, result)).toEqual([]);
    const arrives = result.actions.find(({ action }) => action.kind === "migrate" && action.workload === "last");
    expect(result.actions.filter(({ startMs }) => startMs > (arrives?.startMs ?? 0))).toEqual([]);
    // Each circle needs one host emptied over the spare one: two moves more than its own.
    expect(result.actions).toHaveLength(1 + 20 * 8);
  });
});

describe("windows", () => {
  const night = policy("night", "window", null, { allow: [{ from: "22:00", to: "23:00" }] });

  it("are waited for", async () => {
    const startsAtMs = Date.parse("2026-11-21T21:30:00Z");
    const world = await given(smallFleet({ h1: {}, h2: {} }, { w: { on: "h1" } }), [night], "2026-11-21T21:30:00Z");
    const result = run(world, { w: "h2" }, startsAtMs);
    expect(result.kind).toBe("scheduled");
    expect(result.actions.map(({ startMs }) => startMs)).toEqual([30 * 60_000]);
    expect(problemsOf(world, { w: "h2" }, result, startsAtMs)).toEqual([]);
  });

  it("are not closed on a move by others that would take its part of the network: they wait", async () => {
    // 300,000 MiB take 42 min alone, and more than the hour of the window beside another one as large.
    const data = { on: "h1", dataMiB: 300_000 };
    const onlyA = policy("night", "window", ["a"], { allow: [{ from: "22:00", to: "23:00" }] });
    const startsAtMs = Date.parse("2026-11-21T22:00:00Z");
    const world = await given(smallFleet({ h1: {}, h2: {}, h3: {} }, { a: data, b: data }), [onlyA], "2026-11-21T22:00:00Z");
    const moves = { a: "h2", b: "h3" };
    const result = run(world, moves, startsAtMs);
    expect(lines(result)).toEqual(["a1 migrate a h1>h2", "a2 migrate b h1>h3 after a1"]);
    expect(problemsOf(world, moves, result, startsAtMs)).toEqual([]);
  });

  it("that are too short for a move make it unreachable", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { w: { on: "h1", dataMiB: 1_000_000 } }), [night], "2026-11-21T21:30:00Z");
    expect(run(world, { w: "h2" }, Date.parse("2026-11-21T21:30:00Z"))).toMatchObject({ kind: "unreachable", stuck: [{ because: "no window is long enough for it" }] });
  });
});

describe("a plan", () => {
  it("marks the critical path, and says why each action is there and what its failure leaves", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {}, h3: {}, h4: {}, h5: {} }, {
      a: { on: "h1", memoryMiB: 60, dataMiB: 1000 }, b: { on: "h2", memoryMiB: 60 }, c: { on: "h4" },
    }));
    const { actions, makespanMs } = run(world, { a: "h2", b: "h3", c: "h5" });
    expect(actions.map(({ action, critical }) => [action.kind === "migrate" ? action.workload : "", critical])).toEqual([["b", true], ["c", false], ["a", true]]);
    expect(actions.at(-1)?.endMs).toBe(makespanMs);
    expect(actions[0]).toMatchObject({
      reason: "b belongs on h3",
      ifItFails: "b still runs on h2; what reached h3 is to be deleted. a3, with all that waits for it, cannot start.",
    });
  });

  it("says of each action what it is for", async () => {
    const world = await given(smallFleet({ h1: { powerManaged: true }, h2: { powerManaged: true, state: "off" } }, {
      moved: { on: "h1", ...cold }, gone: { on: "h1", desired: "removed" }, off: { on: "h1", desired: "stopped" }, fresh: {}, twin: { copyOf: "moved" as WorkloadId },
    }));
    const { actions } = run(world, { moved: "h2", off: "h2", fresh: "h2", twin: "h2" });
    const reasons = new Map(actions.map(({ action, reason }) => [`${action.kind} ${"workload" in action ? action.workload : action.host}`, reason]));
    expect(Object.fromEntries(reasons)).toMatchObject({
      "bootHost h2": expect.stringMatching(/^h2 is needed by \w+, \w+, \w+ and 1 more$/) as string, "shutdownHost h1": "nothing is left on h1",
      "stop moved": "moved moves to h2 and must be stopped for it", "transfer moved": "moved belongs on h2 and is carried while it is stopped",
      "start moved": "moved has arrived on h2", "deleteSource moved": "moved has its data on its new host; those on h1 are not needed any more",
      "stop gone": "gone is not wanted any more", "remove gone": "gone is not wanted any more", "stop off": "off is wanted stopped",
      "start fresh": "fresh is new", "copy twin": "twin is a copy of moved",
    });
  });

  it("is the same whenever the input is", async () => {
    const once = await randomWorld(7);
    const again = await randomWorld(7);
    const made = [once, again].map(({ world, target }) => schedule({ index: world.index, constraints: world.constraints, hostOf: target, startsAtMs: null, stopped: () => false }));
    expect(made[0]).toEqual(made[1]);
  });

  it("of nothing is what an interrupted scheduler answers", async () => {
    const world = await given(smallFleet({ h1: {}, h2: {} }, { w: { on: "h1" } }));
    const result = schedule({ index: world.index, constraints: world.constraints, hostOf: targetOf(world, { w: "h2" }), startsAtMs: null, stopped: () => true });
    expect(result).toMatchObject({ kind: "unreachable", proved: false, actions: [], stuck: [{ workload: 0 }] });
    expect(problemsOf(world, { w: "h2" }, result)).toEqual([]);
  });

  it("respects a site link as the narrowest part of the way", async () => {
    const hosts = { h1: {}, h2: { site: "s2" as SiteId } };
    const link = { a: "s1" as SiteId, b: "s2" as SiteId, mbps: 10, transferMicrosPerGiB: 0 };
    const far = await given(smallFleet(hosts, { w: { on: "h1", dataMiB: 100 } }, { links: [link] }));
    const near = await given(smallFleet(hosts, { w: { on: "h1", dataMiB: 100 } }));
    expect(run(near, { w: "h2" }).makespanMs).toBe(839 + 84);
    expect(run(far, { w: "h2" }).makespanMs).toBe(83_887 + 8389 + 1);
  });
});

describe("moves that share a host or a link", () => {
  const shared = { h1: {}, h2: {}, h3: {} };

  it("share its bandwidth", async () => {
    const world = await given(smallFleet(shared, { a: { on: "h1", dataMiB: 1000 }, b: { on: "h1", dataMiB: 1000 } }));
    const { actions } = run(world, { a: "h2", b: "h3" });
    expect(actions.map(({ action, startMs, endMs }) => ["workload" in action ? action.workload : "", endMs - startMs])).toEqual([["a", 16_778 + 168], ["b", 16_778 + 168]]);
  });

  it("are slower from when another comes, and faster from when one has ended", async () => {
    const world = await given(smallFleet(shared, { a: { on: "h1", dataMiB: 2000 }, b: { on: "h1", dataMiB: 1000 } }));
    const { actions } = run(world, { a: "h2", b: "h3" });
    // A gigabyte of each goes at half the speed, the rest of a alone.
    expect(actions.map(({ action, startMs, endMs }) => ["workload" in action ? action.workload : "", startMs, endMs])).toEqual([["a", 0, 25_335], ["b", 0, 16_946]]);
  });

  it("share the link between two sites", async () => {
    const link = { a: "s1" as SiteId, b: "s2" as SiteId, mbps: 100, transferMicrosPerGiB: 0 };
    const world = await given(smallFleet(
      { h1: {}, h2: {}, h3: { site: "s2" as SiteId }, h4: { site: "s2" as SiteId } }, { a: { on: "h1", dataMiB: 1000 }, b: { on: "h2", dataMiB: 1000 } }, { links: [link] }));
    const [first, second] = run(world, { a: "h3", b: "h4" }).actions.map(({ startMs, endMs }) => [startMs, endMs - startMs]);
    expect(first).toEqual(second);
    expect(second).toEqual([0, 167_773 + 1678 + 1]);
  });

  it("wait when what is left would never get ahead of the changes in memory", async () => {
    const world = await given(smallFleet(shared, { a: { on: "h1", memoryMiB: 90, memoryChangeMiBPerSecond: 70 }, b: { on: "h1", memoryMiB: 10, memoryChangeMiBPerSecond: 70 } }));
    const moves = { a: "h2", b: "h3" };
    const result = run(world, moves);
    expect(result.kind).toBe("scheduled");
    const [first, second] = result.actions;
    expect(second?.startMs).toBe(first?.endMs);
    expect(problemsOf(world, moves, result)).toEqual([]);
  });
});

describe("every schedule of a random fleet", () => {
  it("passes the verifier and 50 random executions", async () => {
    let scheduled = 0;
    for (let seed = 1; seed <= 80; seed++) {
      const { world, target } = await randomWorld(seed).catch(() => ({ world: null, target: null }));
      if (world === null) continue;
      const { index, constraints } = world;
      const forbidden = isForbidden(world, target);
      const result = schedule({ index, constraints, hostOf: target, startsAtMs: null, stopped: () => false, nodeLimit: 500 });
      if (forbidden && result.kind === "scheduled") continue;
      if (result.kind === "scheduled") scheduled++;
      const plan = planOf(world, result, target);
      const verified = verifyPlan({ index, constraints, plan, startsAtMs: null });
      expect({ seed, problems: verified.problems, violations: verified.violations.filter(({ before }) => !before) }).toEqual({ seed, problems: [], violations: [] });
      for (let execution = 1; execution <= 50; execution++) {
        expect({ seed, execution, wrong: executeAtRandom(index, constraints, plan, execution) }).toEqual({ seed, execution, wrong: [] });
      }
    }
    expect(scheduled).toBeGreaterThan(45);
  });
});
