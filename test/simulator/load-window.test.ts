import { describe, expect, it } from "vitest";
import type { ApplicationId, WorkloadId } from "../../model/ids.ts";
import { loadResources, type LoadSource } from "../../model/load.ts";
import { simulate } from "../../simulator/index.ts";
import { LoadWindow } from "../../simulator/load-window.ts";
import { fleetOf, hostOf, workloadOf } from "../policies/fleet-of.ts";
import { hour, loadOf, minute, simulationOf } from "./given.ts";

const index = fleetOf([hostOf("h1")], ["a", "b"].map((id) => workloadOf(id, { host: "h1", state: "running", reservation: { cpuMillicores: 100 } })));
const rising = Array.from({ length: 1000 }, (_, slot) => slot);

describe("a window on load", () => {
  it("shows each slot of a long load, window after window, from any beginning", () => {
    const source = loadOf("cpuMillicores", minute, { a: rising, b: rising.map((value) => 2 * value) });
    const window = new LoadWindow({ index, source, startMs: 100 * minute + 30_000, lengthMs: 800 * minute, groups: [], limitToReservation: false });
    let nowMs = 0;
    for (let slot = 100; slot < 900; slot++) {
      while (window.endMs <= nowMs) window.forward();
      expect([window.at(0, 0, nowMs), window.at(0, 1, nowMs)]).toEqual([slot * 1000, slot * 2000]);
      nowMs += nowMs === 0 ? 30_000 : minute;
    }
  });

  it("keeps the constants of other rows, and gives them up with the row", () => {
    const source = loadOf("cpuMillicores", minute, { a: rising });
    const window = new LoadWindow({ index, source, startMs: 0, lengthMs: 1000 * minute, groups: [], limitToReservation: false });
    const rows = [window.takeRow(), window.takeRow(), window.takeRow()];
    rows.forEach((row, n) => window.setConstant(row, 0, n + 7));
    window.forward();
    expect(rows.map((row) => window.at(0, row, window.endMs - 1))).toEqual([7, 8, 9]);
    window.returnRow(rows[1] ?? -1);
    expect(window.takeRow()).toBe(rows[1]);
    expect(window.at(0, rows[1] ?? -1, window.endMs - 1)).toBe(0);
  });

  it("adds the applications of a workload, and leaves out whom the fleet does not have", () => {
    const subjects = [["a", "one"], ["a", "two"], ["z", null], ["b", null]].map(([workload, application]) => ({ workload: workload as WorkloadId, application: application as ApplicationId | null }));
    const source: LoadSource = {
      resources: [loadResources.cpuMillicores], subjects, startMs: 0, stepMs: hour, slots: 1,
      open: () => ({
        fill({ slots, samples }) {
          [1, 10, 100, 1000].forEach((amount, subject) => samples[0]?.fill(amount, subject * slots, subject * slots + 1));
          return 1;
        },
      }),
    };
    const window = new LoadWindow({ index, source, startMs: 0, lengthMs: hour, groups: [], limitToReservation: false });
    expect([window.at(0, 0, 0), window.at(0, 1, 0)]).toEqual([11, 1000]);
  });

  it("gives nobody more than it has reserved, when asked to", async () => {
    const source = loadOf("cpuMillicores", minute, { a: [50, 150], b: [100, 300] });
    const { workloads } = await simulate(simulationOf(index, { load: source, lengthMs: 2 * minute, settings: { limitToReservation: true } }));
    expect(workloads.map(({ uses: [use] }) => Math.round((use?.demandHours ?? 0) * 60))).toEqual([150, 200]);
  });

  it("gives nobody more than its own limit, which others do not have", async () => {
    const source = loadOf("cpuMillicores", minute, { a: [50, 150], b: [100, 300] });
    const limits = new Map([[workloadOf("a").id, 80]]);
    const { workloads } = await simulate(simulationOf(index, { load: source, lengthMs: 2 * minute, settings: { limits } }));
    expect(workloads.map(({ uses: [use] }) => [Math.round((use?.demandHours ?? 0) * 60), use?.stolenHours])).toEqual([[130, 0], [400, 0]]);
  });

  it("refuses to go beyond the load that there is", () => {
    const source = loadOf("cpuMillicores", minute, { a: [1, 2] });
    expect(() => new LoadWindow({ index, source, startMs: 0, lengthMs: 2 * minute + 1, groups: [], limitToReservation: false })).toThrow("the load covers the time that is simulated");
  });
});
