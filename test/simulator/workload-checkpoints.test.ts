import { describe, expect, it } from "vitest";
import type { HostId } from "../../model/ids.ts";
import { checkSimulation, simulate, type SimulationInput, type WorkloadResult } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, minute, second, simulationOf } from "./given.ts";
import { migrate, on, planOf } from "./plan-of.ts";

const core = 1_000_000;

/** A workload of one core on h1, saved every ten minutes for ten seconds; 1000 MiB at 1000 Mbit/s move in 8389 ms. */
async function saved(said: Partial<SimulationInput>): Promise<WorkloadResult["checkpoints"] | undefined> {
  const hosts = ["h1", "h2"].map((id) => hostOf(id, { migrationMbps: 1000, capacity: { cpuMillicores: 4000 } }));
  const index = fleetOf(hosts, [workloadOf("w", {
    host: "h1" as HostId, state: "running", reservation: { memoryMiB: 1000, cpuMillicores: 1000 }, expectedUse: { cpuMillicores: 1000 }, startMs: minute, stopMs: minute,
  })]);
  const { workloads } = await simulate(simulationOf(index, {
    checkpoints: [{ workloads: [workloadOf("w").id], intervalMs: 10 * minute, durationMs: 10 * second, demand: core }], ...said,
  }));
  return workloads[0]?.checkpoints;
}

function fails(host: string, atMs: number, repairMs = minute): NonNullable<SimulationInput["failures"]> {
  return [{ atMs, scope: { kind: "host", host: host as HostId }, repairMs }];
}

/** Unit-hours of a core for so many seconds. */
function coreSeconds(seconds: number): number {
  return (1000 * seconds) / 3600;
}

describe("checkpoints of a workload", () => {
  it("are taken as long as it serves, and cost nothing but what writing asks for", async () => {
    // Begun at 600 s, 1210 s, ... each ten minutes after the end of the one before.
    expect(await saved({})).toEqual({ saved: 5, restarts: 0, undoneHours: 0 });
  });

  it("go along with a live move: what a later failure takes is counted from the last one", async () => {
    const result = await saved({ plan: { plan: planOf([migrate("w", "h1", "h2")]), atMs: 15 * minute }, failures: fails("h2", 20 * minute) });
    expect(result).toMatchObject({ saved: 4, restarts: 1 });
    expect(result?.undoneHours).toBeCloseTo(coreSeconds(600), 6);
  });

  it("that are being written when the workload moves are written again", async () => {
    // At 600 s the move is under way, at 606 s it arrives: the checkpoint is begun anew there.
    const result = await saved({ plan: { plan: planOf([migrate("w", "h1", "h2")]), atMs: 598 * second }, failures: fails("h2", 20 * minute), lengthMs: 20 * minute });
    expect(result).toMatchObject({ saved: 1, restarts: 1 });
    expect(result?.undoneHours).toBeCloseTo(coreSeconds(1200 - 606.389), 6);
  });

  it("are not needed by one that is stopped in order", async () => {
    const plan = { plan: planOf([on("stop", "w", "h1")], [on("start", "w", "h1"), "a1"]), atMs: 9 * minute };
    // Stopped from 540 s on, it serves again from 660 s on: ten minutes in service are over at 720 s.
    const result = await saved({ plan, failures: fails("h1", 16 * minute), lengthMs: 16 * minute });
    expect(result).toMatchObject({ saved: 1, restarts: 1 });
    expect(result?.undoneHours).toBeCloseTo(coreSeconds(960 - 720), 6);
    expect(await saved({ plan, failures: fails("h1", 11.5 * minute), lengthMs: 15 * minute })).toMatchObject({ saved: 0, restarts: 1, undoneHours: coreSeconds(690 - 660) });
  });

  it("count anew after a failure", async () => {
    // Fails at 300 s, is there again after two minutes of repair and start, and fails at 720 s.
    const result = await saved({ failures: [...fails("h1", 300 * second), ...fails("h1", 720 * second)], lengthMs: 15 * minute });
    expect(result).toMatchObject({ saved: 0, restarts: 2 });
    expect(result?.undoneHours).toBeCloseTo(coreSeconds(300 + 300), 6);
  });

  it("that nobody could simulate are refused", () => {
    const index = fleetOf([hostOf("h1")], [workloadOf("w")]);
    const checkpoints = [{ workloads: [workloadOf("w").id, workloadOf("v").id], intervalMs: 1, durationMs: 1, demand: -1 }];
    expect(checkSimulation(simulationOf(index, { checkpoints, lengthMs: 24_000 * hour })).map(({ code, path }) => [code, path])).toEqual([
      ["unknown-reference", "checkpoints[0].workloads[1]"], ["out-of-range", "checkpoints[0].demand"], ["out-of-range", "checkpoints[0]"],
    ]);
  });
});
