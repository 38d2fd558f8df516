import { describe, expect, it } from "vitest";
import type { HostId, SiteId } from "../../model/ids.ts";
import { simulate, type Replan, type SimulationInput, type SimulationResult } from "../../simulator/index.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, minute, second, simulationOf } from "./given.ts";
import { migrate, on, planOf, power } from "./plan-of.ts";

/** A gigabyte takes 8,389 ms on its way. */
const host = { migrationMbps: 1000 };
const index = fleetOf(["h1", "h2", "h3"].map((id) => hostOf(id, host)), [["v", "h1"], ["w", "h2"], ["x", "h1"]].map(([id = "", at]) =>
  workloadOf(id, { host: at as HostId, state: "running", reservation: { memoryMiB: 1000 } })));

/** v and then x from h1 to h3, and w stops on h2 a while later. */
const plan = planOf([migrate("v", "h1", "h3")], [migrate("x", "h1", "h3"), "a1"], [on("stop", "w", "h2")]);

function failing(name: string, atMs: number, repairMs: number): Pick<SimulationInput, "failures"> {
  return { failures: [{ atMs, scope: { kind: "host", host: name as HostId }, repairMs }] };
}

function told({ happenings }: SimulationResult): readonly string[] {
  return happenings.flatMap((told) => (told.kind === "action" ? [`${told.atMs} ${told.action} ${told.outcome}${told.because === "" ? "" : `: ${told.because}`}`] : []));
}

describe("when a host fails in the middle of a plan, the executor that is simulated", () => {
  it("waits for a host that is silent, hears how it went once that is back, and tries again", async () => {
    const result = await simulate(simulationOf(index, { ...failing("h1", 5 * second, minute), plan: { plan, atMs: 0 } }));
    // The workloads start again with their host at 1:05 and run at 1:15.
    expect(told(result)).toEqual([
      "0 a1 started", "0 a3 started", "5000 a3 done", "65000 a1 tries again: host h1 failed", "70000 a1 started: attempt 2",
      "70000 a1 tries again: v is starting there, not running", "80000 a1 started: attempt 3", "88389 a1 done", "88389 a2 started", "96778 a2 done",
    ]);
  });

  it("calls an outcome unknown after five minutes of silence, and goes on with what does not wait for it", async () => {
    const other = planOf([migrate("v", "h1", "h3")], [migrate("x", "h1", "h3"), "a1"], [on("stop", "w", "h2")], [on("start", "w", "h2"), "a3"]);
    const result = await simulate(simulationOf(index, { ...failing("h1", 5 * second, 30 * minute), plan: { plan: other, atMs: 0 } }));
    expect(told(result)).toEqual([
      "0 a1 started", "0 a3 started", "5000 a3 done", "5000 a4 started", "15000 a4 done",
      "300000 a1 unknown: host h1 has not said how it went for 300 s; host h3 finds v absent", "300000 a2 given up: a1 did not succeed",
    ]);
  });

  it("asks the planner about what was lost once the execution has ended", async () => {
    const asked: number[] = [];
    const replan: Replan = async ({ atMs }) => {
      asked.push(atMs);
      return planOf([on("start", "v", "h2")]);
    };
    const result = await simulate(simulationOf(index, { ...failing("h1", 5 * second, 30 * minute), plan: { plan, atMs: 0 }, replan, settings: { decideMs: 2000 } }));
    expect(asked).toEqual([302_000]);
    expect(told(result).at(-1)).toBe("312000 a1 done");
  });

  it("is told to cancel the plan for a failure, when that is wanted", async () => {
    const long = fleetOf(index.hosts, index.workloads.map((workload) => ({ ...workload, dataMiB: 100_000 })));
    const moves = planOf([migrate("v", "h1", "h3")], [migrate("x", "h1", "h3"), "a1"]);
    const asked: number[] = [];
    const replan: Replan = async ({ atMs }) => {
      asked.push(atMs);
      return null;
    };
    for (const failuresCancelPlans of [true, false]) {
      const result = await simulate(simulationOf(long, { ...failing("h2", minute, 50 * minute), plan: { plan: moves, atMs: 0 }, replan, settings: { failuresCancelPlans, detectMs: 1000, decideMs: 1000 } }));
      expect(result.actions.map(({ outcome }) => outcome)).toEqual(["done", failuresCancelPlans ? "given up" : "done"]);
    }
    // After the move that was under way, or after both; and each a second to decide.
    expect(asked[0]).toBeLessThan(15 * minute);
    expect(asked[1]).toBeGreaterThan(25 * minute);
  });

  it("tries a move again when its target is back in time", async () => {
    const result = await simulate(simulationOf(index, { ...failing("h3", 5 * second, 6 * second), plan: { plan: planOf([migrate("v", "h1", "h3")]), atMs: 0 } }));
    expect(told(result)).toEqual([
      "0 a1 started", "5000 a1 tries again: host h3 failed", "10000 a1 started: attempt 2", "10000 a1 tries again: host h3 is failed", "20000 a1 started: attempt 3", "28389 a1 done",
    ]);
  });

  it("hears from whoever switches hosts that one has failed while it booted", async () => {
    const hosts = [hostOf("h1", { state: "off", bootMs: minute }), hostOf("h2")];
    const result = await simulate(simulationOf(fleetOf(hosts, []), { ...failing("h1", 5 * second, minute), plan: { plan: planOf([power("bootHost", "h1")]), atMs: 0 } }));
    expect(told(result)).toEqual(["0 a1 started", "5000 a1 failed: host h1 failed"]);
  });
});

describe("an action that takes too long", () => {
  const [a, b] = ["a", "b"].map((id) => id as SiteId) as [SiteId, SiteId];
  const apart = fleetOf([hostOf("h1", { ...host, site: a }), hostOf("h2", { ...host, site: b })], [workloadOf("w", { host: "h1" as HostId, state: "running", reservation: { memoryMiB: 1000 } })], {
    sites: [siteOf("a"), siteOf("b")], links: [{ a, b, mbps: 1000, transferMicrosPerGiB: 0 }],
  });

  it("is ended with everything as it was, and tried again", async () => {
    const estimated = { actions: planOf([migrate("w", "h1", "h2")]).actions.map((action) => ({ ...action, endMs: 10 * second })) };
    const failures = [{ atMs: 1000, scope: { kind: "link", a, b } as const, repairMs: 2 * minute }];
    const result = await simulate(simulationOf(apart, { failures, plan: { plan: estimated, atMs: 0 } }));
    // Three times its ten seconds and a minute, then five seconds of pause; the link is back at 2:01.
    expect(told(result)).toEqual(["0 a1 started", "90000 a1 tries again: it took too long and was ended", "95000 a1 started: attempt 2", "129389 a1 done"]);
    expect(result.workloads[0]?.servedMs).toBe(hour);
  });
});
