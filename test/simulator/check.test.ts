import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostId, SiteId } from "../../model/ids.ts";
import { checkSimulation, type SimulationInput } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, loadOf, minute, simulationOf, taskInMHz } from "./given.ts";
import { randomSimulation } from "./random-simulation.ts";

const index = fleetOf([hostOf("h1")], [workloadOf("w", { host: "h1", state: "running" })]);
const h9 = "h9" as HostId;

const cases: readonly (readonly [Partial<SimulationInput>, readonly string[]])[] = [
  [{ lengthMs: 0 }, ["lengthMs is 0; it must be from 1 to 100000000000000"]],
  [{ lengthMs: 1.5 }, ["lengthMs is 1.5; it must be a whole number"]],
  [{ load: loadOf("cpuMillicores", minute, { w: [1, 2] }) }, ["the load is from 0 to 120000 ms, the simulation from 0 to 3600000 ms"]],
  [{ load: loadOf("cpuMillicores", hour, { w: [1], z: [2] }) }, ["the load is of a workload that the fleet does not have: z"]],
  [{ failures: [{ atMs: 0, repairMs: 0, scope: { kind: "host", host: h9 } }] }, ["failures[0].repairMs is 0; it must be from 1 to 9007199254740991", "host h9 is nothing that the fleet has"]],
  [{ failures: [{ atMs: 0, repairMs: 1, scope: { kind: "domain", key: "rack", value: "r7" } }] }, ["rack r7 is nothing that the fleet has"]],
  [{ failures: [{ atMs: 0, repairMs: 1, scope: { kind: "link", a: "s1" as SiteId, b: "s2" as SiteId } }] }, ["the fleet has no link between s1 and s2"]],
  [{ processes: [{ kind: "drawn", hosts: [h9], lifetime: { kind: "weibull", shape: 0, scaleMs: 1 }, repair: { kind: "exponential", meanMs: -5 } }] },
    ["host h9 does not exist", "processes[0].lifetime.shape is 0; it must be from 0.05 to 1000", "processes[0].repair.meanMs is -5; it must be from 1 to 1000000000000000"]],
  [{ processes: [{ kind: "drawn", hosts: "all", lifetime: { kind: "fixed", ms: 1 }, repair: { kind: "fixed", ms: 1 } }] },
    ["this is about 1,800,000 failures; at most 1,000,000 can be simulated"]],
  [{ processes: [{ kind: "trace", hosts: "all", turns: [{ afterMs: 0, repairMs: 2 }, { afterMs: 1, repairMs: 1 }], repeat: true }] },
    ["this is about 1,800,000 failures; at most 1,000,000 can be simulated"]],
  [{ tasks: [taskInMHz("t", [[1, 3000], [-1, 1]], { processors: 65 })] }, ["task t needs 65 processors at once, host h1 has 64", "tasks[0].stages[1].durationMs is -1000; it must be from 0 to 100000000000000"]],
  [{ tasks: [taskInMHz("t", [[9_000_000_000, 2000]])] }, ["9000000000000 ms at 2000000 is more work than can be counted exactly"]],
  [{ powerModels: new Map([["h1", { kind: "linear", idleMilliwatts: 5, peakMilliwatts: 4 }], ["h9", { kind: "table", points: [] }]]) },
    ["powerModels.h1.peakMilliwatts is 4; it must be from 5 to 1000000000", "host h9 does not exist", "a table of measured power has no points"]],
  [{ settings: { columns: 0, detectMs: Number.NaN } }, ["settings.detectMs is NaN; it must be a whole number", "settings.columns is 0; it must be from 1 to 10000"]],
  [{ carbon: [{ site: "s9", gramsPerKWh: [] }] }, ["site s9 does not exist", "the series of site s9 is empty"]],
];

describe("checkSimulation", () => {
  it.each(cases)("finds all that is wrong at once: case %#", (said, messages) => {
    expect(checkSimulation(simulationOf(index, said)).map(({ message }) => message)).toEqual(messages);
  });

  it("finds nothing in what can be simulated", () => {
    fc.assert(fc.property(fc.nat(), (seed) => {
      expect(checkSimulation(randomSimulation(seed)).filter(({ severity, path }) => severity === "error" && !path.startsWith("failures"))).toEqual([]);
    }), { seed: 1, numRuns: 50 });
  });
});
