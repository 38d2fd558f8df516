import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Host } from "../../../model/fleet.ts";
import type { HostId, PolicyId, SiteId } from "../../../model/ids.ts";
import { horizonFrom, type KeptFree, type Offer, roomOf, type Runway, RunwayModel, usableOf, waysOfInstances, waysOfPool } from "../../../simulator/index.ts";
import { dayMs } from "../../../simulator/forecast/history.ts";
import { withBought } from "../../../simulator/forecast/pools.ts";
import { hourly, startMs } from "./history-of.ts";

const host = (id: string, cpuMillicores: number, more: Partial<Host> = {}): Host => ({
  id: id as HostId, site: "home" as SiteId, domains: {}, capacity: { cpuMillicores }, overcommitPermille: {}, reserve: {}, layers: {}, features: [],
  cpuVendor: "", cpuLevel: 0, securityLevel: 0, state: "on", powerManaged: false, idlePowerWatts: 0, peakPowerWatts: 0,
  prices: { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 },
  migrationMbps: 0, bootMs: 0, shutdownMs: 0, labels: {}, ...more,
});
const nothingKept: KeptFree = { bufferPermille: 0, failoverReserve: { kind: "none" } };
const offer = (name: string, cpuMillicores: number, microsPerMonth: number, max = 100): Offer => ({ name, host: host(name, cpuMillicores), microsPerMonth, max });

/** A load that grows by exactly one a day from 100 on: 159 on the last day that is known. */
const load = { name: "home", resource: "cpuMillicores", history: hourly(60, (hour) => 100 + Math.floor(hour / 24)) };
const model = new RunwayModel(load, { seed: 7, paths: 100 });
const horizon = horizonFrom(startMs + 60 * dayMs, 90 * dayMs);
const daysUntil = (atMs: number | null): number | null => (atMs === null ? null : (atMs - startMs) / dayMs - 60);

describe("the room of a group", () => {
  const hosts = [host("a", 100, { domains: { rack: "r1" } }), host("b", 60, { domains: { rack: "r1" }, reserve: { cpuMillicores: 10 } }), host("c", 120)];
  it.each<[string, readonly Host[], KeptFree, ReturnType<typeof roomOf>]>([
    ["is what hosts have beside their own", hosts, nothingKept, { capacity: 270, failoverReserve: 0, buffer: 0 }],
    ["keeps the largest host free", hosts, { bufferPermille: 0, failoverReserve: { kind: "largest-host" } }, { capacity: 270, failoverReserve: 120, buffer: 0 }],
    ["keeps the largest domain free", hosts, { bufferPermille: 100, failoverReserve: { kind: "largest-domain", key: "rack" } }, { capacity: 270, failoverReserve: 150, buffer: 27 }],
    ["counts hosts that may be switched on, and no others", [host("a", 100, { state: "off", powerManaged: true }), host("b", 50, { state: "off" }), host("c", 20, { state: "failed" })], nothingKept, { capacity: 100, failoverReserve: 0, buffer: 0 }],
    ["is unlimited where a host does not say", [...hosts, host("d", 0)], nothingKept, null],
    ["is none without hosts", [], nothingKept, null],
  ])("%s", (_, list, keptFree, room) => expect(roomOf(list, "cpuMillicores", keptFree)).toEqual(room));
});

describe("ways out of a runway that ends too soon", () => {
  const hosts = [host("a", 100), host("b", 100), host("c", 100)];
  const keptFree: KeptFree = { bufferPermille: 50, failoverReserve: { kind: "largest-host" } };
  // 300 less 100 less 15: passed 185 - 159 = 26 days on. The horizon ends with day 89, whose peak is 249.
  const short = { model, runway: model.against(185), hosts, keptFree };

  it("are the smallest purchases that are enough, and what may be kept free no longer, the cheapest first", async () => {
    const ways = await waysOfPool(short, [offer("small", 20, 7), offer("large", 80, 20), offer("rare", 20, 1, 2)], horizon);
    expect(ways.map(({ remedy, microsPerMonth, until, isEnough }) => [remedy, microsPerMonth, daysUntil(until.p10), isEnough])).toEqual([
      // 285 usable: beyond by far.
      [{ kind: "no-failover-reserve" }, 0, 285 - 159, true],
      // 300 + 80 less 100 less 19.
      [{ kind: "buy", offer: "large", count: 1 }, 20, 261 - 159, true],
      // 300 + 4 x 20 likewise; three would be 360 - 100 - 18 = 242, which is passed on day 83.
      [{ kind: "buy", offer: "small", count: 4 }, 28, 261 - 159, true],
      [{ kind: "no-buffer" }, 0, 200 - 159, false],
      [{ kind: "buy", offer: "rare", count: 2 }, 2, 223 - 159, false],
    ]);
  });

  it("are none where nothing can be bought and nothing is kept free", async () => {
    expect(await waysOfPool({ ...short, keptFree: nothingKept, runway: model.against(300) }, [], horizon)).toEqual([]);
  });

  it("under the rules are purchases and policies with which the planner finds places", async () => {
    const pool = { ...load, instances: 4, usableNow: 180, perInstance: 45, moreMax: 10 };
    const asked: number[] = [];
    const ways = await waysOfInstances({
      pool, model, runway: { ...model.against(180), instances: 4, moreInstances: 0, moreMayFit: false },
      fits: (more, remedy) => {
        asked.push(more);
        switch (remedy.kind) {
          case "buy": return Promise.resolve(remedy.offer === "own" && more <= remedy.count);
          case "relax-policy": return Promise.resolve(remedy.policy === "apart" && more <= 1);
          case "no-buffer": case "no-failover-reserve": throw new Error("these have nothing to do with places");
        }
      },
    }, 2, [offer("own", 100, 30), offer("cloud", 100, 10)], ["apart", "at-home"] as PolicyId[], horizon);
    expect(ways.map(({ remedy, microsPerMonth, until, isEnough }) => [remedy, microsPerMonth, daysUntil(until.p50), isEnough])).toEqual([
      [{ kind: "buy", offer: "own", count: 2 }, 60, 270 - 159, true],
      [{ kind: "relax-policy", policy: "apart" }, 0, 225 - 159, false],
    ]);
    expect(Math.max(...asked)).toBe(2);
  });
});

function usableWith(hosts: readonly Host[], keptFree: KeptFree): number {
  const room = roomOf(hosts, "cpuMillicores", keptFree);
  return room === null ? 0 : usableOf(room);
}

function dates({ crossed }: Pick<Runway, "crossed">): readonly number[] {
  return [crossed.p10, crossed.p50, crossed.p90].map((date) => date ?? Number.POSITIVE_INFINITY);
}

describe("on whatever was measured", () => {
  const history = fc.array(fc.constantFrom(Number.NaN, 0, 10, 30, 100), { minLength: 1, maxLength: 120 }).map((list) => ({ startMs, stepMs: 21_600_000, values: Float64Array.from(list) }));

  it("a larger buffer never moves a date later, and buying never moves one earlier", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 5 });
    const reserve = fc.constantFrom<KeptFree["failoverReserve"]>({ kind: "none" }, { kind: "largest-host" }, { kind: "largest-domain", key: "site" }, { kind: "largest-domain", key: "rack" });
    fc.assert(fc.property(history, sizes, reserve, fc.nat(400), fc.nat(400), fc.integer({ min: 1, max: 90 }), fc.nat(4), (history, list, failoverReserve, buffer, more, size, count) => {
      const paths = new RunwayModel({ ...load, history }, { seed: 3, paths: 20, days: 60 });
      const hosts = list.map((cpu, i) => host(`h${i}`, cpu));
      const now = dates(paths.against(usableWith(hosts, { bufferPermille: buffer, failoverReserve })));
      const withMore = dates(paths.against(usableWith(hosts, { bufferPermille: buffer + more, failoverReserve })));
      const withHosts = dates(paths.against(usableWith(withBought(hosts, host("new", size, { site: "away" as SiteId }), count), { bufferPermille: buffer, failoverReserve })));
      for (let k = 0; k < 3; k++) {
        expect(withMore[k]).toBeLessThanOrEqual(now[k] ?? 0);
        expect(withHosts[k]).toBeGreaterThanOrEqual(now[k] ?? 0);
      }
    }), { seed: 5, numRuns: 150 });
  });

  it("purchases that are said to be enough are, and one host fewer is not", async () => {
    await fc.assert(fc.asyncProperty(history, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }), fc.nat(60), async (history, own, size, max) => {
      const paths = new RunwayModel({ ...load, history }, { seed: 3, paths: 20, days: 200 });
      const within = horizonFrom(startMs + history.values.length * history.stepMs, 60 * dayMs);
      const hosts = [host("a", own)];
      const ends = (count: number): boolean => (paths.against(own + count * size).crossed.p10 ?? Number.POSITIVE_INFINITY) < within.endMs;
      const ways = await waysOfPool({ model: paths, runway: paths.against(own), hosts, keptFree: nothingKept }, max === 0 ? [] : [offer("more", size, 5, max)], within);
      for (const { remedy, isEnough, microsPerMonth } of ways) {
        if (remedy.kind !== "buy") throw new Error("nothing else is possible");
        expect([isEnough, microsPerMonth]).toEqual([!ends(remedy.count), 5 * remedy.count]);
        if (isEnough) expect(remedy.count === 1 || ends(remedy.count - 1)).toBe(true);
        else expect(remedy.count).toBe(max);
      }
    }), { seed: 6, numRuns: 100 });
  });
});
