import { describe, expect, it } from "vitest";
import type { Workload } from "../../model/fleet.ts";
import type { HostId } from "../../model/ids.ts";
import { indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import { Random } from "../../model/random.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { defaultObjectives, defaultSettings, type Scenario } from "../../model/scenario.ts";
import { generateScenario, parseScenarioText } from "../../scenarios/index.ts";
import { simulate, type SimulationResult } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";

const bare: Omit<Scenario, "fleet"> = { name: "s", title: "", description: "", asOf: null, policies: [], objectives: defaultObjectives, settings: defaultSettings, changes: [] };

/** Plans, verifies and carries out, all settings as they come. */
async function carriedOut(scenario: Omit<Scenario, "fleet">, index: FleetIndex, mode: "optimise" | "evacuate"): Promise<SimulationResult> {
  const { constraints } = await compilePolicies({ ...scenario, fleet: index.fleet }, index);
  const plan = await planScenario({
    scenario: { ...scenario, fleet: index.fleet }, index, constraints, mode, engine: "search", seed: 1, timeMs: 600_000, iterations: 1000,
    clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs: null,
  });
  expect(verifyPlan({ index, constraints, plan, startsAtMs: null }).ok).toBe(true);
  return simulate({ index, constraints, load: null, startMs: 0, lengthMs: 4 * plan.makespanMs + 86_400_000, hasDate: false, seed: 1, plan: { plan, atMs: 0 } });
}

function outcomes({ actions }: SimulationResult): readonly string[] {
  return actions.map(({ planned: { action }, outcome, because }) => `${action.kind} ${"workload" in action ? action.workload : action.host} ${outcome}${because === "" ? "" : `: ${because}`}`);
}

function on(id: string, memoryMiB: number, dataMiB: number, memoryChangeMiBPerSecond: number): Workload {
  return workloadOf(id, { host: "h1" as HostId, state: "running", reservation: { memoryMiB }, dataMiB, memoryChangeMiBPerSecond });
}

describe("a plan of the planner's own is carried out to its end", () => {
  it("when others with much data would take the network from one that changes its memory fast: they wait", async () => {
    const slow = { migrationMbps: 1000, powerManaged: true, bootMs: 60_000 };
    const hosts = [
      hostOf("h1", { ...slow, state: "maintenance", capacity: { cpuMillicores: 32_000, memoryMiB: 131_072 } }),
      hostOf("h2", { ...slow, capacity: { cpuMillicores: 32_000, memoryMiB: 65_536 } }),
      hostOf("h3", { ...slow, state: "off", capacity: { cpuMillicores: 32_000, memoryMiB: 45_000 } }),
    ];
    const index = fleetOf(hosts, [on("a-fast", 60_000, 0, 65), on("full-1", 20_000, 4_000_000, 0), on("full-2", 20_000, 4_000_000, 0)]);
    const result = await carriedOut(bare, index, "evacuate");
    expect(outcomes(result).toSorted()).toEqual(["bootHost h3 done", "migrate a-fast done", "migrate full-1 done", "migrate full-2 done", "shutdownHost h1 done"]);
  });

  it("when the network is slow and rules are many", async () => {
    const { scenario } = parseScenarioText(JSON.stringify(generateScenario({ seed: 3, hosts: 12, workloads: 80, policies: 12 })), "generated.json");
    expect(scenario).not.toBeNull();
    if (scenario === null) return;
    const random = new Random(3);
    const fleet = {
      ...scenario.fleet, links: scenario.fleet.links.map((link) => ({ ...link, mbps: 2000 })), hosts: scenario.fleet.hosts.map((host) => ({ ...host, migrationMbps: 2000 })),
      workloads: scenario.fleet.workloads.map((workload) => ({ ...workload, memoryChangeMiBPerSecond: random.between(20, 110) })),
    };
    const result = await carriedOut(scenario, indexFleet(fleet), "optimise");
    const moves = outcomes(result).filter((outcome) => outcome.startsWith("migrate"));
    expect(moves.length).toBeGreaterThan(10);
    expect(outcomes(result).filter((outcome) => !outcome.endsWith(" done"))).toEqual([]);
    expect(result.breaches.filter(({ strength }) => strength === "must")).toEqual([]);
  });
});
