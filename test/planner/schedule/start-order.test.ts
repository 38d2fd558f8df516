import { describe, expect, it } from "vitest";
import type { Service } from "../../../model/fleet.ts";
import type { ApplicationId, ServiceId } from "../../../model/ids.ts";
import { schedule, type ScheduleResult } from "../../../planner/schedule.ts";
import { verifyPlan } from "../../../policies/index.ts";
import { planOf } from "./plan-of.ts";
import { executeAtRandom } from "./random-execution.ts";
import { given, smallFleet, targetOf, type HostSpec, type WorkloadSpec } from "./small-fleet.ts";

const web = { applications: ["web"] as ApplicationId[] };
const cache = { applications: ["cache"] as ApplicationId[] };
const db = { applications: ["db"] as ApplicationId[] };
const cold: WorkloadSpec = { liveMove: false, mayStop: true };

/** The shop starts its database first, then its cache, then its front end. */
const shop: Service = {
  id: "shop" as ServiceId, title: "Shop", applications: ["web", "cache", "db"] as ApplicationId[],
  startOrder: [["web", "cache"], ["cache", "db"], ["web", "db"]].map(([application, needs]) => ({ application: application as ApplicationId, needs: needs as ApplicationId })),
  redundancy: [], virtualAddress: null, scale: [], labels: {},
};

/** The schedule, its starts and stops in order of time, and what is found wrong with it. */
async function ordered(hosts: Record<string, HostSpec>, workloads: Record<string, WorkloadSpec>, moves: Record<string, string>): Promise<{
  readonly result: ScheduleResult; readonly switches: readonly string[]; readonly wrong: readonly string[];
}> {
  const world = await given(smallFleet(hosts, workloads, { services: [shop] }));
  const { index, constraints } = world;
  const hostOf = targetOf(world, moves);
  const result = schedule({ index, constraints, hostOf, startsAtMs: null, stopped: () => false });
  const plan = planOf(world, result, hostOf);
  const { problems, violations } = verifyPlan({ index, constraints, plan, startsAtMs: null });
  const breaches = Array.from({ length: 20 }, (_, seed) => executeAtRandom(index, constraints, plan, seed)).flat();
  const switches = result.actions.flatMap(({ action }) => (action.kind === "start" || action.kind === "stop" ? [`${action.kind} ${action.workload}`] : []));
  return { result, switches, wrong: [...problems, ...violations.map(({ words }) => words), ...breaches] };
}

interface Case {
  readonly says: string;
  readonly workloads: Record<string, WorkloadSpec>;
  readonly moves: Record<string, string>;
  readonly switches: readonly string[];
}

const cases: readonly Case[] = [
  {
    says: "starts who needs an instance that is new and wanted stopped while that runs",
    workloads: { web: { ...web }, db: { ...db, desired: "stopped" } }, moves: { web: "h1", db: "h1" }, switches: ["start db", "start web", "stop db"],
  },
  {
    says: "starts a whole service that is new and wanted stopped in its order, and stops it in the other",
    workloads: { web: { ...web, desired: "stopped" }, cache: { ...cache, desired: "stopped" }, db: { ...db, desired: "stopped" } }, moves: { web: "h1", cache: "h2", db: "h1" },
    switches: ["start db", "start cache", "start web", "stop web", "stop cache", "stop db"],
  },
  {
    says: "waits for nothing when what it needs stays stopped",
    workloads: { web: { ...web }, db: { ...db, on: "h1", state: "stopped", desired: "stopped" } }, moves: { web: "h1" }, switches: ["start web"],
  },
  {
    says: "waits for nothing when what it needs is only copied and stays stopped",
    workloads: { web: { ...web }, old: { on: "h1", state: "stopped", desired: "stopped" }, db: { ...db, desired: "stopped", copyOf: "old" as never } }, moves: { web: "h1", db: "h2" },
    switches: ["start web"],
  },
  {
    says: "makes one that is wanted stopped before what it needs stops for good",
    workloads: { web: { ...web, desired: "stopped" }, db: { ...db, on: "h1", desired: "stopped" } }, moves: { web: "h1" }, switches: ["start web", "stop web", "stop db"],
  },
  {
    says: "lets one that is stopped to move come back before what it needs stops for good",
    workloads: { web: { ...web, on: "h1", ...cold }, db: { ...db, on: "h1", desired: "stopped" } }, moves: { web: "h2" }, switches: ["stop web", "start web", "stop db"],
  },
  {
    says: "lets one instance stop when another goes on",
    workloads: { web: { ...web }, db: { ...db, on: "h1", desired: "stopped" }, twin: { ...db, on: "h2" } }, moves: { web: "h2" }, switches: ["start web", "stop db"],
  },
];

describe("the start order", () => {
  for (const { says, workloads, moves, switches } of cases) {
    it(says, async () => {
      expect(await ordered({ h1: {}, h2: {} }, workloads, moves)).toMatchObject({ result: { kind: "scheduled" }, switches, wrong: [] });
    });
  }

  it("stops nobody who could not be started again, for want of what it needs", async () => {
    // db leaves room on h2 only once it is gone, and web must be back before.
    const found = await ordered({ h1: {}, h2: {} }, { web: { ...web, on: "h1", memoryMiB: 60, ...cold }, db: { ...db, on: "h2", memoryMiB: 60, desired: "removed", liveMove: false } }, { web: "h2" });
    expect(found).toMatchObject({ result: { kind: "unreachable", proved: true, actions: [] }, wrong: [] });
  });

  it("says who waits for whom where there is no room to run beside each other", async () => {
    const found = await ordered({ h1: {} }, { web: { ...web, memoryMiB: 60 }, db: { ...db, memoryMiB: 60, desired: "stopped" } }, { web: "h1", db: "h1" });
    expect(found.wrong).toEqual([]);
    expect(found.result).toMatchObject({ kind: "unreachable", stuck: [
      { workload: 0, because: "built-in/start-order: web starts after db runs, and db stops after web" },
      { workload: 1, because: "built-in/capacity: host h1 memoryMiB holds 120 MiB, the limit is 100" },
    ] });
  });
});
