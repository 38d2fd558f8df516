import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Application, Service } from "../../model/fleet.ts";
import type { ApplicationId, ServiceId } from "../../model/ids.ts";
import { currentHosts } from "../../model/snapshot.ts";
import { hourlyBill } from "../../planner/assemble.ts";
import { splitCost, type CostSplit } from "../../reports/cost-split.ts";
import { figuresOf, placedNow } from "../../reports/figures.ts";
import { shareOut } from "../../reports/share.ts";
import { arbitraryFleet, arbitraryPlacement } from "../policies/arbitrary-fleet.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";

const free = { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 };
const application = (id: string, needs: Record<string, number>): Application => ({ id: id as ApplicationId, title: id, needs });
const service = (id: string, applications: string[]): Service => ({
  id: id as ServiceId, title: id, applications: applications as ApplicationId[], startOrder: [], redundancy: [], virtualAddress: null, scale: [], labels: {},
});

describe("shareOut", () => {
  it.each([
    { amount: 10, weights: [1, 1, 1], parts: [4, 3, 3], why: "the first gets what is left of a tie" },
    { amount: 10, weights: [1, 2, 7], parts: [1, 2, 7], why: "exact parts stay exact" },
    { amount: 100, weights: [1, 1, 4], parts: [17, 17, 66], why: "the largest remainders come first" },
    { amount: 5, weights: [0, 0], parts: [3, 2], why: "no weights: equal parts" },
    { amount: 5, weights: [0, 1], parts: [0, 5], why: "no weight, no part" },
    { amount: -5, weights: [1, 1], parts: [-3, -2], why: "a credit is split like a bill" },
    { amount: 7, weights: [], parts: [], why: "nobody to share" },
  ])("splits $amount over $weights: $why", ({ amount, weights, parts }) => {
    expect(shareOut(amount, weights)).toEqual(parts);
  });

  it("adds up to the amount, and no part is a whole unit away from its true share", () => {
    fc.assert(fc.property(fc.maxSafeInteger(), fc.array(fc.nat({ max: 2_000_000_000 }), { minLength: 1, maxLength: 20 }), (amount, weights) => {
      const parts = shareOut(amount, weights);
      expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(amount));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      if (total === 0) return;
      parts.forEach((part, i) => {
        const scaledDifference = BigInt(part) * BigInt(total) - BigInt(amount) * BigInt(weights[i] ?? 0);
        expect(scaledDifference < BigInt(total) && scaledDifference > -BigInt(total)).toBe(true);
      });
    }), { seed: 71, numRuns: 300 });
  });
});

describe("splitCost", () => {
  it("shares the fixed price by dominant share and calls the rest idle", () => {
    const host = hostOf("h1", { capacity: { cpuMillicores: 1000, memoryMiB: 1000 }, idlePowerWatts: 0, peakPowerWatts: 0, prices: { ...free, onMicrosPerHour: 1_000_000 } });
    const index = fleetOf([host], [
      workloadOf("cpu-heavy", { host: "h1", reservation: { cpuMillicores: 500, memoryMiB: 100 } }),
      workloadOf("memory-heavy", { host: "h1", reservation: { cpuMillicores: 10, memoryMiB: 200 } }),
    ]);
    const split = splitCost(index, [0, 0]);
    expect(split.workloads.map(({ workload, totalMicrosPerHour }) => [workload, totalMicrosPerHour])).toEqual([["cpu-heavy", 500_000], ["memory-heavy", 200_000]]);
    expect(split.idleMicrosPerHour).toBe(300_000);
  });

  it("leaves nothing idle when more is promised than a host has", () => {
    const host = hostOf("h1", { capacity: { cpuMillicores: 1000 }, idlePowerWatts: 0, prices: { ...free, onMicrosPerHour: 900 } });
    const index = fleetOf([host], [
      workloadOf("a", { host: "h1", reservation: { cpuMillicores: 1000 } }),
      workloadOf("b", { host: "h1", reservation: { cpuMillicores: 2000 } }),
    ]);
    const split = splitCost(index, [0, 0]);
    expect(split.workloads.map(({ fixedShareMicrosPerHour }) => fixedShareMicrosPerHour)).toEqual([300, 600]);
    expect(split.idleMicrosPerHour).toBe(0);
  });

  it("counts overcommit and the host's own reserve into what is a whole host", () => {
    const host = hostOf("h1", {
      capacity: { cpuMillicores: 1500 }, reserve: { cpuMillicores: 500 }, overcommitPermille: { cpuMillicores: 2000 }, idlePowerWatts: 0,
      prices: { ...free, onMicrosPerHour: 1000 },
    });
    const index = fleetOf([host], [workloadOf("a", { host: "h1", reservation: { cpuMillicores: 500 } })]);
    expect(splitCost(index, [0]).workloads[0]?.fixedShareMicrosPerHour).toBe(250);
  });

  it("splits a workload over its applications by need, and an application evenly over its services", () => {
    const host = hostOf("h1", { capacity: { cpuMillicores: 1000 }, idlePowerWatts: 0, prices: { ...free, onMicrosPerHour: 1000 } });
    const workload = workloadOf("w", { host: "h1", reservation: { cpuMillicores: 1000 }, applications: ["a1", "a2"] as ApplicationId[] });
    const index = fleetOf([host], [workload], {
      applications: [application("a1", { cpuMillicores: 300 }), application("a2", { cpuMillicores: 700 })],
      services: [service("s1", ["a1"]), service("s2", ["a1"])],
    });
    const split = splitCost(index, [0]);
    expect(split.applications).toEqual([{ id: "a1", totalMicrosPerHour: 300 }, { id: "a2", totalMicrosPerHour: 700 }]);
    expect(split.services).toEqual([
      { id: "s1", totalMicrosPerHour: 150 }, { id: "s2", totalMicrosPerHour: 150 }, { id: null, totalMicrosPerHour: 700 },
    ]);
  });

  it("bills a host that is off for nothing, and an empty host that is on as idle", () => {
    const prices = { ...free, onMicrosPerHour: 1000 };
    const index = fleetOf([hostOf("h1", { state: "off", prices }), hostOf("h2", { idlePowerWatts: 0, prices })], []);
    const split = splitCost(index, []);
    expect(split.hosts.map(({ totalMicrosPerHour }) => totalMicrosPerHour)).toEqual([0, 1000]);
    expect(split.idleMicrosPerHour).toBe(1000);
  });

  it("adds up in every direction, to the last micro-unit, and to the bill of the planner", () => {
    const placed = arbitraryFleet.chain((index) => arbitraryPlacement(index).map((placement) => ({ index, placement })));
    fc.assert(fc.property(placed, ({ index, placement }) => {
      expectToAddUp(splitCost(index, placement));
      expect(splitCost(index, placement).totalMicrosPerHour).toBe(hourlyBill(index, placement, "planned"));
      expect(figuresOf(placedNow(index)).cost.totalMicrosPerHour).toBe(hourlyBill(index, currentHosts(index), "now"));
    }), { seed: 72, numRuns: 400 });
  });
});

function sum(costs: readonly { readonly totalMicrosPerHour: number }[]): number {
  return costs.reduce((total, cost) => total + cost.totalMicrosPerHour, 0);
}

function expectToAddUp(split: CostSplit): void {
  expect(sum(split.hosts)).toBe(split.totalMicrosPerHour);
  expect(sum(split.workloads) + split.idleMicrosPerHour).toBe(split.totalMicrosPerHour);
  expect(sum(split.applications) + split.idleMicrosPerHour).toBe(split.totalMicrosPerHour);
  expect(sum(split.services) + split.idleMicrosPerHour).toBe(split.totalMicrosPerHour);
  for (const host of split.hosts) expect(host.fixedMicrosPerHour + host.consumptionMicrosPerHour).toBe(host.totalMicrosPerHour);
  for (const workload of split.workloads) {
    expect(workload.consumptionMicrosPerHour + workload.fixedShareMicrosPerHour).toBe(workload.totalMicrosPerHour);
    expect(workload.fixedShareMicrosPerHour).toBeGreaterThanOrEqual(0);
  }
}
