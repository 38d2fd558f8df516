import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultFinance } from "../../model/finance.ts";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import { loadResources, type LoadSource } from "../../model/load.ts";
import { amountOf } from "../../model/resource.ts";
import { hostIsOnWhen, indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import type { Measured } from "../../reports/cost/meter.ts";
import { billDifference, billKinds, billOfLines, billOver, billTotal, chargeLines, courseOf, expectedBill, onceMicros, placedNow, type Bill, type Step } from "../../reports/index.ts";
import { arbitraryPlacement } from "../policies/arbitrary-fleet.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { arbitraryLicences, constraintsOf, costInput, fleetWithPrices, startMs } from "./cost/random-cost.ts";

const hourMs = 3_600_000;

/** The fleet once everybody is where a placement says and in the state that is wanted. Nobody is on a failed host. */
function settled({ fleet, hosts }: FleetIndex, placement: readonly number[]): FleetIndex {
  const hostAt = placement.map((h) => (hosts[h]?.state === "failed" ? -1 : h));
  return indexFleet({
    ...fleet,
    hosts: hosts.map((host, h) => ({ ...host, state: host.state === "failed" ? "failed" : hostIsOnWhen(host, hostAt.includes(h)) ? "on" : "off" })),
    workloads: fleet.workloads.map((workload, w) => {
      const host = hosts[hostAt[w] ?? -1];
      return { ...workload, host: host?.id ?? null, state: host === undefined ? "new" : workload.desired === "running" ? "running" : "stopped" };
    }),
  });
}

/** Traffic as expected, measured: it is never guessed. */
function asExpected({ workloads }: FleetIndex, hours: number): Measured {
  const samples = workloads.map(({ expectedUse }) => amountOf(expectedUse, "networkMbps") * loadResources.networkMbps.perUnit);
  const source: LoadSource = {
    resources: [loadResources.networkMbps], subjects: workloads.map(({ id }) => ({ workload: id, application: null })), startMs, stepMs: hourMs, slots: hours,
    open: () => ({ fill(block) { samples.forEach((sample, w) => block.samples[0]?.fill(sample, w * block.slots, (w + 1) * block.slots)); return block.slots; } }),
  };
  return { source, has: (_, resource) => resource === "networkMbps" };
}

/** What the report finds in some hours, and of how many charges it is made. */
function found(index: FleetIndex, hours: number): { readonly bill: Bill; readonly charges: bigint } {
  const period = { startMs, endMs: startMs + hours * hourMs };
  const { lines } = chargeLines({
    index, period, constraints: [], finance: { ...defaultFinance, idle: "kept" }, course: courseOf(index, period), measured: asExpected(index, hours), applicationUse: new Map(),
  });
  return { bill: billOfLines(lines), charges: BigInt(lines.length + index.hosts.length + index.workloads.length) };
}

/** Do the workloads of a host ask for more processor than it has? Then the report says what it could give. */
function isCrowded({ hosts, workloads }: FleetIndex): boolean {
  return hosts.some(({ id, capacity }) => workloads.reduce((sum, { host, state, expectedUse }) => sum + (host === id && state === "running" ? amountOf(expectedUse, "cpuMillicores") : 0), 0) > amountOf(capacity, "cpuMillicores"));
}

const twoPlacements = fleetWithPrices.chain((bare) => fc.tuple(arbitraryLicences(bare), fc.array(fc.nat({ max: 40 }), { minLength: 7, maxLength: 7 }), fc.boolean()).map(([licences, mbps, isRoomy]) => indexFleet({
  ...bare.fleet, licences, hosts: bare.fleet.hosts.map((host) => (isRoomy ? { ...host, capacity: { ...host.capacity, cpuMillicores: 90_001 } } : host)),
  workloads: bare.fleet.workloads.map((workload, w) => ({ ...workload, expectedUse: { ...workload.expectedUse, networkMbps: mbps[w] ?? 0 } })),
}))).chain((index) => fc.tuple(arbitraryPlacement(index), arbitraryPlacement(index)).map(([before, after]) => [settled(index, before), settled(index, after)] as const));

describe("what the planner expects and what the report finds", () => {
  it("are the same for an hour, kind by kind to the micro-unit, and so is what changes between two placements", () => {
    let [uncrowded, licensed, trafficked] = [0, 0, 0];
    fc.assert(fc.property(twoPlacements, ([before, after]) => {
      const [expected, reported] = [[before, after].map((index) => expectedBill(placedNow(index))), [before, after].map((index) => found(index, 1).bill)];
      const crowded = isCrowded(before) || isCrowded(after);
      const known = billKinds.filter((kind) => kind !== "power" || !crowded);
      for (const kind of known) expect([kind, ...expected.map((bill) => bill[kind])]).toEqual([kind, ...reported.map((bill) => bill[kind])]);
      const [first, second] = reported;
      if (crowded || first === undefined || second === undefined) return;
      const [planned, then] = expected;
      expect(billDifference(first, second)).toEqual(planned === undefined || then === undefined ? null : billDifference(planned, then));
      uncrowded++;
      licensed += Number(second.licences !== first.licences);
      trafficked += Number(second.traffic !== first.traffic);
    }), { seed: 91, numRuns: 300 });
    expect(Math.min(uncrowded, licensed, trafficked)).toBeGreaterThan(60);
  });

  it("are apart over many hours by what rounding each hour loses, and no more", () => fc.assert(fc.property(twoPlacements, fc.integer({ min: 2, max: 200 }), ([, index], hours) => {
    if (isCrowded(index)) return;
    const { bill, charges } = found(index, hours);
    const expected = billOver(expectedBill(placedNow(index)), 1, hours);
    for (const kind of billKinds) {
      const apart = 2n * (bill[kind] - expected[kind]);
      expect([kind, apart <= charges * BigInt(hours + 1) && -apart <= charges * BigInt(hours + 1)]).toEqual([kind, true]);
    }
  }), { seed: 92, numRuns: 80 }));
});

describe("a bill by kind", () => {
  it("is all that the lines cost but what moves carry", () => fc.assert(fc.asyncProperty(costInput, async (input) => {
    const { lines, totalMicros } = chargeLines({ ...input, constraints: await constraintsOf(input.index) });
    const moves = lines.reduce((sum, { item, costMicros }) => (item === "move" ? sum + costMicros : sum), 0n);
    expect(billTotal(billOfLines(lines)) + moves).toBe(totalMicros);
  }), { seed: 93, numRuns: 100 }));

  it.each([
    { micros: 10n, fromMs: 4, toMs: 2, is: 5n }, { micros: 5n, fromMs: 2, toMs: 1, is: 3n }, { micros: -5n, fromMs: 2, toMs: 1, is: -2n }, { micros: -6n, fromMs: 4, toMs: 1, is: -1n }, { micros: 7n, fromMs: 3, toMs: 730, is: 1703n },
  ])("of $micros for $fromMs is $is for $toMs, half rounded up", ({ micros, fromMs, toMs, is }) => {
    const none = { hosts: 0n, compute: 0n, power: 0n, storage: 0n, traffic: 0n, licences: 0n };
    expect(billOver({ ...none, power: micros }, fromMs, toMs)).toEqual({ ...none, power: is });
  });
});

const move = (beganMs: number): Step => ({ action: { kind: "migrate", workload: "w" as WorkloadId, from: "h1" as HostId, to: "h2" as HostId }, beganMs, endedMs: beganMs + 1 });

describe("what is paid once", () => {
  const prices = { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 100 };
  const index = fleetOf([hostOf("h1", { prices }), hostOf("h2", { prices })], [workloadOf("w", { host: "h1", state: "running", dataMiB: 2048, reservation: { memoryMiB: 1024 } })]);

  it("is what all moves carry, whenever", () => {
    expect([onceMicros(index, []), onceMicros(index, [move(0)]), onceMicros(index, [move(startMs)])]).toEqual([0n, 600n, 600n]);
  });
});
