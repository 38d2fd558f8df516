import { describe, expect, it } from "vitest";
import type { Host, Service } from "../../model/fleet.ts";
import type { ApplicationId, HostId, PolicyId, ServiceId } from "../../model/ids.ts";
import type { PolicyDocument } from "../../model/policy.ts";
import { defaultObjectives, defaultSettings, type Scenario } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies } from "../../policies/index.ts";
import { simulate, withSpareInstances, type Replan, type SimulationInput, type SimulationResult } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, loadOf, minute, second, simulationOf } from "./given.ts";
import { on, planOf } from "./plan-of.ts";

const web = "web" as ApplicationId;
const service: Service = {
  id: "shop" as ServiceId, title: "", applications: [web], startOrder: [], redundancy: [], virtualAddress: null, labels: {},
  scale: [{ application: web, resource: "cpuMillicores", abovePermille: 800, maxInstances: 4 }],
};
const apart: PolicyDocument = {
  id: "apart" as PolicyId, title: "Replicas never share a host", why: "", enabled: true, select: { workloads: { labels: { tier: "front" } } }, strength: "must", weight: 1,
  require: { entry: "spread", parameters: { key: "host" } }, holds: null, mayBeEmpty: false, exceptions: [], tests: [],
};
/** Two instances of 1000 millicores each; at home they are asked for 1900 together from 8 to 12 o'clock, else for 500. */
const day = Array.from({ length: 24 * 12 }, (_, slot) => (slot >= 96 && slot < 144 ? 950 : 250));

function scenarioOf(hosts: readonly Host[], policies: readonly PolicyDocument[]): Scenario {
  const workloads = [1, 2].map((n) => workloadOf(`web-${n}`, {
    applications: [web], host: `h${n}`, state: "running", reservation: { cpuMillicores: 1000 }, labels: { tier: "front" }, replicaGroup: "web",
  }));
  const fleet = withSpareInstances(fleetOf(hosts, workloads, { services: [service], applications: [{ id: web, title: "", needs: {} }] }).fleet);
  return { name: "scaling", title: "", description: "", asOf: null, fleet, policies, changes: [], objectives: defaultObjectives, settings: defaultSettings };
}

/** The planner itself, asked under the policies of the scenario. */
function plannerFor(scenario: Scenario): Replan {
  return async ({ fleet }) => {
    const asked = { ...scenario, fleet };
    const index = indexFleet(fleet);
    const { constraints } = await compilePolicies(asked, index);
    return planScenario({ scenario: asked, index, constraints, mode: "place", engine: "search", seed: 1, timeMs: 60_000, iterations: 2000, clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs: null });
  };
}

async function simulated(hosts: readonly Host[], policies: readonly PolicyDocument[], said: Partial<SimulationInput> = {}): Promise<SimulationResult> {
  const scenario = scenarioOf(hosts, policies);
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  return simulate(simulationOf(index, {
    constraints, load: loadOf("cpuMillicores", 5 * minute, { "web-1": day, "web-2": day }), lengthMs: 24 * hour, replan: plannerFor(scenario), ...said,
  }));
}

function told(result: SimulationResult): readonly string[] {
  return result.happenings.flatMap((happening) => (happening.kind === "limit" ? [`${happening.atMs / hour} h: ${happening.usePermille} wants ${happening.wants}`] : []));
}

describe("instances A and B pass their limit", () => {
  const threeHosts = ["h1", "h2", "h3"].map((id) => hostOf(id));

  it("and another instance C starts where the policies allow, and is let go when it is not needed", async () => {
    const result = await simulated(threeHosts, [apart]);
    expect(told(result)).toEqual(["8.083333333333334 h: 950 wants one more", "12.25 h: 166 wants one less"]);
    expect(result.actions.map(({ planned: { action }, outcome, beganMs }) => [JSON.stringify(action), outcome, beganMs])).toEqual([
      [JSON.stringify({ kind: "start", workload: "web-3", host: "h3" }), "done", 8 * hour + 5 * minute + 5 * second],
    ]);
    const spare = result.workloads.find(({ workload }) => workload === "web-3");
    expect(spare?.servedMs).toBe((12.25 - 8) * hour - 5 * minute - 15 * second);
    expect(result.services[0]?.interruptions).toBe(0);
    expect(result.breaches).toEqual([]);
  });

  it("and the host that was switched on for it is switched off again", async () => {
    const hosts = [hostOf("h1"), hostOf("h2"), hostOf("h3", { state: "off", powerManaged: true, bootMs: minute, shutdownMs: minute })];
    const result = await simulated(hosts, [apart]);
    expect(result.actions.map(({ planned: { action }, outcome, endedMs }) => [action.kind, outcome, endedMs])).toEqual([
      ["bootHost", "done", 8 * hour + 6 * minute + 5 * second], ["start", "done", 8 * hour + 6 * minute + 15 * second], ["shutdownHost", "done", 12.25 * hour + minute + 10 * second],
    ]);
    expect(result.scaling.map(({ fewest, most }) => [fewest, most])).toEqual([[2, 3]]);
  });

  it("and no instance starts where the policies leave no place for it", async () => {
    const result = await simulated(threeHosts.slice(0, 2), [apart]);
    // Asked again a quarter of an hour after each refusal.
    expect(told(result)[0]).toBe("8.083333333333334 h: 950 wants one more");
    expect(result.actions).toEqual([]);
    expect(result.workloads.map(({ servedMs }) => servedMs)).toEqual([24 * hour, 24 * hour, 0, 0]);
  });

  it("and one that is let go does not come back when its host fails while it stops", async () => {
    const stopsMs = 12.25 * hour;
    const result = await simulated(threeHosts, [apart], { failures: [{ atMs: stopsMs + 2 * second, scope: { kind: "host", host: threeHosts[2]?.id as HostId }, repairMs: 5 * minute }] });
    expect(told(result)).toEqual(["8.083333333333334 h: 950 wants one more", "12.25 h: 166 wants one less"]);
    expect(result.workloads.find(({ workload }) => workload === "web-3")?.servedMs).toBe(stopsMs - 8 * hour - 5 * minute - 15 * second);
    expect(result.happenings.filter(({ kind }) => kind === "workload")).toEqual([]);
  });

  it("and one that was lost, came back and was let go is new when it is called for again", async () => {
    const lost: (readonly (string | undefined)[])[] = [];
    const replan: Replan = async ({ why, fleet }) => {
      lost.push([...why, fleet.workloads.find(({ id }) => id === "web-3")?.lostFrom]);
      return why.some((each) => each.startsWith("one more")) ? planOf([on("start", "web-3", "h3")]) : null;
    };
    const failures = [{ atMs: 9 * hour, scope: { kind: "host", host: threeHosts[2]?.id as HostId }, repairMs: 5 * minute }] as const;
    const load = loadOf("cpuMillicores", 5 * minute, { "web-1": [...day, ...day], "web-2": [...day, ...day] });
    await simulated(threeHosts, [apart], { load, lengthMs: 48 * hour, replan, failures });
    expect(lost).toEqual([["one more instance: web-3", undefined], ["host h3 failed", "h3"], ["one more instance: web-3", undefined]]);
  });

  it("and a loss that is shorter than a column of the charts is seen in it", async () => {
    const failures = [{ atMs: 2 * hour + minute, scope: { kind: "host", host: threeHosts[1]?.id as HostId }, repairMs: 5 * minute }] as const;
    const { scaling: [record] } = await simulated(threeHosts, [apart], { failures, replan: async () => null, settings: { columns: 24 } });
    expect([record?.fewest, record?.most]).toEqual([1, 2]);
    expect([...record?.fewestInstances ?? []]).toEqual(Array.from({ length: 24 }, (_, column) => (column === 2 ? 1 : 2)));
    expect([...record?.instances ?? []]).toEqual(Array.from({ length: 24 }, () => 2));
  });

  it("and nothing happens when a short peak ends before it has lasted", async () => {
    expect(told(await simulated(threeHosts, [apart], { settings: { scaling: { watchMs: minute, sustainMs: 5 * hour, releasePermille: 700, releaseMs: hour } } }))).toEqual([]);
  });
});

describe("withSpareInstances", () => {
  it("adds copies of the last instance up to the limit, under names that are free, and nothing when there are enough", () => {
    const { fleet } = scenarioOf([hostOf("h1"), hostOf("h2")], []);
    expect(fleet.workloads.map(({ id, host, state }) => [id, host, state])).toEqual([["web-1", "h1", "running"], ["web-2", "h2", "running"], ["web-3", null, "new"], ["web-4", null, "new"]]);
    expect(withSpareInstances(fleet).workloads).toEqual(fleet.workloads);
  });
});
