import { describe, expect, it } from "vitest";
import type { HostId } from "../../model/ids.ts";
import { simulate, type SimulationInput, type SimulationResult, type Task } from "../../simulator/index.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { hostsInMHz, loadOf, megahertz, minute, second, simulationOf, taskInMHz } from "./given.ts";

const oneProcessor = new Map([["h1" as HostId, 1]]);
const brokenForFiveMinutes = { atMs: 300 * second, scope: { kind: "host", host: "h1" as HostId }, repairMs: 300 * second } as const;

async function run(tasks: readonly Task[], said: Partial<SimulationInput> = {}): Promise<SimulationResult> {
  return simulate(simulationOf(hostsInMHz(1, 2000), { tasks, processors: oneProcessor, untilTasksAreDone: true, ...said }));
}

const saving = { intervalMs: 60 * second, durationMs: second, demand: 2_000_000 };

/** [what, tasks, rest, end in s, energy in J, active in s] */
const cases: readonly (readonly [string, readonly Task[], Partial<SimulationInput>, number, number, number])[] = [
  ["a task of 600 s at 1000 MHz", [taskInMHz("a", [[600, 1000]])], {}, 600, 90_000, 300],
  ["two tasks on the only processor, one after the other", [taskInMHz("a", [[600, 1000]]), taskInMHz("b", [[300, 2000]])], {}, 900, 150_000, 600],
  ["a second task that comes when the first is long done", [taskInMHz("a", [[600, 1000]]), taskInMHz("b", [[300, 2000]], { atMs: 1200 * second })], {}, 1500, 210_000, 600],
  ["a failure in the middle without a checkpoint", [taskInMHz("a", [[600, 1000]])], { failures: [brokenForFiveMinutes] }, 1200, 165_000, 450],
  ["a failure long after the end", [taskInMHz("a", [[600, 1000]])], { failures: [{ ...brokenForFiveMinutes, atMs: 30_000 * second }] }, 600, 90_000, 300],
  ["a failure when the host draws nothing while it is down", [taskInMHz("a", [[600, 1000]])], { failures: [brokenForFiveMinutes], settings: { failedDraws: false } }, 1200, 135_000, 450],
  ["a checkpoint each minute, with all of the processor for a second", [taskInMHz("a", [[600, 1000]], { checkpoints: saving })], {}, 609, 90_000 + 9 * 200, 309],
  ["checkpoints further and further apart", [taskInMHz("a", [[600, 1000]], { checkpoints: { ...saving, intervalPermille: 1500 } })], {}, 604, 90_000 + 4 * 200, 304],
  ["a failure after four checkpoints", [taskInMHz("a", [[600, 1000]], { checkpoints: saving })], { failures: [brokenForFiveMinutes] },
    965, (296 + 360) * 150 + 9 * 200 + 300 * 100, (296 + 360) / 2 + 9],
  ["two stages", [taskInMHz("a", [[600, 2000], [600, 1000]])], {}, 1200, 600 * 200 + 600 * 150, 900],
  ["more work than the host can do in the time", [taskInMHz("a", [[600, 4000]])], {}, 1200, 1200 * 200, 1200],
  ["more than there is, when time counts and not work", [taskInMHz("a", [[600, 4000]], { measure: "time" })], {}, 600, 600 * 200, 600],
  ["a stage too large between two that fit", [taskInMHz("a", [[600, 1000], [600, 4000], [600, 1500]])], {}, 2400, 600 * 150 + 1200 * 200 + 600 * 175, 300 + 1200 + 450],
  ["a pause of a minute", [taskInMHz("a", [[60, 2000], [60, 0], [60, 2000]])], {}, 180, 24_000 + 6000, 120],
];

describe("a host of one processor, 2000 MHz, 100 W idle to 200 W", () => {
  it.each(cases)("%s", async (_, tasks, said, endS, joules, activeS) => {
    const { hosts: [host], lengthMs, totals } = await run(tasks, said);
    expect(lengthMs).toBe(endS * second);
    expect(totals.microjoules).toBe(BigInt(joules) * 1_000_000n);
    expect(host?.activeMs).toBe(activeS * second);
  });

  it("tells when a task started and ended, and what a failure took from it", async () => {
    const { tasks } = await run([taskInMHz("a", [[600, 1000]], { checkpoints: saving })], { failures: [brokenForFiveMinutes] });
    expect(tasks).toEqual([{ id: "a", state: "done", startedMs: 0, endedMs: 965 * second, saved: 9, restarts: 1, lostWork: 56 * second * 1_000_000 }]);
  });

  it("breaks down again and again, as a trace says", async () => {
    const turns = { kind: "trace", hosts: "all", turns: [{ afterMs: 5 * minute, repairMs: 5 * minute }], repeat: true } as const;
    const task = taskInMHz("a", [[600, 1000]], { checkpoints: { intervalMs: 4 * minute, durationMs: minute, demand: 0 } });
    const { lengthMs, failures } = await run([task], { processes: [turns] });
    // Four minutes are saved in each turn of five, two are left in the third.
    expect([lengthMs, failures]).toEqual([22 * minute, 2]);
  });
});

describe("two processors of 2000 MHz", () => {
  const index = hostsInMHz(1, 4000);
  const two = { processors: new Map([["h1" as HostId, 2]]), untilTasksAreDone: true };

  it("shares them fairly, and gives the rest to who is left", async () => {
    const { tasks } = await simulate(simulationOf(index, { ...two, tasks: [taskInMHz("a", [[600, 2000]]), taskInMHz("b", [[600, 4000]])] }));
    expect(tasks.map(({ endedMs }) => endedMs)).toEqual([600 * second, 900 * second]);
  });

  it.each([
    ["demands 3000 and 1500", [[3000], [1500]], [[2500], [1500]]],
    ["a demand of {1000, 1500, 2500, 1000} beside a constant 3000", [[1000, 1500, 2500, 1000], [3000, 3000, 3000, 3000]], [[1000, 1500, 2000, 1000], [3000, 2500, 2000, 3000]]],
  ])("%s on 4000", async (_, demands, granted) => {
    const [a = [], b = []] = demands;
    const fleet = fleetOf([hostOf("h1", { capacity: { cpuMHz: 4000 } })], ["a", "b"].map((id) => workloadOf(id, { host: "h1", state: "running" })), { resources: [megahertz] });
    for (let slots = 1; slots <= a.length; slots++) {
      const load = loadOf("cpuMHz", minute, { a, b });
      const { workloads } = await simulate(simulationOf(fleet, { load, lengthMs: slots * minute }));
      const expected = granted.map((row) => row.slice(0, slots).reduce((sum, mhz) => sum + mhz, 0) / 60);
      expect(workloads.map(({ uses: [use] }) => (use?.demandHours ?? 0) - (use?.stolenHours ?? 0)).map((hours) => Math.round(hours * 1e9))).toEqual(expected.map((hours) => Math.round(hours * 1e9)));
    }
  });
});
