import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultFinance, type Finance } from "../../../model/finance.ts";
import type { Service } from "../../../model/fleet.ts";
import type { ApplicationId, PolicyId, ServiceId } from "../../../model/ids.ts";
import type { PolicyDocument } from "../../../model/policy.ts";
import { amountOf } from "../../../model/resource.ts";
import { indexFleet, type FleetIndex } from "../../../model/snapshot.ts";
import { chargeLines, type CostInput, type CostReport } from "../../../reports/cost/charge-lines.ts";
import type { ChargeItem, ChargeLine } from "../../../reports/cost/charge.ts";
import { courseOf } from "../../../reports/cost/course.ts";
import { groupLines, type CostGrouping } from "../../../reports/cost/group.ts";
import { nearest, plus, rational, times, zero } from "../../../reports/cost/rational.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "../../policies/fleet-of.ts";
import { constraintsOf, costInput, seededLoad, startMs } from "./random-cost.ts";

const hourMs = 3_600_000;
const free = { onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 };
const groupings: readonly CostGrouping[] = ["host", "workload", "application", "service", "site", { label: "team" }];

async function costOf(index: FleetIndex, rest: Partial<CostInput> = {}): Promise<CostReport> {
  const period = { startMs, endMs: startMs + 10 * hourMs };
  return chargeLines({ index, constraints: await constraintsOf(index), finance: defaultFinance, period, course: courseOf(index, rest.period ?? period), measured: null, applicationUse: new Map(), ...rest });
}

function micros(report: CostReport, by: CostGrouping): Readonly<Record<string, number>> {
  return Object.fromEntries(groupLines(report.lines, by).map(({ id, totalMicros }) => [id ?? "-", Number(totalMicros)]));
}

function policy(id: string, entry: string, parameters: Readonly<Record<string, unknown>>, select: PolicyDocument["select"] = {}): PolicyDocument {
  return { id: id as PolicyId, title: id, why: "", enabled: true, select, require: { entry, parameters }, strength: "must", weight: 1, holds: null, mayBeEmpty: false, exceptions: [], tests: [] };
}

const at = (hours: number): number => startMs + hours * hourMs;
const rounded = (dividend: bigint, divisor: bigint): bigint => (2n * dividend + divisor) / (2n * divisor);
const fixed: ReadonlySet<ChargeItem> = new Set(["host-time", "idle-host", "reserve-host", "power-held", "idle-power", "reserve-power"]);
const own: ReadonlySet<ChargeLine["sharing"]> = new Set(["metered", "held"]);

function service(id: string, applications: readonly string[]): Service {
  return { id: id as ServiceId, title: id, applications: applications as ApplicationId[], startOrder: [], redundancy: [], virtualAddress: null, scale: [], labels: {} };
}

/** What was metered, by what and whom, whatever the lines. */
const meteredIn = (lines: readonly ChargeLine[]): ReadonlyMap<string, unknown> => {
  const sums = new Map<string, ReturnType<typeof rational>>();
  for (const { host, workload, item, quantity, sharing } of lines) {
    if (sharing !== "metered" || item === "move") continue;
    const key = `${host} ${workload} ${item}`;
    sums.set(key, plus(sums.get(key) ?? zero, quantity));
  }
  return sums;
};

const reports = (check: (report: CostReport, input: CostInput) => void, seed: number, numRuns = 120): Promise<void> => fc.assert(fc.asyncProperty(costInput, async (input) => {
  const policies = [policy("n+1", "failover", { hosts: 1 }, { hosts: { everything: true } }), policy("headroom", "capacity", { headroomPermille: 137 }, { hosts: { everything: true } })];
  const whole = { ...input, constraints: await constraintsOf(input.index, { policies }) };
  check(chargeLines(whole), whole);
}), { seed, numRuns });

describe("the lines of a cost report", () => {
  const host = hostOf("h1", { capacity: { cpuMillicores: 10_000, memoryMiB: 10_240 }, idlePowerWatts: 0, peakPowerWatts: 0, prices: { ...free, onMicrosPerHour: 1000 } });
  const a = workloadOf("a", { host: "h1", state: "running", reservation: { cpuMillicores: 2000 }, labels: { team: "red" } });
  const b = workloadOf("b", { host: "h1", state: "running", reservation: { memoryMiB: 3072 }, labels: { team: "blue" } });

  it.each<{ idle: Finance["idle"]; paid: Record<string, number>; why: string }>([
    { idle: "kept", paid: { a: 2000, b: 3000, "-": 5000 }, why: "the half that nobody holds is shown by itself" },
    { idle: "proportional", paid: { a: 4000, b: 6000 }, why: "the half that nobody holds goes two to three" },
    { idle: "even", paid: { a: 4500, b: 5500 }, why: "each pays for a quarter of the host" },
    { idle: "fixed", paid: { a: 6000, b: 3000, "-": 1000 }, why: "a has agreed to 800 of 1000, nobody to the rest" },
  ])("idle is $idle: $why", async ({ idle, paid }) => {
    const index = fleetOf([host], [a, b]);
    const report = await costOf(index, { finance: { ...defaultFinance, idle, fixedShares: [{ name: "a pays", workloads: [a.id], permille: 800 }] } });
    expect(micros(report, "workload")).toEqual(paid);
    expect(micros(report, "host")).toEqual({ h1: 10_000 });
  });

  it("charges use above the reservation with more of the host, and only when it is measured", async () => {
    const index = fleetOf([host], [a, b]);
    const source = { ...seededLoad(index, 1, { startMs, stepMs: hourMs, slots: 10 }), open: () => ({ fill: (block: { readonly slots: number; readonly samples: readonly Int32Array[] }) => {
      block.samples.forEach((samples) => samples.fill(0));
      block.samples[0]?.fill(5_000_000, 0, block.slots); // five cores, all by the first workload
      return block.slots;
    } }) };
    const finance = { ...defaultFinance, idle: "kept" } as const;
    expect(micros(await costOf(index, { finance, measured: { source, has: (w, resource) => w === 0 && resource === "cpuMillicores" } }), "workload")).toEqual({ a: 5000, b: 3000, "-": 2000 });
    expect(micros(await costOf(index, { finance, measured: { source, has: () => false } }), "workload")).toEqual({ a: 2000, b: 3000, "-": 5000 });
  });

  it("pays for power by what is used, and for idle power by what is held", async () => {
    const site = { ...siteOf("s1"), electricityMicrosPerKWh: 1_000_000 };
    const powered = { ...host, prices: free, idlePowerWatts: 100, peakPowerWatts: 300 };
    const index = fleetOf([powered], [{ ...a, expectedUse: { cpuMillicores: 1000 } }, b], { sites: [site] });
    const items = (await costOf(index, { finance: { ...defaultFinance, idle: "kept" } })).lines.map(({ workload, item, costMicros, quantity }) => [workload, item, Number(costMicros), nearest(quantity)]);
    expect(items).toEqual([["a", "power-held", 200_000, 0.2], ["a", "power-used", 200_000, 0.2], ["b", "power-held", 300_000, 0.3], [null, "idle-power", 500_000, 0.5]]);
  });

  it("divides a workload among its applications by use where that is measured, and a shared application among its services", async () => {
    const applications = ["web", "db"].map((id) => ({ id: id as ApplicationId, title: id, needs: { cpuMillicores: 1000 } }));
    const both = { ...a, applications: ["web", "db"] as ApplicationId[] };
    const index = fleetOf([host], [both], { applications, services: [service("shop", ["web", "db"]), service("pay", ["db"])] });
    const finance = { ...defaultFinance, idle: "kept" } as const;
    const measured = new Map([[both.id, new Map([["web" as ApplicationId, 3n], ["db" as ApplicationId, 1n]])]]);
    expect(micros(await costOf(index, { finance }), "application")).toEqual({ web: 1000, db: 1000, "-": 8000 });
    expect(micros(await costOf(index, { finance, applicationUse: measured }), "application")).toEqual({ web: 1500, db: 500, "-": 8000 });
    expect(micros(await costOf(index, { finance, applicationUse: measured }), "service")).toEqual({ shop: 1750, pay: 250, "-": 8000 });
    const ownCost = { ...finance, services: "own-cost" } as const; // nothing is the payment's alone
    expect(micros(await costOf(index, { finance: ownCost, applicationUse: measured }), "service")).toEqual({ shop: 2000, "-": 8000 });
    const agreed = { ...finance, agreedParts: [{ application: "db" as ApplicationId, parts: [{ service: "pay" as ServiceId, permille: 1000 }] }] };
    expect(micros(await costOf(index, { finance: agreed, applicationUse: measured }), "service")).toEqual({ shop: 1500, pay: 500, "-": 8000 });
  });

  it("shows what policies keep free, and lets those pay who asked for it", async () => {
    const index = fleetOf([host, { ...host, id: "h2" as never }], [a, { ...b, host: "h2" as never }]);
    const policies = [
      policy("failover", "failover", { hosts: 1, carried: { ids: ["a"] } }, { hosts: { everything: true } }),
      policy("headroom", "capacity", { headroomPermille: 100 }, { hosts: { everything: true } }),
    ];
    const constraints = await constraintsOf(index, { policies });
    const report = await costOf(index, { constraints, finance: { ...defaultFinance, idle: "kept" } });
    const reserve = report.lines.filter(({ category }) => category === "reserve");
    // a's 2000 of 18 free cores: 8/18 of it on h1, 10/18 on h2. The headroom is a tenth of each host, for who is there.
    expect(reserve.map(({ host: at, workload, detail, costMicros, sharing }) => [at, workload, detail, Number(costMicros), sharing])).toEqual([
      ["h1", "a", "failover", 889, "requester"], ["h1", "a", "headroom", 1000, "proportional"], ["h2", "a", "failover", 1111, "requester"], ["h2", "b", "headroom", 1000, "proportional"],
    ]);
    expect(micros(report, "host")).toEqual({ h1: 10_000, h2: 10_000 });
    const shown = await costOf(index, { constraints, finance: { ...defaultFinance, idle: "kept", reserve: "kept" } });
    expect(micros(shown, "workload")).toEqual({ a: 2000, b: 3000, "-": 15_000 });
  });

  it("pays a licence for each host while anybody licensed is there, and for each workload by itself", async () => {
    const { fleet } = fleetOf([{ ...host, prices: free }], [a, b]);
    const licences = (per: "host" | "core" | "workload") => [{ name: "db", per, microsPerMonth: 730_000, workloads: [a.id, b.id] }];
    const paid = async (per: "host" | "core" | "workload") => micros(await costOf(indexFleet({ ...fleet, licences: licences(per) })), "workload");
    expect(await paid("host")).toEqual({ a: 4000, b: 6000 });
    expect(await paid("core")).toEqual({ a: 40_000, b: 60_000 });
    expect(await paid("workload")).toEqual({ a: 10_000, b: 10_000 });
  });

  it("bills a move where it leaves and where it arrives, and each host for the time that was there", async () => {
    const dear = { ...host, id: "h2" as never, state: "off" as const, prices: { ...free, onMicrosPerHour: 5000, transferMicrosPerGiB: 700 } };
    const index = fleetOf([{ ...host, prices: { ...host.prices, transferMicrosPerGiB: 300 } }, dear], [{ ...a, dataMiB: 2048 }]);
    const period = { startMs, endMs: at(10) };
    const course = courseOf(index, period, [
      { action: { kind: "bootHost", host: "h2" as never }, beganMs: at(3), endedMs: at(3) + 60_000 },
      { action: { kind: "migrate", workload: a.id, from: "h1" as never, to: "h2" as never }, beganMs: at(3), endedMs: at(4) },
      { action: { kind: "shutdownHost", host: "h1" as never }, beganMs: at(5), endedMs: at(6) },
    ]);
    const report = await costOf(index, { period, course });
    expect(micros(report, "host")).toEqual({ h1: 6000 + 600, h2: 7 * 5000 + 1400 });
    expect(micros(report, "workload")).toEqual({ a: 6000 + 600 + 7 * 5000 + 1400 });
  });

  it("lets those of the site, else those of the fleet, pay for a host on which nobody was", async () => {
    const far = { ...host, id: "h3" as never, site: "s2" as never };
    const index = fleetOf([host, { ...host, id: "h2" as never }, far], [a, { ...b, host: "h3" as never }]);
    expect(micros(await costOf(index), "workload")).toEqual({ a: 20_000, b: 10_000 });
  });
});

describe("whatever the fleet, the methods and the period", () => {
  it("every grouping adds up to the bills of the hosts, to the last micro-unit", () => reports(({ lines, bills, totalMicros }) => {
    for (const by of groupings) expect(groupLines(lines, by).reduce((sum, row) => sum + row.totalMicros, 0n)).toBe(totalMicros);
    const byHost = new Map(groupLines(lines, "host").map(({ id, totalMicros: micro }) => [id, micro]));
    for (const bill of bills) expect(byHost.get(bill.host) ?? 0n).toBe(bill.totalMicros);
  }, 61));

  it("the fixed price and the idle power of a host are divided without rest", () => reports(({ lines, bills }, { index }) => {
    for (const bill of bills) {
      const host = index.hosts[index.hostIndex.get(bill.host) ?? -1];
      const electricity = index.siteById.get(bill.site)?.electricityMicrosPerKWh ?? 0;
      const expected = rounded(BigInt(host?.prices.onMicrosPerHour ?? 0) * bill.onMs, 3_600_000n) + rounded(BigInt(host?.idlePowerWatts ?? 0) * BigInt(electricity) * bill.onMs, 3_600_000_000n);
      const own = lines.filter((line) => line.host === bill.host && fixed.has(line.item));
      expect(own.reduce((sum, { costMicros }) => sum + costMicros, 0n)).toBe(expected);
    }
  }, 62));

  it("quantity times price is the cost, exactly, and nobody is paid", () => reports(({ lines }) => {
    for (const { quantity, unitPrice, costMicros } of lines) {
      expect(quantity.numerator > 0n && costMicros >= 0n).toBe(true);
      expect(times(quantity, unitPrice)).toEqual(rational(costMicros));
    }
  }, 63));

  it("nobody pays for a host where it was not, nor for what it neither reserved nor used", () => reports(({ lines }, { index, course, measured }) => {
    for (const { workload, host, item, sharing, category } of lines) {
      if (workload === null || !own.has(sharing) || item === "move") continue;
      const w = index.workloadIndex.get(workload) ?? -1;
      expect(course.stays.some((stay) => stay.workload === w && index.hosts[stay.host]?.id === host), `${workload} on ${host}: ${item}`).toBe(true);
      const what = index.workloads[w];
      const took = (name: string): boolean => amountOf(what?.reservation ?? {}, name) > 0 || measured?.has(w, name) === true;
      if (item === "processor") expect(took("cpuMillicores")).toBe(true);
      if (item === "memory") expect(took("memoryMiB")).toBe(true);
      if (item === "traffic") expect(measured?.has(w, "networkMbps")).toBe(true);
      if (category === "licence") expect((index.fleet.licences ?? []).some(({ workloads }) => workloads.includes(workload))).toBe(true);
      if (category === "host") expect(index.resourceNames.some(took)).toBe(true);
    }
  }, 64));

  it("idle is nobody's only where the method says so, or where nobody was", () => reports(({ lines }, { course, finance }) => {
    const unpaid = lines.filter(({ workload }) => workload === null);
    for (const line of unpaid) {
      const method = line.category === "idle" ? finance.idle : finance.reserve;
      expect(line.sharing).toBe("kept");
      expect(method === "kept" || method === "fixed" || course.stays.length === 0 || course.on.length === 0 || nobodyHeld(lines)).toBe(true);
    }
  }, 65));

  it("a period and the two halves of it measure the same", () => reports((report, input) => {
    const { index, period, course } = input;
    const middle = Math.floor((period.startMs + period.endMs) / 2);
    const part = (fromMs: number, toMs: number): CostReport => chargeLines({
      ...input, period: { startMs: fromMs, endMs: toMs },
      course: { carried: [], on: clipped(course.on, fromMs, toMs), stays: clipped(course.stays, fromMs, toMs) },
    });
    const halves = [...part(period.startMs, middle).lines, ...part(middle, period.endMs).lines];
    expect(index.workloads.length).toBeGreaterThan(0);
    expect(meteredIn(halves)).toEqual(meteredIn(report.lines));
  }, 66, 60));
});

/** Did everybody hold nothing, so that there is nobody in proportion to whom to share? */
function nobodyHeld(lines: readonly ChargeLine[]): boolean {
  return lines.every(({ sharing, category }) => sharing !== "held" || category === "licence");
}

function clipped<Time extends { readonly fromMs: number; readonly toMs: number }>(times: readonly Time[], fromMs: number, toMs: number): readonly Time[] {
  return times.map((time) => ({ ...time, fromMs: Math.max(fromMs, time.fromMs), toMs: Math.min(toMs, time.toMs) })).filter((time) => time.toMs > time.fromMs);
}
