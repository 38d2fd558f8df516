import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostId } from "../../model/ids.ts";
import type { LoadSource } from "../../model/load.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { simulate, type PowerModel, type SimulationInput, type Task } from "../../simulator/index.ts";
import { powerCurve } from "../../simulator/power.ts";
import { fairShares } from "../../simulator/share.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, loadOf, simulationOf } from "./given.ts";

const models: readonly PowerModel[] = (["linear", "square", "cubic", "sqrt"] as const).map((kind) => ({ kind, idleMilliwatts: 90_000, peakMilliwatts: 310_000 }));
const table: PowerModel = { kind: "table", points: [{ usePermille: 0, milliwatts: 50_000 }, { usePermille: 333, milliwatts: 99_000 }, { usePermille: 1000, milliwatts: 200_000 }] };

interface Expected {
  readonly demand: readonly bigint[];
  readonly stolen: readonly bigint[];
  readonly microjoules: readonly bigint[];
}

/** The same by looking at each host in each slot, for as much of it as is simulated. */
function slotBySlot(index: FleetIndex, rows: Readonly<Record<string, readonly number[]>>, stepMs: number, startMs: number, lengthMs: number, model: PowerModel): Expected {
  const demand = index.workloads.map(() => 0n);
  const stolen = index.workloads.map(() => 0n);
  const microjoules = index.hosts.map(() => 0n);
  const slots = Object.values(rows)[0]?.length ?? 0;
  for (let slot = 0; slot < slots; slot++) {
    const ms = BigInt(Math.max(0, Math.min(startMs + lengthMs, (slot + 1) * stepMs) - Math.max(startMs, slot * stepMs)));
    index.hosts.forEach((host, h) => {
      const own = index.workloads.flatMap((workload, w) => (workload.host === host.id ? [w] : []));
      const asked = own.map((w) => (rows[index.workloads[w]?.id ?? ""]?.[slot] ?? 0) * 1000);
      const room = ((host.capacity["cpuMillicores"] ?? 0) - (host.reserve["cpuMillicores"] ?? 0)) * 1000;
      const shares = fairShares(asked, room);
      own.forEach((w, i) => {
        demand[w] = (demand[w] ?? 0n) + BigInt(asked[i] ?? 0) * ms;
        stolen[w] = (stolen[w] ?? 0n) + BigInt((asked[i] ?? 0) - (shares[i] ?? 0)) * ms;
      });
      const granted = shares.reduce((sum, share) => sum + share, 0);
      const curve = powerCurve(model, (host.capacity["cpuMillicores"] ?? 0) * 1000);
      microjoules[h] = (microjoules[h] ?? 0n) + BigInt(curve.at(granted)) * ms;
    });
  }
  return { demand, stolen, microjoules };
}

function inUnits(fine: bigint): number {
  return Number(fine) / 1000 / hour;
}

describe("the meters of a simulation", () => {
  const cases = fc.record({ stepMs: fc.constantFrom(1000, 7013, 300_000), slots: fc.integer({ min: 1, max: 700 }), workloads: fc.integer({ min: 1, max: 6 }), columns: fc.constantFrom(1, 13, 480) }).chain((shape) => fc.record({
    shape: fc.constant(shape),
    seed: fc.nat(),
    from: fc.nat({ max: 1000 }), to: fc.nat({ max: 1000 }),
    model: fc.constantFrom(...models, table),
  }));

  it("show to the last unit what looking at each slot by itself shows", async () => {
    await fc.assert(fc.asyncProperty(cases, async ({ shape: { stepMs, slots, workloads, columns }, seed, from, to, model }) => {
      const hosts = ["h1", "h2"].map((id, h) => hostOf(id, { capacity: { cpuMillicores: 2000 + 1000 * h }, reserve: { cpuMillicores: 100 } }));
      const index = fleetOf(hosts, Array.from({ length: workloads }, (_, w) => workloadOf(`w${w}`, { host: `h${1 + (w % 2)}`, state: "running" })));
      const rows = Object.fromEntries(index.workloads.map(({ id }, w) => [id, Array.from({ length: slots }, (_, slot) => ((slot + 1) * (w + 3) * (seed % 997)) % 1900)]));
      const load: LoadSource = loadOf("cpuMillicores", stepMs, rows);
      const [first, last] = [Math.min(from, to), Math.max(from, to)].map((permille) => Math.floor((slots * stepMs * permille) / 1000));
      const [startMs, lengthMs] = [Math.min(first ?? 0, slots * stepMs - 1), Math.max(1, (last ?? 0) - (first ?? 0))];
      const powerModels = new Map(hosts.map(({ id }): [string, PowerModel] => [id, model]));
      const result = await simulate(simulationOf(index, { load, startMs, lengthMs, powerModels, settings: { columns } }));
      const expected = slotBySlot(index, rows, stepMs, startMs, lengthMs, model);
      expect(result.workloads.map(({ uses: [use] }) => [use?.demandHours, use?.stolenHours])).toEqual(expected.demand.map((fine, w) => [inUnits(fine), inUnits(expected.stolen[w] ?? 0n)]));
      expect(result.hosts.map(({ microjoules }) => microjoules)).toEqual(expected.microjoules);
      result.hosts.forEach(({ uses: [use] }, h) => {
        const means = result.charts.useMeanPermille.subarray(h * result.charts.columns, (h + 1) * result.charts.columns);
        const columnMs = (column: number): number => Math.max(0, Math.min(result.charts.columnMs, lengthMs - column * result.charts.columnMs));
        const granted = (means.reduce((sum, mean, column) => sum + mean * columnMs(column), 0) / 1000) * ((use?.capacity ?? 0) / hour);
        expect(granted).toBeCloseTo(use?.grantedHours ?? 0, 6);
      });
    }), { seed: 1, numRuns: 150 });
  });
});

describe("the columns of charts", () => {
  const index = fleetOf([hostOf("h1", { capacity: { cpuMillicores: 2000 }, idlePowerWatts: 100, peakPowerWatts: 200 })], [workloadOf("w", { host: "h1", state: "running", expectedUse: { cpuMillicores: 1000 } })]);
  const task: Task = { id: "t", host: index.hosts[0]?.id as HostId, atMs: 0, processors: 0, measure: "time", stages: [{ durationMs: 100_300, demand: 0 }] };
  const cases: readonly (readonly [words: string, said: Partial<SimulationInput>, lastMs: number])[] = [
    ["divide the time", { lengthMs: hour }, 7500],
    ["do not divide the time", { lengthMs: 481_000 }, 1003 - 440],
    ["are more than the time has milliseconds", { lengthMs: 479 }, 1],
    ["leave some empty at the end", { lengthMs: 500 }, 2],
    ["are left off in the middle of one, since all tasks are done", { lengthMs: hour, tasks: [task], untilTasksAreDone: true }, 100_300 - 13 * 7500],
  ];

  it.each(cases)("that %s all show what a steady load is", async (_, said, lastMs) => {
    const { lengthMs, charts: { columnMs, useMeanPermille, watts } } = await simulate(simulationOf(index, said));
    const used = Math.ceil(lengthMs / columnMs);
    expect(lengthMs - (used - 1) * columnMs).toBe(lastMs);
    expect(useMeanPermille).toEqual(Float64Array.from(useMeanPermille, (_, column) => (column < used ? 500 : 0)));
    expect(watts).toEqual(Float64Array.from(watts, (_, column) => (column < used ? 150 : 0)));
  });
});
