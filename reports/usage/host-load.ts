import type { Host } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import type { UseStatistics } from "./statistics.ts";

/** When a host counts as used too much or too little, in thousandths of its capacity. */
export interface HostLimits {
  readonly overPermille: number;
  readonly underPermille: number;
}

export const defaultLimits: HostLimits = { overPermille: 800, underPermille: 250 };

/** How full a host is of one resource. */
export interface HostResource {
  readonly resource: string;
  readonly capacity: number;
  readonly statistics: UseStatistics;
  /** Thousandths of the capacity. */
  readonly meanPermille: number;
  readonly p95Permille: number;
  readonly peakPermille: number;
}

/** A host, and whether it is used too much (of any resource) or too little (of all). */
export interface HostLoad {
  readonly host: Host;
  readonly workloads: number;
  readonly verdict: "over" | "under" | "fair" | "empty";
  /** The resource that is fullest; null when none was measured. */
  readonly fullest: HostResource | null;
  readonly resources: readonly HostResource[];
  /** Measured on the host itself, or the sum of what its workloads use. */
  readonly isMeasured: boolean;
}

/** What is to be said about a host. Disks may be full without being busy: storage alone makes no host used too much or too little. */
export function hostLoad(host: Host, workloads: number, statistics: ReadonlyMap<string, UseStatistics>, isMeasured: boolean, limits: HostLimits): HostLoad {
  const resources = [...statistics].flatMap(([resource, own]): readonly HostResource[] => {
    const capacity = amountOf(host.capacity, resource);
    const permille = (amount: number): number => Math.round((1000 * amount) / capacity);
    return capacity === 0 ? [] : [{ resource, capacity, statistics: own, meanPermille: permille(own.mean), p95Permille: permille(own.p95), peakPermille: permille(own.peak) }];
  });
  const judged = resources.filter(({ resource }) => resource !== "storageMiB");
  const [fullest = null] = [...judged].sort((a, b) => b.p95Permille - a.p95Permille);
  const isEmpty = workloads === 0 && judged.every(({ statistics: { peak } }) => peak === 0);
  const verdict = isEmpty ? "empty"
    : judged.some(({ p95Permille }) => p95Permille > limits.overPermille) ? "over"
      : judged.length > 0 && judged.every(({ p95Permille }) => p95Permille < limits.underPermille) ? "under" : "fair";
  return { host, workloads, verdict, fullest, resources, isMeasured };
}
