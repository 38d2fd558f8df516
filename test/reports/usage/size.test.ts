import { assert, array, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Workload } from "../../../model/fleet.ts";
import { defaultLimits, defaultSizes, hostLoad, sizeAdvice, type UseStatistics, type WorkloadUse } from "../../../reports/index.ts";
import { parseScenarioText } from "../../../scenarios/index.ts";

/** A workload with this reservation, as a file gives it. */
function workload(id: string, reservation: Readonly<Record<string, number>>, replicaGroup: string | null = null): Workload {
  const { scenario } = parseScenarioText(JSON.stringify({
    apiVersion: "stowage/v1", name: "one", sites: [{ id: "s" }], hosts: [{ id: "h", site: "s", capacity: { cpuMillicores: 10_000, memoryMiB: 10_000, storageMiB: 10_000 } }],
    workloads: [{ id, layer: "process", reservation, ...replicaGroup === null ? {} : { replicaGroup } }],
  }), "one.json");
  const found = scenario?.fleet.workloads[0];
  if (found === undefined) throw new Error("no workload");
  return found;
}

function statistics(p99: number, peak: number = p99, trendPerDay: number | null = 0): UseStatistics {
  return { slots: 10, measuredPermille: 1000, mean: p99 / 2, p50: p99 / 2, p95: p99, p99, peak, peakAtMs: 0, trendPerDay };
}

function use(of: Workload, resource: string, found: UseStatistics, days = 30): WorkloadUse {
  return { workload: of, statistics: new Map([[resource, found]]), days };
}

function advised(...uses: readonly WorkloadUse[]): readonly string[] {
  return sizeAdvice(uses, defaultSizes).map(({ workload: id, advice, reserved, advised: size, neededBy, sizedBy }) => `${id} ${advice} ${reserved} -> ${size} by ${neededBy}${sizedBy === null ? "" : ` of ${sizedBy}`}`);
}

describe("sizes", () => {
  it.each([
    ["a processor that is much too large shrinks to its p99 and 15 %", "cpuMillicores", 4000, statistics(1000, 3900), "a shrink 4000 -> 1200 by p99"],
    ["one that fits stays", "cpuMillicores", 1200, statistics(1000), "a keep 1200 -> 1200 by p99"],
    ["one that is a little too large stays", "cpuMillicores", 1300, statistics(1000), "a keep 1300 -> 1300 by p99"],
    ["one that is tight, but enough, stays", "cpuMillicores", 1050, statistics(1000), "a keep 1050 -> 1050 by p99"],
    ["one that is short grows", "cpuMillicores", 900, statistics(1000), "a grow 900 -> 1200 by p99"],
    ["memory must fit its peak", "memoryMiB", 8192, statistics(1000, 4000), "a shrink 8192 -> 4608 by peak"],
    ["what grows gets room for a month", "memoryMiB", 8192, statistics(1000, 4000, 100), "a keep 8192 -> 8192 by peak"],
    ["what shrinks does not get less for it", "memoryMiB", 8192, statistics(1000, 4000, -100), "a shrink 8192 -> 4608 by peak"],
    ["what was never used was rather not measured", "memoryMiB", 8192, statistics(0), "a unknown 8192 -> 8192 by peak"],
    ["it is never less than the smallest size", "cpuMillicores", 1000, statistics(0.01), "a shrink 1000 -> 100 by p99"],
  ])("%s", (_, resource, reserved, found, expected) => {
    expect(advised(use(workload("a", { [resource]: reserved }), resource, found))).toEqual([expected]);
  });

  it("says nothing about disks, about what reserves nothing, and about less than a week", () => {
    expect(advised(use(workload("a", { storageMiB: 5000 }), "storageMiB", statistics(10)), use(workload("b", { memoryMiB: 5000 }), "cpuMillicores", statistics(10)))).toEqual([]);
    expect(advised(use(workload("a", { cpuMillicores: 5000 }), "cpuMillicores", statistics(10), 6.9))).toEqual(["a unknown 5000 -> 5000 by p99"]);
  });

  it("keeps the replicas of a group at one size, that of the one that needs most", () => {
    const [a, b, c] = [workload("a", { cpuMillicores: 4000 }, "web"), workload("b", { cpuMillicores: 4000 }, "web"), workload("c", { cpuMillicores: 1000 }, "web")];
    expect(advised(use(a, "cpuMillicores", statistics(1000)), use(b, "cpuMillicores", statistics(2000)), use(c, "cpuMillicores", statistics(500), 3))).toEqual([
      "a shrink 4000 -> 2300 by p99 of b", "b shrink 4000 -> 2300 by p99", "c grow 1000 -> 2300 by p99 of b",
    ]);
  });

  it("never advises less than what is needed, and every change is worth it", () => {
    const one = record({ reserved: integer({ min: 1, max: 8000 }), p99: integer({ min: 0, max: 9000 }), more: integer({ min: 0, max: 3000 }), group: constantFrom(null, "x", "y"), days: integer({ min: 0, max: 20 }), resource: constantFrom("cpuMillicores", "memoryMiB") });
    const base = workload("a", { cpuMillicores: 1, memoryMiB: 1 });
    assert(property(array(one, { minLength: 1, maxLength: 8 }), (all) => {
      const uses = all.map(({ reserved, p99, more, group, days, resource }, i): WorkloadUse => use({ ...base, id: `w${i}` as Workload["id"], reservation: { [resource]: reserved }, replicaGroup: group }, resource, statistics(p99, p99 + more), days));
      for (const { advice, reserved, advised: size, needed } of sizeAdvice(uses, defaultSizes)) {
        if (advice === "grow") expect(size).toBeGreaterThan(reserved);
        if (advice === "shrink") expect(10 * (reserved - size)).toBeGreaterThanOrEqual(reserved);
        if (advice === "keep" || advice === "unknown") expect(size).toBe(reserved);
        if (advice !== "unknown") expect(size).toBeGreaterThanOrEqual(needed);
      }
      const sizes = sizeAdvice(uses, defaultSizes).filter(({ advice }) => advice === "grow");
      for (const { workload: id, resource, advised: size } of sizes) {
        const group = uses.find((each) => each.workload.id === id)?.workload.replicaGroup ?? null;
        if (group === null) continue;
        const others = sizes.filter((each) => each.resource === resource && uses.find((own) => own.workload.id === each.workload)?.workload.replicaGroup === group);
        expect(new Set(others.map((each) => each.advised))).toEqual(new Set([size]));
      }
    }), { seed: 61, numRuns: 500 });
  });
});

describe("hosts", () => {
  const { scenario } = parseScenarioText("apiVersion: stowage/v1\nname: one\nsites: [{ id: s }]\nhosts: [{ id: h, site: s, capacity: { cpuMillicores: 1000, memoryMiB: 1000, storageMiB: 1000 } }]\n", "one.yaml");
  it.each([
    ["used too much of one resource", 3, { cpuMillicores: 801, memoryMiB: 10 }, "over", "cpuMillicores"],
    ["used too little of all", 3, { cpuMillicores: 249, memoryMiB: 10 }, "under", "cpuMillicores"],
    ["used fairly", 3, { cpuMillicores: 249, memoryMiB: 250 }, "fair", "memoryMiB"],
    ["full of files only", 3, { cpuMillicores: 10, storageMiB: 990 }, "under", "cpuMillicores"],
    ["empty", 0, { cpuMillicores: 0, memoryMiB: 0 }, "empty", "cpuMillicores"],
    ["without workloads, but busy", 0, { cpuMillicores: 900 }, "over", "cpuMillicores"],
    ["not measured", 3, {}, "fair", null],
  ])("%s", (_, workloads, p95, verdict, fullest) => {
    const host = scenario?.fleet.hosts[0];
    if (host === undefined) throw new Error("no host");
    const found = hostLoad(host, workloads, new Map(Object.entries(p95).map(([resource, amount]) => [resource, statistics(amount)])), false, defaultLimits);
    expect([found.verdict, found.fullest?.resource ?? null]).toEqual([verdict, fullest]);
  });
});
