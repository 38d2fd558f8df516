import type { HostId } from "../model/ids.ts";
import { amountOf } from "../model/resource.ts";
import type { Placed } from "./figures.ts";
import { promiseLimit } from "./promise.ts";

/** How much of one resource of one host is promised, and how much may be. */
export interface ResourceUse {
  readonly resource: string;
  readonly unit: string;
  readonly promised: number;
  readonly limit: number;
}

/** What is promised on one host. */
export interface HostUse {
  readonly host: HostId;
  readonly isOn: boolean;
  readonly workloadCount: number;
  readonly resources: readonly ResourceUse[];
}

/** Reservations against what each host may promise: overcommit times what the host does not keep for itself. */
export function useByHost(placed: Placed): readonly HostUse[] {
  const { index, hostOf } = placed;
  const promised = index.hosts.map(() => index.fleet.resources.map(() => 0));
  const counts = new Int32Array(index.hosts.length);
  index.workloads.forEach((workload, w) => {
    const h = hostOf[w] ?? -1;
    const sums = promised[h];
    if (sums === undefined) return;
    counts[h] = (counts[h] ?? 0) + 1;
    index.fleet.resources.forEach((kind, r) => {
      if (workload.desired !== "running" && !kind.whileStopped) return;
      sums[r] = (sums[r] ?? 0) + amountOf(workload.reservation, kind.name);
    });
  });
  return index.hosts.map((host, h) => ({
    host: host.id,
    isOn: placed.isOn(h),
    workloadCount: counts[h] ?? 0,
    resources: index.fleet.resources.map((kind, r) => ({
      resource: kind.name, unit: kind.unit, promised: promised[h]?.[r] ?? 0, limit: promiseLimit(host, kind.name),
    })),
  }));
}
