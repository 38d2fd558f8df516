import { describe, expect, it } from "vitest";
import type { SiteId } from "../../../model/ids.ts";
import type { Host, Workload } from "../../../model/fleet.ts";
import { indexFleet } from "../../../model/snapshot.ts";
import { bandwidthMbps, carryMs, converges, migrateMs, movesLive } from "../../../planner/durations.ts";
import { smallFleet, type WorkloadSpec } from "./small-fleet.ts";

function workload(spec: WorkloadSpec): Workload {
  const [made] = smallFleet({ h1: {} }, { w: { on: "h1", ...spec } }).workloads;
  if (made === undefined) throw new Error("broken invariant: no workload");
  return made;
}

describe("carrying data", () => {
  it.each([[0, 1000, 1], [1, 1000, 9], [100, 1000, 839], [100, 10, 83_887], [1024, 10_000, 859]])("of %i MiB at %i Mbit/s takes %i ms", (mib, mbps, ms) => {
    expect(carryMs(mib, mbps)).toBe(ms);
  });
});

describe("a live move", () => {
  it.each<[string, WorkloadSpec, number]>([
    ["sends memory once and pauses when nothing is dirtied", { memoryMiB: 1024 }, 8590 + 1],
    ["sends memory that fits into the pause only once", { memoryMiB: 10 }, 84],
    ["sends again what was dirtied meanwhile, round by round", { memoryMiB: 1024, memoryChangeMiBPerSecond: 50 }, 8590 + 3608 + 1519 + 638 + 269],
    ["sends data before memory", { memoryMiB: 10, dataMiB: 100 }, 839 + 84],
  ])("%s", (_, spec, ms) => {
    expect(migrateMs(workload(spec), 1000)).toBe(ms);
  });

  it("ends even when memory is dirtied as fast as it is sent", () => {
    expect(migrateMs(workload({ memoryMiB: 1000, memoryChangeMiBPerSecond: 5000 }), 1000)).toBe(30 * carryMs(1000, 1000));
  });

  it("converges only below the bandwidth", () => {
    expect([119, 120].map((rate) => converges(workload({ memoryChangeMiBPerSecond: rate }), 1000))).toEqual([true, false]);
  });

  it("needs the same vendor and no lower level", () => {
    const index = indexFleet(smallFleet({ a: { cpuLevel: 2 }, b: { cpuLevel: 3 }, c: { cpuLevel: 2, cpuVendor: "amd" } }, { w: { on: "a" } }));
    const [a, b, c] = index.hosts as [Host, Host, Host];
    const w = workload({});
    expect([movesLive(index, w, a, b), movesLive(index, w, b, a), movesLive(index, w, a, c)]).toEqual([true, false, false]);
  });
});

describe("the bandwidth between two hosts", () => {
  it("is that of the slower, and of the link between their sites in either direction", () => {
    const link = { a: "s2" as SiteId, b: "s1" as SiteId, mbps: 50, transferMicrosPerGiB: 0 };
    const index = indexFleet(smallFleet({ a: { migrationMbps: 100 }, b: {}, c: { site: "s2" as SiteId } }, {}, { links: [link] }));
    const [a, b, c] = index.hosts as [Host, Host, Host];
    expect([bandwidthMbps(index, a, b), bandwidthMbps(index, b, a), bandwidthMbps(index, b, c), bandwidthMbps(index, c, b)]).toEqual([100, 100, 50, 50]);
  });
});
