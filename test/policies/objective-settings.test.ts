import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amountOf } from "../../model/resource.ts";
import { defaultSettings, objectiveNames, type PlanSettings } from "../../model/scenario.ts";
import { currentHosts, indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import { buildProblem } from "../../planner/build-problem.ts";
import { firstObjectiveLevel } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import { parseScenarioText, serializeScenario } from "../../scenarios/index.ts";
import { arbitraryFleet, arbitraryPlacement } from "./arbitrary-fleet.ts";
import { fleetOf, hostOf, workloadOf } from "./fleet-of.ts";

const page = readFileSync(new URL("../../docs/objectives.md", import.meta.url), "utf8");

/** What a placement counts under one objective. */
function valueOf(objective: "headroom" | "proportion" | "most-moved", index: FleetIndex, hostOf: ArrayLike<number>, settings: PlanSettings = defaultSettings): number {
  const problem = buildProblem({ index, constraints: [], objectives: [{ terms: [{ objective, weight: 1 }] }], settings, mode: "optimise" });
  return scoreOf(problem, hostOf)[firstObjectiveLevel] ?? NaN;
}

describe("headroom", () => {
  const index = fleetOf(
    [hostOf("h1", { capacity: { memoryMiB: 1000, cpuMillicores: 999 }, safeUse: { memoryMiB: 100 } }), hostOf("h2", { capacity: { memoryMiB: 1000 } }), hostOf("h3", { state: "failed" })],
    [workloadOf("a", { reservation: { memoryMiB: 900, cpuMillicores: 900 } }), workloadOf("b", { reservation: { memoryMiB: 900 }, desired: "stopped" })]);
  it("counts what is above the host's own safe use, or its share of the capacity", () => {
    expect([[0, 0], [1, 0], [-1, 0], [2, 2]].map((hostOf) => valueOf("headroom", index, hostOf))).toEqual([800 + (900 - 799), 100 + 900, 0, 0]);
  });
  it("counts the resources of the settings, each by its weight", () => {
    const settings = { ...defaultSettings, headroom: [{ resource: "memoryMiB", usePermille: 500, weight: 2 }, { resource: "cpuMillicores", usePermille: 0 }] };
    expect([[0, 0], [1, 0]].map((hostOf) => valueOf("headroom", index, hostOf, settings))).toEqual([2 * 800 + 900, 2 * 400 + 900]);
  });
});

describe("proportion", () => {
  const room = { capacity: { memoryMiB: 1000, cpuMillicores: 400 } };
  const index = fleetOf([hostOf("h1", room), hostOf("h2", room)],
    [workloadOf("a", { reservation: { memoryMiB: 900, cpuMillicores: 100 } }), workloadOf("b", { reservation: { cpuMillicores: 300 } })]);
  it("counts the memory that is missing beside free processors, host by host", () => {
    expect([[0, 1], [0, 0], [-1, -1]].map((hostOf) => valueOf("proportion", index, hostOf))).toEqual([600 - 100, 0, 0]);
    const settings = { ...defaultSettings, proportion: [{ room: "memoryMiB", per: "cpuMillicores", target: 3, weight: 10 }] };
    expect([[0, 1], [-1, -1]].map((hostOf) => valueOf("proportion", index, hostOf, settings))).toEqual([10 * 800, 10 * 400]);
  });
});

describe("most-moved", () => {
  const here = { host: "h1", state: "running" } as const;
  const index = fleetOf([hostOf("h1"), hostOf("h2")], [
    workloadOf("a", { ...here, replicaGroup: "x" }), workloadOf("b", { ...here, replicaGroup: "x" }), workloadOf("c", { ...here, replicaGroup: "y" }),
    workloadOf("d", here), workloadOf("e", { replicaGroup: "y" }),
  ]);
  it("counts the moved replicas of the group of which most have moved", () => {
    expect([[0, 0, 0, 0, -1], [0, 0, 0, 1, 1], [0, 1, 1, 1, 1], [1, 1, 1, 0, 1], [-1, 1, 0, 0, 0]].map((hostOf) => valueOf("most-moved", index, hostOf))).toEqual([0, 0, 1, 2, 1]);
  });
});

describe("the objectives of what is reserved", () => {
  it("equal what their definitions say, for random fleets", () => {
    const cases = arbitraryFleet.chain((index) => arbitraryPlacement(index).map((hostOf) => ({ index, hostOf })));
    fc.assert(fc.property(cases, ({ index, hostOf }) => {
      const settings = { ...defaultSettings, headroom: [{ resource: "memoryMiB", usePermille: 300 }], proportion: [{ room: "memoryMiB", per: "cpuMillicores", target: 3 }] };
      const current = currentHosts(index);
      const usable = index.hosts.flatMap((host, h) => (host.state === "on" || (host.state === "off" && host.powerManaged) ? [{ host, h }] : []));
      const used = (h: number, resource: string): number =>
        index.workloads.reduce((sum, workload, w) => sum + (hostOf[w] === h && workload.desired === "running" ? amountOf(workload.reservation, resource) : 0), 0);
      const above = usable.reduce((sum, { host, h }) => sum + Math.max(0, used(h, "memoryMiB") - Math.floor((amountOf(host.capacity, "memoryMiB") * 3) / 10)), 0);
      const missing = usable.reduce((sum, { host, h }) => {
        const free = (resource: string): number => amountOf(host.capacity, resource) - used(h, resource);
        return sum + Math.max(0, 3 * free("cpuMillicores") - free("memoryMiB"));
      }, 0);
      const moved = new Map<string, number>();
      index.workloads.forEach(({ replicaGroup, desired }, w) => {
        const [now, then] = [current[w] ?? -1, hostOf[w] ?? -1];
        if (replicaGroup !== null && desired !== "removed" && now >= 0 && then >= 0 && now !== then) moved.set(replicaGroup, (moved.get(replicaGroup) ?? 0) + 1);
      });
      expect([valueOf("headroom", index, hostOf, settings), valueOf("proportion", index, hostOf, settings), valueOf("most-moved", index, hostOf)])
        .toEqual([above, missing, [...moved.values()].reduce((most, count) => Math.max(most, count), 0)]);
    }), { seed: 61, numRuns: 150 });
  });
});

describe("docs/objectives.md", () => {
  const [, example = ""] = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gmu)].map(([, yaml]) => yaml ?? "");

  it("has a row for each objective", () => {
    for (const name of objectiveNames) expect(page).toContain(`| \`${name}\` |`);
  });

  it("has an example that counts what it says", () => {
    const { scenario, diagnostics } = parseScenarioText(example, "objectives.yaml");
    expect(diagnostics).toEqual([]);
    if (scenario === null) throw new Error("refused");
    expect(parseScenarioText(JSON.stringify(serializeScenario(scenario)), "again.json").scenario?.settings).toEqual(scenario.settings);
    const index = indexFleet(scenario.fleet);
    const problem = buildProblem({ index, constraints: [], objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
    const costAt = (...hosts: readonly string[]): number => scoreOf(problem, hosts.map((host) => (host === "h1" ? 0 : 1)))[firstObjectiveLevel] ?? NaN;
    // Workloads in order of id: mail, shop-1, shop-2.
    expect(costAt("h2", "h1", "h1")).toBe(3000 + 2 * 7000);
    expect(costAt("h2", "h1", "h2")).toBe(500 + 2 * 4000 + 3 * 1000);
  });
});

const withSettings = (settings: string): string =>
  `apiVersion: stowage/v1\nname: s\nsites: [{ id: s }]\nhosts: [{ id: h, site: s, capacity: { memoryMiB: 1 } }]\nsettings: ${settings}\n`;

describe("settings of the objectives", () => {
  it.each([
    ["headroom: [{ resource: memory }]", "unknown-reference", "settings.headroom[0].resource"],
    ["proportion: [{ room: memoryMiB, per: cores, target: 2 }]", "unknown-reference", "settings.proportion[0].per"],
    ["proportion: [{ room: ram, per: cpuMillicores, target: 2 }]", "unknown-reference", "settings.proportion[0].room"],
    ["proportion: [{ room: memoryMiB, per: cpuMillicores }]", "missing-key", "settings.proportion[0].target"],
    ["headroom: [{ resource: memoryMiB, weight: 0 }]", "out-of-range", "settings.headroom[0].weight"],
  ])("refuse %s", (settings, code, path) => {
    const { scenario, diagnostics } = parseScenarioText(withSettings(`{ ${settings} }`), "s.yaml");
    expect(scenario).toBeNull();
    expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.path])).toEqual([[code, path]]);
  });
  it.each(["{ headroom: 5 }", "{ proportion: [3, null, [1]] }", "{ headroom: [{ resource: [] }] }"])("are refused without harm when they are %s", (settings) =>
    expect(parseScenarioText(withSettings(settings), "s.yaml").scenario).toBeNull());
  it("refuse a safe use of what nobody knows", () => {
    const { diagnostics } = parseScenarioText("apiVersion: stowage/v1\nname: s\nsites: [{ id: s }]\nhosts: [{ id: h, site: s, capacity: { memoryMiB: 1 }, safeUse: { ram: 3 } }]\n", "s.yaml");
    expect(diagnostics.map(({ code, path }) => [code, path])).toEqual([["unknown-key", "hosts[0].safeUse.ram"]]);
  });
});
