import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Host } from "../../model/fleet.ts";
import { objectiveNames, defaultSettings } from "../../model/scenario.ts";
import { currentHosts, hostIsOnWhen, type FleetIndex } from "../../model/snapshot.ts";
import { compileObjectives, objectiveContext, objectiveTerms } from "../../policies/compile-objectives.ts";
import { carbonMilligramsPerHour, chargeMicrosPerHour, dynamicMilliwatts, hostOnMicrosPerHour, idleMilliwatts, moveMicros, movingCost } from "../../policies/cost.ts";
import { arbitraryFleet, arbitraryPlacement } from "./arbitrary-fleet.ts";
import { fleetOf, hostOf, workloadOf } from "./fleet-of.ts";

/** The value of a linear objective on a placement: what the workloads and the hosts that are on add. */
function valueOf(name: "money" | "moving" | "power" | "carbon", index: FleetIndex, hostOf: readonly number[]): number {
  const [objective] = objectiveTerms(name, objectiveContext({ settings: defaultSettings }, index)).map((term) => term.objective);
  if (objective?.kind !== "linear") throw new Error(`${name} is not linear`);
  const placed = hostOf.reduce((sum, h, w) => sum + (h < 0 ? 0 : objective.at(w, h)), 0);
  return index.hosts.reduce((sum, host, h) => sum + (hostIsOnWhen(host, hostOf.includes(h)) ? objective.on(h) : 0), placed);
}

/** The same, from the cost model host by host. */
function fromCosts(name: "money" | "moving" | "power" | "carbon", index: FleetIndex, hostOf: readonly number[]): number {
  const before = currentHosts(index);
  return index.hosts.reduce((sum, host, h) => {
    const here = index.workloads.filter((_, w) => hostOf[w] === h);
    const isOn = hostIsOnWhen(host, here.length > 0);
    const moved = here.map((workload) => ({ workload, from: index.hosts[before[index.workloadIndex.get(workload.id) ?? -1] ?? -1] ?? null }));
    const add = (each: (workload: (typeof here)[number]) => number): number => here.reduce((total, workload) => total + each(workload), 0);
    switch (name) {
      case "money": return sum + defaultSettings.paybackHours * ((isOn ? hostOnMicrosPerHour(index, host) : 0) + add((workload) => chargeMicrosPerHour(index, workload, host)))
        + moved.reduce((total, { workload, from }) => total + moveMicros(index, workload, from, host, defaultSettings), 0);
      case "moving": return sum + (isOn && host.state === "off" ? 1024 : 0) + moved.reduce((total, { workload, from }) => total + movingCost(workload, from, host), 0);
      case "power": return sum + (isOn ? idleMilliwatts(host) : 0) + add((workload) => dynamicMilliwatts(workload, host));
      case "carbon": return sum + (isOn ? carbonMilligramsPerHour(index, host, idleMilliwatts(host)) : 0)
        + add((workload) => carbonMilligramsPerHour(index, host, dynamicMilliwatts(workload, host)));
    }
  }, 0);
}

describe.each(["money", "moving", "power", "carbon"] as const)("%s", (name) => {
  it("is a whole number, the sum of what the cost model says", () => {
    const cases = arbitraryFleet.chain((index) => arbitraryPlacement(index).map((hostOf) => ({ index, hostOf })));
    fc.assert(fc.property(cases, ({ index, hostOf }) => {
      const value = valueOf(name, index, hostOf);
      expect(Number.isSafeInteger(value)).toBe(true);
      expect(value).toBe(fromCosts(name, index, hostOf));
    }), { seed: 51, numRuns: 200 });
  });
});

function prices(cpuMicrosPerCoreHour: number): Host["prices"] {
  return { onMicrosPerHour: 0, cpuMicrosPerCoreHour, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 };
}

describe("money", () => {
  const index = fleetOf([hostOf("h1", { prices: prices(114), idlePowerWatts: 0 }), hostOf("h2", { prices: prices(100), idlePowerWatts: 0 }), hostOf("h3", { prices: prices(99), idlePowerWatts: 0 })],
    [workloadOf("a", { host: "h1", state: "running", reservation: { cpuMillicores: 1000 } })]);
  it("gains by a move only when it saves within the payback time what it costs once", () => {
    // 720 hours, 10,000 micros for touching it: it must save 14 micros an hour or more.
    expect(valueOf("money", index, [1])).toBe(valueOf("money", index, [0]) - 720 * 14 + 10_000);
    expect(valueOf("money", index, [1])).toBeLessThan(valueOf("money", index, [0]));
    expect(valueOf("money", index, [2]) - valueOf("money", index, [1])).toBe(-720);
  });
});

describe("moving", () => {
  it("takes a host that is on rather than one to boot", () => {
    const index = fleetOf([hostOf("h1"), hostOf("h2"), hostOf("h3", { state: "off" })], [workloadOf("a", { host: "h1", state: "running" })]);
    expect(valueOf("moving", index, [2])).toBe(valueOf("moving", index, [1]) + 1024);
  });
});

describe("balance", () => {
  it("aims at the average of the hosts that can be used, and counts what is to run", () => {
    const room = { capacity: { cpuMillicores: 10_000, memoryMiB: 1000 } };
    const index = fleetOf([hostOf("h1", room), hostOf("h2", room), hostOf("h3", { ...room, state: "failed" })],
      [workloadOf("a", { reservation: { cpuMillicores: 5000, memoryMiB: 250 } }), workloadOf("b", { reservation: { cpuMillicores: 5000 }, desired: "stopped" })]);
    const [objective] = objectiveTerms("balance", objectiveContext({ settings: defaultSettings }, index)).map((term) => term.objective);
    if (objective?.kind !== "balance") throw new Error("balance is not balance");
    expect(objective.hosts).toEqual([0, 1]);
    expect(objective.dimensions.map(({ resource, targetPpm, ppm }) => [resource, targetPpm, ppm(0, 1), ppm(1, 1)])).toEqual([
      ["cpuMillicores", 250_000, 500_000, 0], ["memoryMiB", 125_000, 250_000, 0]]);
  });
});

it("compiles levels in order, with the shoulds apart from the rest", () => {
  const index = fleetOf([hostOf("h1")], [workloadOf("a")]);
  const levels = compileObjectives({ settings: defaultSettings, objectives: [
    { terms: [{ objective: "shoulds", weight: 3 }] }, { terms: [{ objective: "money", weight: 2 }, { objective: "shoulds", weight: 1 }, { objective: "power", weight: 5 }] }] }, index);
  expect(levels.map(({ name, shouldsWeight, terms }) => [name, shouldsWeight, terms.map(({ objective, weight }) => [objective.name, weight])])).toEqual([
    ["shoulds", 3, []], ["money + shoulds + power", 1, [["money", 2], ["power", 5]]]]);
  for (const name of objectiveNames) {
    const named = objectiveTerms(name, objectiveContext({ settings: defaultSettings }, index)).map(({ objective }) => objective.name);
    expect([...new Set(named)]).toEqual([name]);
  }
});
