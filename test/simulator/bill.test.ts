import { describe, expect, it } from "vitest";
import type { Workload } from "../../model/fleet.ts";
import { currentInstant, indexFleet } from "../../model/snapshot.ts";
import { billAt } from "../../policies/bill.ts";
import { simulate, sumOfBill } from "../../simulator/index.ts";
import { fleetOf, hostOf, siteOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, loadOf, simulationOf } from "./given.ts";
import { migrate, on, planOf } from "./plan-of.ts";

const prices = { onMicrosPerHour: 380_001, cpuMicrosPerCoreHour: 1501, memoryMicrosPerGiBHour: 203, storageMicrosPerTiBHour: 15_007, transferMicrosPerGiB: 0 };
const site = { ...siteOf("s1"), electricityMicrosPerKWh: 210_003, carbonGramsPerKWh: 57 };
const workloads = [1, 2, 3].map((n) => workloadOf(`w${n}`, {
  host: "h1", state: "running", reservation: { cpuMillicores: 1111 * n, memoryMiB: 777 * n, storageMiB: 100_000 * n }, expectedUse: { cpuMillicores: 333 * n },
}));
const index = fleetOf([hostOf("h1", { prices }), hostOf("h2", { prices, state: "off" })], workloads, { sites: [site] });

function placed(id: string, host: "h1" | "h2"): Workload {
  return workloadOf(id, { host, state: "running", reservation: { cpuMillicores: 1000 } });
}

describe("the bill of a simulation", () => {
  it("is that of the cost model when everybody uses what is expected, but for the rounding of electricity", async () => {
    const { hosts, totals, workloads: billed } = await simulate(simulationOf(index, { lengthMs: 100 * hour }));
    const model = billAt([0, 1, 2], Uint8Array.of(1, 1), currentInstant(index)) * 100;
    expect(Math.abs(Number(totals.micros) - model)).toBeLessThanOrEqual(100 * 4 * 0.5);
    expect(hosts[0]?.bill.onMicros).toBe(38_000_100n);
    expect(billed.reduce((sum, { reservedMicros }) => sum + reservedMicros, 0n)).toBe(hosts[0]?.bill.workloadMicros);
    expect(hosts[1]?.bill).toEqual({ onMicros: 0n, workloadMicros: 0n, energyMicros: 0n, networkMicros: 0n, licenceMicros: 0n });
  });

  it("pays for the network that was used where the load tells of it, and else for what is expected", async () => {
    const fleet = fleetOf([hostOf("h1", { prices: { ...prices, networkMicrosPerGiB: 90_000 } })], [workloadOf("w", { host: "h1", state: "running", reservation: { cpuMillicores: 1000 }, expectedUse: { networkMbps: 8 } })]);
    // 8 Mbit/s for an hour are 3.6e9 bytes.
    const expected = Math.round((3.6e9 / 2 ** 30) * 90_000);
    const { hosts: [asExpected] } = await simulate(simulationOf(fleet));
    expect(asExpected?.bill).toMatchObject({ workloadMicros: 1501n, networkMicros: BigInt(expected) });
    const { hosts: [unsaid] } = await simulate(simulationOf(fleet, { load: loadOf("cpuMillicores", hour, { w: [500] }) }));
    expect(unsaid?.bill).toMatchObject({ workloadMicros: BigInt(1501 + expected), networkMicros: 0n });
    const { hosts: [measured], totals } = await simulate(simulationOf(fleet, { load: loadOf("networkMbps", hour / 2, { w: [8, 24] }) }));
    expect(measured?.bill).toMatchObject({ workloadMicros: 1501n, networkMicros: BigInt(Math.round((7.2e9 / 2 ** 30) * 90_000)) });
    expect(totals.micros).toBe(380_001n + 1501n + (measured?.bill.networkMicros ?? 0n) + (measured?.bill.energyMicros ?? 0n));
  });

  it("pays for licences where licensed workloads are, once for each host", async () => {
    const two = ["h1", "h2"].map((id) => hostOf(id, { prices, capacity: { cpuMillicores: 10_000 } }));
    const licences = [{ name: "db", per: "core" as const, microsPerMonth: 730_000, workloads: ["v", "w"].map((id) => workloadOf(id).id) }];
    const fleet = indexFleet({ ...fleetOf(two, [placed("v", "h1"), placed("w", "h1"), placed("x", "h2")]).fleet, licences });
    // 1000 an hour for each of the ten cores of h1 all the time, and of h2 for the second hour of two.
    const { hosts, totals } = await simulate(simulationOf(fleet, { lengthMs: 2 * hour, plan: { plan: planOf([migrate("w", "h1", "h2")]), atMs: hour } }));
    expect(hosts.map(({ bill }) => bill.licenceMicros)).toEqual([20_000n, 10_000n]);
    expect(totals.micros).toBe(hosts.reduce((sum, { bill }) => sum + sumOfBill(bill), 0n));
  });

  it("pays for exactly the electricity that was drawn, and its carbon", async () => {
    const { hosts: [host] } = await simulate(simulationOf(index, { lengthMs: 100 * hour }));
    // 100 W idle and 1998 of 64,000 millicores of the 200 W to full use: 106.244 W (whole milliwatts).
    expect(host?.microjoules).toBe(106_244n * 360_000_000n);
    expect(host?.bill.energyMicros).toBe(BigInt(Math.round(10.6244 * 210_003)));
    expect(host?.carbonMilligrams).toBe(BigInt(Math.round(10.6244 * 57 * 1000)));
  });

  it("takes carbon by the hour where a site has a series", async () => {
    const { hosts: [host] } = await simulate(simulationOf(index, { lengthMs: 3 * hour, carbon: [{ site: "s1", gramsPerKWh: [10.5, 100] }] }));
    expect(host?.carbonMilligrams).toBe(BigInt(Math.round(0.106244 * (10.5 + 100 + 100) * 1000)));
  });

  it("charges a stopped workload for its storage alone, and one that stops or starts for all", async () => {
    const fleet = fleetOf([hostOf("h1", { prices })], [workloadOf("w", { host: "h1", state: "running", reservation: { cpuMillicores: 1000, storageMiB: 1_048_576 }, stopMs: 600_000, startMs: 600_000 })]);
    const plan = planOf([on("stop", "w", "h1")], [on("start", "w", "h1"), "a1"]);
    const late: typeof plan = { actions: plan.actions.slice(0, 1) };
    const billed = async (lengthMs: number, of: typeof plan): Promise<bigint | undefined> =>
      (await simulate(simulationOf(fleet, { lengthMs, plan: { plan: of, atMs: 0 } }))).hosts[0]?.bill.workloadMicros;
    expect(await billed(hour, plan)).toBe(16_508n);
    expect(await billed(2 * hour, late)).toBe(BigInt(Math.round(1501 / 6 + 2 * 15_007)));
  });

  it("charges a workload where it is: half the time here, half there", async () => {
    const [one, other] = [hostOf("h1", { prices }), hostOf("h2", { prices: { ...prices, cpuMicrosPerCoreHour: 10_000 } })];
    const fleet = fleetOf([one, other], [workloadOf("w", { host: "h1", state: "running", reservation: { cpuMillicores: 1000 } })]);
    const { hosts } = await simulate(simulationOf(fleet, { lengthMs: 2 * hour, plan: { plan: planOf([migrate("w", "h1", "h2")]), atMs: hour } }));
    expect(hosts.map(({ bill }) => bill.workloadMicros)).toEqual([1501n, 10_000n]);
  });
});
