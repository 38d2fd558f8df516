import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostId, SiteId } from "../../model/ids.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { migrateMs } from "../../planner/durations.ts";
import { defaultSimulation, simulate, type SimulationInput, type SimulationResult } from "../../simulator/index.ts";
import { fleetOf, hostOf, siteOf, workloadOf, type Said } from "../policies/fleet-of.ts";
import type { Host, Workload } from "../../model/fleet.ts";
import { hour, minute, second, simulationOf } from "./given.ts";
import { migrate, on, planOf, power, transfer } from "./plan-of.ts";

/** 1000 Mbit/s carry 1 MiB in 8.388608 ms. */
const gigabit: Said<Host> = { migrationMbps: 1000, prices: { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 1024 } };

function fleet(workloads: readonly Workload[], hosts: readonly Host[] = ["h1", "h2", "h3"].map((id) => hostOf(id, gigabit))): FleetIndex {
  return fleetOf(hosts, workloads);
}

function running(id: string, host: string, said: Said<Workload> = {}): Workload {
  return workloadOf(id, { host: host as HostId, state: "running", reservation: { memoryMiB: 1000, cpuMillicores: 1000 }, ...said });
}

async function carryOut(index: FleetIndex, plan: ReturnType<typeof planOf>, said: Partial<SimulationInput> = {}): Promise<SimulationResult> {
  return simulate(simulationOf(index, { plan: { plan, atMs: second }, ...said }));
}

function times(result: SimulationResult): readonly string[] {
  return result.actions.map(({ planned, outcome, beganMs, endedMs }) => `${planned.id} ${outcome} ${beganMs ?? "-"}-${endedMs ?? "-"}`);
}

describe("a live move", () => {
  it("takes as long as the planner says when nobody else is on the way", async () => {
    const cases = fc.record({ memoryMiB: fc.integer({ min: 1, max: 20_000 }), changes: fc.integer({ min: 1, max: 100 }), dataMiB: fc.nat({ max: 5000 }) });
    await fc.assert(fc.asyncProperty(cases, async ({ memoryMiB, changes, dataMiB }) => {
      const workload = running("w", "h1", { reservation: { memoryMiB }, memoryChangeMiBPerSecond: changes, dataMiB });
      const result = await carryOut(fleet([workload]), planOf([migrate("w", "h1", "h2")]), { lengthMs: hour });
      const [action] = result.actions;
      expect([action?.outcome, (action?.endedMs ?? 0) - (action?.beganMs ?? 0)]).toEqual(["done", migrateMs(workload, 1000)]);
    }), { seed: 1, numRuns: 60 });
  });

  it("sends its memory once and arrives when it changes none", async () => {
    const result = await carryOut(fleet([running("w", "h1")]), planOf([migrate("w", "h1", "h2")]));
    expect(times(result)).toEqual(["a1 done 1000-9389"]);
    expect(result.workloads[0]?.servedMs).toBe(hour);
  });

  it("does not serve in the pause at its end", async () => {
    const result = await carryOut(fleet([running("w", "h1", { memoryChangeMiBPerSecond: 10 })]), planOf([migrate("w", "h1", "h2")]));
    // 8389 ms dirty 84 MiB, which take 705 ms, which dirty 8 MiB, which take 68 ms.
    expect(times(result)).toEqual([`a1 done 1000-${1000 + 8389 + 705 + 68}`]);
    expect(result.workloads[0]?.servedMs).toBe(hour - 68);
  });

  it("shares the way out of a host with another move, and pays for what it sends", async () => {
    const index = fleet([running("v", "h1"), running("w", "h1")]);
    const result = await carryOut(index, planOf([migrate("v", "h1", "h2")], [migrate("w", "h1", "h3")]));
    expect(times(result)).toEqual(["a1 done 1000-17778", "a2 done 1000-17778"]);
    // 1000 MiB each, at 1024 micros a GiB at both ends.
    expect(result.totals.transferMicros).toBe(4000n);
  });

  it("refuses when memory changes faster than it can be sent, and the workload serves on where it is", async () => {
    const { actions } = planOf([migrate("w", "h1", "h2")], [power("shutdownHost", "h1"), "a1"]);
    const slow = { actions: actions.map((action) => ({ ...action, endMs: 12 * hour })) };
    const result = await carryOut(fleet([running("w", "h1", { memoryChangeMiBPerSecond: 500, reservation: { memoryMiB: 100_000 } })]), slow, { lengthMs: 48 * hour });
    expect(result.actions.map(({ outcome, because }) => `${outcome}: ${because}`)).toEqual([
      "failed: it changes its memory faster than h1 can send it to h2", "given up: a1 did not succeed",
    ]);
    expect(result.workloads[0]?.servedMs).toBe(48 * hour);
  });

  it("works the processors of both hosts while it lasts", async () => {
    const result = await carryOut(fleet([running("w", "h1")]), planOf([migrate("w", "h1", "h2")]));
    const seconds = 8389 * defaultSimulation.moves.processorMillicores;
    expect(result.hosts.map(({ uses: [use] }) => Math.round((use?.demandHours ?? 0) * hour))).toEqual([seconds, seconds, 0]);
  });

  it.each([
    ["h2", hour, "failed: host h2 is failed"],
    ["h1", hour - 30 * minute - 10 * second, "unknown: host h1 has not said how it went for 300 s; host h2 finds w absent"],
  ])("stays where it is when its target fails on the way, and is lost with its source: %s", async (host, served, outcomes) => {
    const failures = [{ atMs: 5 * second, scope: { kind: "host", host: host as HostId }, repairMs: 30 * minute } as const];
    const result = await carryOut(fleet([running("w", "h1")]), planOf([migrate("w", "h1", "h2")]), { failures });
    expect(result.actions.map(({ outcome, because }) => `${outcome}: ${because}`)).toEqual([outcomes]);
    expect(result.workloads[0]?.servedMs).toBe(served);
  });
});

describe("a move between sites", () => {
  const hosts = [hostOf("h1", { ...gigabit, site: "a" as SiteId }), hostOf("h2", { ...gigabit, site: "b" as SiteId }), hostOf("h3", { ...gigabit, site: "b" as SiteId })];
  const links = [{ a: "a" as SiteId, b: "b" as SiteId, mbps: 100, transferMicrosPerGiB: 0 }];
  const index = fleetOf(hosts, [running("v", "h1"), running("w", "h1"), running("x", "h2")], { links, sites: [siteOf("a"), siteOf("b")] });

  it("is as fast as the link, which it shares with others, while moves within a site have the rest of their hosts", async () => {
    const result = await carryOut(index, planOf([migrate("v", "h1", "h2")], [migrate("w", "h1", "h2")], [migrate("x", "h2", "h3")]));
    expect(times(result)).toEqual(["a1 done 1000-168773", "a2 done 1000-168773", "a3 done 1000-9389"]);
    expect(result.links).toEqual([{ sites: ["a", "b"], carriedBits: 2000 * 8_388_608, peakMbps: 100 }]);
  });

  it("waits while the link is broken", async () => {
    const failure = { atMs: 11 * second, scope: { kind: "link", a: "a" as SiteId, b: "b" as SiteId }, repairMs: minute } as const;
    const failures = [failure];
    expect(times(await carryOut(index, planOf([migrate("v", "h1", "h2")]), { failures }))).toEqual([`a1 done 1000-${1000 + 83_887 + minute}`]);
    const overlapping = [failure, { ...failure, atMs: 41 * second }];
    expect(times(await carryOut(index, planOf([migrate("v", "h1", "h2")]), { failures: overlapping }))).toEqual([`a1 done 1000-${1000 + 83_887 + minute + 30 * second}`]);
  });
});

describe("a cold move", () => {
  const steps = planOf([on("stop", "w", "h1")], [transfer("w", "h1", "h2"), "a1"], [on("start", "w", "h2"), "a2"], [on("deleteSource", "w", "h1"), "a3"]);

  it("stops, carries, starts, and then deletes what lies on the source", async () => {
    const result = await carryOut(fleet([running("w", "h1", { dataMiB: 1000 })]), steps);
    expect(times(result)).toEqual(["a1 done 1000-6000", "a2 done 6000-14389", "a3 done 14389-24389", "a4 done 24389-25389"]);
    expect(result.workloads[0]?.servedMs).toBe(hour - (24_389 - 1000));
  });

  it("goes no further than an action that fails", async () => {
    const failures = [{ atMs: 8 * second, scope: { kind: "host", host: "h2" as HostId }, repairMs: minute } as const];
    const result = await carryOut(fleet([running("w", "h1", { dataMiB: 1000 })]), steps, { failures });
    expect(result.actions.map(({ outcome }) => outcome)).toEqual(["done", "failed", "given up", "given up"]);
  });
});

describe("a plan", () => {
  it("switches hosts on and off, and a host that boots or shuts down draws idle power", async () => {
    const hosts = [hostOf("h1", { state: "off", powerManaged: true, bootMs: 10 * minute, shutdownMs: 5 * minute })];
    const plan = planOf([power("bootHost", "h1")], [power("shutdownHost", "h1"), "a1"]);
    const { hosts: [host] } = await simulate(simulationOf(fleetOf(hosts, []), { plan: { plan, atMs: 0 } }));
    expect(host?.stateMs).toEqual({ off: 45 * minute, booting: 10 * minute, on: 0, stopping: 5 * minute, maintenance: 0, failed: 0 });
    expect(host?.microjoules).toBe(BigInt(100 * 15 * 60) * 1_000_000n);
  });

  it("knows the peaks while it is under way: at both ends of a move", async () => {
    const index = fleet([running("v", "h2"), running("w", "h1")]);
    const { hosts } = await carryOut(index, planOf([migrate("w", "h1", "h2")]));
    expect(hosts.map(({ promisedDuringPlans: { memoryMiB } }) => memoryMiB)).toEqual([1000, 2000, 0]);
    expect(hosts.map(({ uses: [use] }) => use?.duringPlans)).toEqual([500, 500, 0]);
  });

  it("that is not over at the end has its peaks all the same", async () => {
    const index = fleet([running("w", "h1")]);
    const { hosts, actions } = await carryOut(index, planOf([migrate("w", "h1", "h2")]), { lengthMs: 5 * second });
    expect(actions.map(({ outcome, endedMs }) => [outcome, endedMs])).toEqual([["under way", null]]);
    expect(hosts.map(({ uses: [use] }) => use?.duringPlans)).toEqual([500, 500, 0]);
  });

  it("refuses what cannot begin, in words", async () => {
    const result = await carryOut(fleet([running("w", "h1")]), planOf([migrate("w", "h2", "h3")], [power("shutdownHost", "h1")], [on("start", "w", "h1")]));
    expect(result.actions.map(({ because }) => because)).toEqual(["w is on h1, not on h2", "w still on host h1", "w is running there, not stopped"]);
  });
});
