import { describe, expect, it } from "vitest";
import type { Fleet, Host, Workload } from "../../model/fleet.ts";
import type { SiteId } from "../../model/ids.ts";
import {
  carbonMilligramsPerHour, chargeMicrosPerHour, dynamicMilliwatts, hostOnMicrosPerHour, idleMilliwatts, moveMicros, movingCost,
} from "../../policies/cost.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "./fleet-of.ts";

const free = { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 };
const dark = { idlePowerWatts: 0, peakPowerWatts: 0 };
const site = { ...siteOf("s1"), electricityMicrosPerKWh: 0, carbonGramsPerKWh: 0 };

/** Two hosts at two sites with one workload on the first: what a case alters of them. */
interface Altered {
  readonly from?: Partial<Host>;
  readonly to?: Partial<Host>;
  readonly workload?: Partial<Workload>;
  readonly fleet?: Partial<Fleet>;
}

function made({ from = {}, to = {}, workload = {}, fleet = {} }: Altered) {
  const one = workloadOf("w", { host: "h1", state: "running", reservation: { cpuMillicores: 1500, memoryMiB: 2048, storageMiB: 524_288 }, expectedUse: { cpuMillicores: 500 }, ...workload });
  const index = fleetOf([hostOf("h1", { prices: free, ...dark, ...from }), hostOf("h2", { prices: free, ...dark, ...to })], [one], { sites: [site], ...fleet });
  const [first, second] = index.hosts;
  if (first === undefined || second === undefined) throw new Error("broken invariant: two hosts");
  return { index, workload: one, from: first, to: second };
}

const powered = { idlePowerWatts: 100, peakPowerWatts: 300, capacity: { cpuMillicores: 2000 } };
const electric = { sites: [{ ...site, electricityMicrosPerKWh: 200_000, carbonGramsPerKWh: 50 }] };

describe("an hour costs", () => {
  it.each<[string, Altered, number, number]>([
    ["nothing where nothing has a price", {}, 0, 0],
    ["the price of being on", { from: { prices: { ...free, onMicrosPerHour: 7 } } }, 7, 0],
    ["processor time by the core", { from: { prices: { ...free, cpuMicrosPerCoreHour: 100 } } }, 0, 150],
    ["memory by the GiB", { from: { prices: { ...free, memoryMicrosPerGiBHour: 100 } } }, 0, 200],
    ["storage by the TiB", { from: { prices: { ...free, storageMicrosPerTiBHour: 100 } } }, 0, 50],
    ["nothing for what only moves cost", { from: { prices: { ...free, transferMicrosPerGiB: 100 } } }, 0, 0],
    ["what is stored only, for one that does not run", { from: { prices: { ...free, cpuMicrosPerCoreHour: 100, memoryMicrosPerGiBHour: 100, storageMicrosPerTiBHour: 100 } }, workload: { desired: "stopped" } }, 0, 50],
    // 100 W idle at 0.2 an hour and kW; a quarter of the processors used adds a quarter of 200 W.
    ["electricity, idle and by use", { from: powered, fleet: electric }, 20_000, 10_000],
    ["half a micro-unit rounded up, each price by itself", { from: { prices: { ...free, cpuMicrosPerCoreHour: 1, storageMicrosPerTiBHour: 1 } } }, 0, 3],
  ])("%s", (_, altered, on, charge) => {
    const { index, workload, from } = made(altered);
    expect([hostOnMicrosPerHour(index, from), chargeMicrosPerHour(index, workload, from)]).toEqual([on, charge]);
  });

  it("power and carbon by what is drawn and where", () => {
    const { index, workload, from } = made({ from: powered, fleet: electric });
    expect([idleMilliwatts(from), dynamicMilliwatts(workload, from)]).toEqual([100_000, 50_000]);
    expect(carbonMilligramsPerHour(index, from, 150_000)).toBe(7500);
  });
});

describe("a move costs once", () => {
  const settings = { downtimeMicrosPerSecond: 100, moveMicros: 10_000 };
  const priced = { prices: { ...free, transferMicrosPerGiB: 1000 } };
  const away = { site: "s2" as SiteId };
  const sites = [site, { ...site, id: "s2" as SiteId }];
  const link = { a: "s2" as SiteId, b: "s1" as SiteId, mbps: 100, transferMicrosPerGiB: 10 };

  // 6 GiB of data and 2 of memory.
  it.each<[string, Altered, number]>([
    ["the touch itself", {}, 10_000],
    ["what its host asks for data that leave", { from: priced }, 18_000],
    ["what the other host asks for data that arrive", { to: priced }, 18_000],
    ["what the link between two sites asks, whichever way", { to: away, fleet: { sites, links: [link] } }, 10_080],
    ["nothing for a link within a site", { fleet: { sites, links: [link] } }, 10_000],
    ["the time in which it does not serve", { workload: { liveMove: false, stopMs: 4000, startMs: 6000 } }, 11_000],
  ])("%s", (_, { workload, ...altered }, micros) => {
    const { index, workload: moved, from, to } = made({ ...altered, workload: { dataMiB: 6144, liveMove: true, ...workload } });
    expect(moveMicros(index, moved, from, to, settings)).toBe(micros);
    expect([moveMicros(index, moved, null, to, settings), moveMicros(index, moved, from, from, settings)]).toEqual([0, 0]);
  });

  it("and counts its data, its memory, and a GiB for each second of downtime", () => {
    const { workload, from, to } = made({ workload: { dataMiB: 6144, liveMove: true } });
    expect(movingCost(workload, from, to)).toBe(8193);
    expect(movingCost({ ...workload, liveMove: false, stopMs: 4000, startMs: 5001 }, from, to)).toBe(8193 + 10 * 1024);
    expect([movingCost(workload, null, to), movingCost(workload, to, to)]).toEqual([0, 0]);
  });
});
