import { describe, expect, it } from "vitest";
import type { Licence } from "../../model/finance.ts";
import type { Host, HostPrices, Workload } from "../../model/fleet.ts";
import type { Plan } from "../../model/plan.ts";
import { defaultObjectives, defaultSettings, type PlanSettings } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { expectedBill, placedByPlan, placedNow } from "../../reports/index.ts";
import { fleetOf, hostOf, workloadOf, type Said } from "../policies/fleet-of.ts";

const prices: HostPrices = { onMicrosPerHour: 1000, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 };
const place = (id: string, cores: number, said: Said<Host> = {}): Host => hostOf(id, { capacity: { cpuMillicores: 1000 * cores, memoryMiB: 65_536 }, idlePowerWatts: 0, peakPowerWatts: 0, prices, ...said });
const work = (id: string, host: string, said: Said<Workload> = {}): Workload => workloadOf(id, { host, state: "running", reservation: { cpuMillicores: 1000, memoryMiB: 1024 }, ...said });
const licence = (per: Licence["per"], microsPerMonth: number, ...workloads: readonly string[]): Licence => ({ name: "db", per, microsPerMonth, workloads: workloads as Licence["workloads"] });

interface Case {
  readonly hosts: readonly Host[];
  readonly workloads: readonly Workload[];
  readonly licences: readonly Licence[];
  readonly settings?: Partial<PlanSettings>;
}

/** The plan of an engine, which the verifier has replayed. */
async function planned({ hosts, workloads, licences, settings = {} }: Case, engine: "exact" | "search"): Promise<Plan & { readonly licensesSaved: bigint }> {
  const index = indexFleet({ ...fleetOf(hosts, workloads).fleet, licences });
  const scenario = {
    name: "licences", title: "", description: "", asOf: null, fleet: index.fleet, policies: [], changes: [],
    objectives: defaultObjectives.slice(0, 3), settings: { ...defaultSettings, ...settings },
  };
  const { constraints } = await compilePolicies(scenario, index, { lint: false });
  const plan = await planScenario({
    scenario, index, constraints, startsAtMs: null, mode: "optimise", engine, seed: 1, timeMs: 60_000, iterations: 40_000, clock: { nowMs: () => 0 }, stopped: () => false,
  });
  expect(verifyPlan({ index, constraints, plan, startsAtMs: null })).toMatchObject({ ok: true, problems: [] });
  if (engine === "exact") expect(plan.claim.kind).toBe("optimal");
  return { ...plan, licensesSaved: expectedBill(placedNow(index)).licences - expectedBill(placedByPlan(index, plan)).licences };
}

const places = ({ target }: Plan): Readonly<Record<string, string>> => Object.fromEntries(target.map(({ workload, host }) => [workload, host]));
const pair = [work("a", "h1"), work("b", "h2")];

describe.each(["exact", "search"] as const)("the %s engine and licences", (engine) => {
  it("brings licensed workloads together where that pays for the move", async () => {
    const plan = await planned({ hosts: [place("h1", 8), place("h2", 8)], workloads: pair, licences: [licence("host", 730_000_000, "a", "b")] }, engine);
    expect([new Set(Object.values(places(plan))).size, plan.licensesSaved]).toEqual([1, 1_000_000n]);
    expect(plan.hourlyCostBeforeMicros - plan.hourlyCostAfterMicros).toBe(1_000_000);
    expect(plan.moves).toMatchObject([{ reason: "is cheaper there", gainMicrosPerHour: 1_000_000 }]);
  });

  it("leaves them where a move costs more than the licence", async () => {
    const { moves } = await planned({ hosts: [place("h1", 8), place("h2", 8)], workloads: pair, licences: [licence("host", 7300, "a", "b")], settings: { moveMicros: 720 * 10 + 1 } }, engine);
    expect(moves).toEqual([]);
  });

  it("takes the host with fewer cores where each of them is paid for", async () => {
    const plan = await planned({ hosts: [place("h1", 32), place("h2", 8)], workloads: [work("a", "h1"), work("other", "h1")], licences: [licence("core", 7_300_000, "a")] }, engine);
    expect([places(plan), plan.licensesSaved]).toEqual([{ a: "h2", other: "h1" }, 240_000n]);
  });

  it("sees nothing to gain where each workload pays for itself", async () => {
    const { moves, hourlyCostBeforeMicros } = await planned({ hosts: [place("h1", 8), place("h2", 8)], workloads: pair, licences: [licence("workload", 730_000_000, "a", "b")] }, engine);
    expect([moves, hourlyCostBeforeMicros]).toEqual([[], 2_002_000]);
  });

  it("empties a host of two licensed workloads, of which neither alone would pay", async () => {
    const plan = await planned({ hosts: [place("h1", 8), place("h2", 8)], workloads: [work("a", "h1"), work("b", "h2"), work("c", "h2"), work("d", "h1", { liveMove: false, mayStop: false })], licences: [licence("host", 730_000_000, "a", "b", "c")] }, engine);
    expect([new Set(["a", "b", "c"].map((id) => places(plan)[id])).size, plan.licensesSaved]).toEqual([1, 1_000_000n]);
  });

  it("sends what talks much to where traffic is cheap", async () => {
    const talks = work("a", "h1", { expectedUse: { networkMbps: 100 } });
    const plan = await planned({ hosts: [place("h1", 8, { prices: { ...prices, networkMicrosPerGiB: 10_000 } }), place("h2", 8, { prices: { ...prices, networkMicrosPerGiB: 1000 } })], workloads: [talks, work("b", "h1")], licences: [] }, engine);
    // 100 Mbit/s are 41.9095 GiB an hour.
    expect([places(plan), plan.hourlyCostBeforeMicros - plan.hourlyCostAfterMicros]).toEqual([{ a: "h2", b: "h1" }, 419_095 - 41_910]);
  });
});
