import { describe, expect, it } from "vitest";
import type { HostId, WorkloadId } from "../../model/ids.ts";
import { simulate, type Replan, type SimulationInput, type Task, type TaskRecord } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, loadOf, minute, second, simulationOf } from "./given.ts";
import { migrate, on, planOf, power, transfer } from "./plan-of.ts";

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

/** Two hosts of two processors; w asks for all of one, and moves within 8389 ms. */
const pair = fleetOf(
  ["h1", "h2"].map((id) => hostOf(id, { capacity: { cpuMillicores: 2000 }, migrationMbps: 1000, powerManaged: true, bootMs: minute, shutdownMs: minute })),
  [workloadOf("w", { host: "h1", state: "running", expectedUse: { cpuMillicores: 2000 }, reservation: { memoryMiB: 1000 }, dataMiB: 0, stopMs: 5 * second })],
);
const moveMs = 8389;
/** Ten minutes of all that a host has. */
const work = 10 * minute * 2000;

interface OnHost {
  readonly endedMs: number | null | undefined;
  /** Millicores x ms that the host of the task gave. */
  readonly granted: number;
}

async function onHost(host: string, said: Partial<SimulationInput>, carryingMillicores = 0, measure: Task["measure"] = "work"): Promise<OnHost> {
  const task: Task = { ...inside, host: host as HostId, measure };
  const { workload: _, ...own } = task;
  const settings = { moves: { pauseMs: 300, roundsMax: 30, longestPauseMs: 10_000, processorMillicores: carryingMillicores } };
  const { tasks, hosts } = await simulate(simulationOf(pair, { tasks: [own], settings, ...said }));
  return { endedMs: tasks[0]?.endedMs, granted: Math.round((hosts.find(({ host: id }) => id === host)?.uses[0]?.grantedHours ?? 0) * hour) };
}

describe("a task on a host", () => {
  const moving = { plan: { plan: planOf([migrate("w", "h1", "h2")]), atMs: 0 } };
  const alone = fleetOf(pair.hosts, []);

  it("has what a workload leaves when that has moved away", async () => {
    const endedMs = moveMs + Math.ceil((work - moveMs * 1000) / 2000);
    expect(endedMs).toBe(604_195);
    // The host gave the task its work and w the other half until it left; the last millisecond is counted in full.
    expect(await onHost("h1", moving)).toEqual({ endedMs, granted: endedMs * 2000 });
  });

  it("shares with a workload as soon as that has arrived", async () => {
    expect((await onHost("h2", moving)).endedMs).toBe(moveMs + (work - moveMs * 2000) / 1000);
  });

  it("shares with what is carried to its host, until it is there", async () => {
    const later = { plan: { ...moving.plan, atMs: minute } };
    expect((await onHost("h2", later, 500)).endedMs).toBe(minute + moveMs + Math.ceil((work - minute * 2000 - moveMs * 1500) / 1000));
  });

  it("shares with what is carried to its host, until the source fails", async () => {
    const failures = [{ atMs: 4 * second, scope: { kind: "host", host: "h1" as HostId }, repairMs: 2 * hour }] as const;
    expect((await onHost("h2", { ...moving, failures }, 500)).endedMs).toBe(4 * second + (work - 4 * second * 1500) / 2000);
  });

  it("shares with what is carried from its host while a workload moves stopped", async () => {
    const index = fleetOf(pair.hosts, pair.workloads.map((w) => ({ ...w, dataMiB: 1000 })));
    const plan = planOf([on("stop", "w", "h1")], [transfer("w", "h1", "h2"), "a1"]);
    // Once w stops the task has all of its host, but for the 500 that carrying takes.
    expect((await onHost("h1", { index, plan: { plan, atMs: 0 } }, 500)).endedMs).toBe(Math.ceil((work + moveMs * 500) / 2000));
  });

  it("has another share at a slot of a load whose slots are longer than the simulation", async () => {
    const load = loadOf("cpuMillicores", hour, { w: [0, 2000] });
    expect((await onHost("h1", { load, startMs: hour - 5 * minute })).endedMs).toBe(15 * minute);
  });

  it("that waits begins when a plan switches its host on", async () => {
    const off = fleetOf(pair.hosts.map((host) => ({ ...host, state: host.id === "h2" ? "off" as const : "on" as const })), []);
    expect(await onHost("h2", { index: off, plan: { plan: planOf([power("bootHost", "h2")]), atMs: 0 } })).toEqual({ endedMs: 11 * minute, granted: work });
  });

  it.each(["work", "time"] as const)("measured by %s stands still while a plan has switched its host off, and loses nothing", async (measure) => {
    const plan = planOf([power("shutdownHost", "h2")], [power("bootHost", "h2"), "a1"]);
    expect(await onHost("h2", { index: alone, plan: { plan, atMs: 5 * minute } }, 0, measure)).toEqual({ endedMs: 12 * minute, granted: work });
  });

  it("begins again when the host that a plan has switched off fails", async () => {
    const plan = planOf([power("shutdownHost", "h2")], [power("bootHost", "h2"), "a1"]);
    const failures = [{ atMs: 6.5 * minute, scope: { kind: "host", host: "h2" as HostId }, repairMs: 2 * minute }] as const;
    expect(await onHost("h2", { index: alone, plan: { plan, atMs: 5 * minute }, failures })).toEqual({ endedMs: 18.5 * minute, granted: 1.5 * work });
  });
});
