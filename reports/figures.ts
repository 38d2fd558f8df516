import type { Plan } from "../model/plan.ts";
import { currentHosts, hostIsOnWhen } from "../model/snapshot.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { carbonMilligramsPerHour, dynamicMilliwatts, idleMilliwatts } from "../policies/index.ts";
import { splitCost, type CostSplit } from "./cost-split.ts";

/** A placement to report on: where everybody is and which hosts are on. */
export interface Placed {
  readonly index: FleetIndex;
  /** Dense index of each workload's host; -1 for nowhere. */
  readonly hostOf: Int32Array;
  isOn(host: number): boolean;
}

/** What a placement costs, draws and emits, and how many hosts it keeps on. */
export interface Figures {
  readonly cost: CostSplit;
  readonly powerMilliwatts: number;
  readonly carbonMilligramsPerHour: number;
  readonly hostsOn: number;
  readonly placedCount: number;
}

/** The fleet as it is switched and placed today. */
export function placedNow(index: FleetIndex): Placed {
  return {
    index,
    hostOf: currentHosts(index),
    isOn: (h) => index.hosts[h]?.state === "on" || index.hosts[h]?.state === "maintenance",
  };
}

/** The fleet once a plan is carried out. Workloads that the plan does not name are nowhere. */
export function placedByPlan(index: FleetIndex, plan: Pick<Plan, "target">): Placed {
  const hostOf = new Int32Array(index.workloads.length).fill(-1);
  for (const { workload, host } of plan.target) {
    const w = index.workloadIndex.get(workload);
    const h = index.hostIndex.get(host);
    if (w !== undefined && h !== undefined) hostOf[w] = h;
  }
  const used = new Set(hostOf);
  return { index, hostOf, isOn: (h) => hostIsOnWhen(index.hosts[h], used.has(h)) };
}

/** All figures of one placement. */
export function figuresOf(placed: Placed): Figures {
  const { index, hostOf } = placed;
  let powerMilliwatts = 0;
  let carbon = 0;
  let hostsOn = 0;
  index.hosts.forEach((host, h) => {
    if (!placed.isOn(h)) return;
    hostsOn += 1;
    powerMilliwatts += idleMilliwatts(host);
    carbon += carbonMilligramsPerHour(index, host, idleMilliwatts(host));
  });
  let placedCount = 0;
  index.workloads.forEach((workload, w) => {
    const host = index.hosts[hostOf[w] ?? -1];
    if (host === undefined) return;
    placedCount += 1;
    const milliwatts = dynamicMilliwatts(workload, host);
    powerMilliwatts += milliwatts;
    carbon += carbonMilligramsPerHour(index, host, milliwatts);
  });
  return {
    cost: splitCost(index, hostOf, (h) => placed.isOn(h)),
    powerMilliwatts, carbonMilligramsPerHour: carbon, hostsOn, placedCount,
  };
}
