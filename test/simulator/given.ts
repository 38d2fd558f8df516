import type { HostId } from "../../model/ids.ts";
import { loadResources, type LoadSource } from "../../model/load.ts";
import type { ResourceKind } from "../../model/resource.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import type { SimulationInput, Task } from "../../simulator/index.ts";
import { fleetOf, hostOf, type Said, workloadOf } from "../policies/fleet-of.ts";
import type { Host } from "../../model/fleet.ts";

export const second = 1000;
export const minute = 60_000;
export const hour = 3_600_000;

/** A resource in MHz, as traces of other simulators have it. */
export const megahertz: ResourceKind = { name: "cpuMHz", unit: "MHz", whileMoving: "both", whileStopped: false };

/** Hosts rated in MHz, of 100 W idle and 200 W at most unless said. */
export function hostsInMHz(count: number, capacityMHz: number, said: Said<Host> = {}): FleetIndex {
  const hosts = Array.from({ length: count }, (_, h) => hostOf(`h${h + 1}`, { capacity: { cpuMHz: capacityMHz }, idlePowerWatts: 100, peakPowerWatts: 200, ...said }));
  return fleetOf(hosts, [], { resources: [megahertz] });
}

/** A simulation of these hosts with nothing but what a test says. */
export function simulationOf(index: FleetIndex, said: Partial<SimulationInput> = {}): SimulationInput {
  return { index, constraints: [], load: null, startMs: 0, lengthMs: hour, hasDate: false, seed: 1, ...said };
}

/** A task of stages in [seconds, MHz], on the one processor of h1 unless said. */
export function taskInMHz(id: string, stages: readonly (readonly [number, number])[], said: Partial<Task> = {}): Task {
  return {
    id, host: "h1" as HostId, atMs: 0, processors: 1, measure: "work",
    stages: stages.map(([seconds, demand]) => ({ durationMs: seconds * second, demand: demand * loadResources.cpuMHz.perUnit })), ...said,
  };
}

/** Load of workloads on a grid, in whole units of one resource. */
export function loadOf(resource: keyof typeof loadResources, stepMs: number, rows: Readonly<Record<string, readonly number[]>>): LoadSource {
  const entries = Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1));
  const slots = Math.max(...entries.map(([, row]) => row.length));
  const { perUnit } = loadResources[resource];
  return {
    resources: [loadResources[resource]], subjects: entries.map(([id]) => ({ workload: workloadOf(id).id, application: null })), startMs: 0, stepMs, slots,
    open(fromSlot) {
      let next = fromSlot;
      return {
        fill(block) {
          const count = Math.min(block.slots, slots - next);
          entries.forEach(([, row], subject) => {
            for (let s = 0; s < count; s++) block.samples[0]?.fill((row[next + s] ?? 0) * perUnit, subject * block.slots + s, subject * block.slots + s + 1);
          });
          next += count;
          return count;
        },
      };
    },
  };
}
