import { describe, expect, it } from "vitest";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import { simulate, type Replan, type SimulationInput, type Task, type TaskRecord } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, minute, second, simulationOf } from "./given.ts";
import { migrate, on, planOf } from "./plan-of.ts";

const index = fleetOf(
  [["h1", 4000], ["h2", 3000]].map(([id, cpuMillicores]) => hostOf(`${id}`, { capacity: { cpuMillicores: Number(cpuMillicores) }, migrationMbps: 1000 })),
  [workloadOf("w", { host: "h1", state: "running", reservation: { memoryMiB: 1000 } }), workloadOf("beside", { host: "h2", state: "running", expectedUse: { cpuMillicores: 3000 } })],
);

/** Ten minutes of two processors, inside workload w. */
const inside: Task = { id: "t", host: null, workload: "w" as WorkloadId, atMs: 0, processors: 0, measure: "work", stages: [{ durationMs: 10 * minute, demand: 2_000_000 }] };
const saving: Task = { ...inside, checkpoints: { intervalMs: minute, durationMs: second, demand: 0 } };
const failing: Pick<SimulationInput, "failures"> = { failures: [{ atMs: 5 * minute, scope: { kind: "host", host: "h1" as HostId }, repairMs: 20 * minute }] };

const startedOnH2: Replan = async () => planOf([on("start", "w", "h2")]);

async function record(task: Task, said: Partial<SimulationInput> = {}): Promise<TaskRecord | undefined> {
  return (await simulate(simulationOf(index, { tasks: [task], settings: { moves: { pauseMs: 300, roundsMax: 30, longestPauseMs: 10_000, processorMillicores: 0 } }, ...said }))).tasks[0];
}

describe("a task inside a workload", () => {
  it("runs where its workload does, with its share of that host", async () => {
    expect(await record(inside)).toMatchObject({ state: "done", startedMs: 0, endedMs: 10 * minute });
    // On h2 two that ask for 3000 and 2000 of 3000 millicores get half each.
    const arrivesMs = 8389;
    const left = 10 * minute * 2000 - arrivesMs * 2000;
    expect(await record(inside, { plan: { plan: planOf([migrate("w", "h1", "h2")]), atMs: 0 } })).toMatchObject({ state: "done", endedMs: arrivesMs + Math.ceil(left / 1500), restarts: 0 });
  });

  it("stands still while its workload is stopped, and loses nothing", async () => {
    const plan = planOf([on("stop", "w", "h1")], [on("start", "w", "h1"), "a1"]);
    expect(await record(inside, { plan: { plan, atMs: minute } })).toMatchObject({ state: "done", endedMs: 10 * minute + 15 * second, restarts: 0, lostWork: 0 });
  });

  it("begins again where its workload is started after a failure", async () => {
    const alone = fleetOf(index.hosts, index.workloads.filter(({ id }) => id === "w"));
    const startsMs = 5 * minute + 15 * second + 10 * second;
    expect(await record(inside, { ...failing, replan: startedOnH2, index: alone })).toMatchObject({ endedMs: startsMs + 10 * minute, restarts: 1, lostWork: 5 * minute * 2_000_000 });
    // Four checkpoints in five minutes, 56 s after the last; six minutes are left, with five more.
    expect(await record(saving, { ...failing, replan: startedOnH2, index: alone })).toMatchObject({ endedMs: startsMs + 6 * minute + 5 * second, restarts: 1, saved: 9, lostWork: 56 * second * 2_000_000 });
  });

  it("waits for the repair when nobody starts its workload elsewhere", async () => {
    expect(await record(inside, failing)).toMatchObject({ endedMs: 25 * minute + 10 * second + 10 * minute, restarts: 1 });
    expect(await record(inside, { ...failing, lengthMs: 30 * minute })).toMatchObject({ state: "running", endedMs: null });
  });

  it("that comes while its workload is down begins when that serves", async () => {
    expect(await record({ ...inside, atMs: 10 * minute }, failing)).toMatchObject({ startedMs: 25 * minute + 10 * second, restarts: 0 });
    expect(await record({ ...inside, atMs: 2 * hour }, failing)).toMatchObject({ state: "due", startedMs: null });
  });
});
