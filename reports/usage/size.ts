import type { Workload } from "../../model/fleet.ts";
import { compareIds, type WorkloadId } from "../../model/ids.ts";
import { amountOf } from "../../model/resource.ts";
import type { UseStatistics } from "./statistics.ts";

/** How sizes are advised. */
export interface SizeSettings {
  /** Room above what was used. */
  readonly marginPermille: number;
  /** Which use of rates must fit; of memory it is always the peak, since what is short of it is ended, not slowed. */
  readonly ratesAt: "p95" | "p99" | "peak";
  /** With less measured nothing is advised. */
  readonly leastDays: number;
  /** Smaller changes are not worth it. */
  readonly leastChangePermille: number;
  /** Growth is foreseen for so many days. */
  readonly growthDays: number;
}

export const defaultSizes: SizeSettings = { marginPermille: 150, ratesAt: "p99", leastDays: 7, leastChangePermille: 100, growthDays: 30 };

/** What is advised for one resource of one workload. */
export interface SizeAdvice {
  readonly workload: WorkloadId;
  readonly resource: string;
  /** Smaller, larger, as it is, or not known from what was measured. */
  readonly advice: "shrink" | "grow" | "keep" | "unknown";
  readonly reserved: number;
  /** What must fit: a quantile or the peak, and how it was chosen. */
  readonly needed: number;
  readonly neededBy: "p95" | "p99" | "peak";
  readonly advised: number;
  /** The instance that asks for most, when all instances get the size that it needs; null for its own. */
  readonly sizedBy: WorkloadId | null;
}

/** Statistics of one workload, by resource. */
export interface WorkloadUse {
  readonly workload: Workload;
  readonly statistics: ReadonlyMap<string, UseStatistics>;
  /** Days from the first to the last slot that was measured. */
  readonly days: number;
}

/** Sizes are multiples of these. */
const stepOf: Readonly<Record<string, number>> = { cpuMillicores: 100, memoryMiB: 64 };

/** Advice for every workload that was measured and reserves something; disks do not shrink, so storage is left alone. Replicas keep one size. */
export function sizeAdvice(uses: readonly WorkloadUse[], settings: SizeSettings): readonly SizeAdvice[] {
  const needs = uses.flatMap((use) => [...use.statistics].flatMap(([resource, statistics]) => (resource === "storageMiB" ? [] : needOf(use, resource, statistics, settings))));
  const groups = new Map<string, { largest: Need; isKnown: boolean }>();
  for (const need of needs) {
    const group = groups.get(keyOf(need));
    if (group === undefined) groups.set(keyOf(need), { largest: need, isKnown: need.isKnown });
    else {
      group.isKnown ||= need.isKnown;
      if (need.size > group.largest.size) group.largest = need;
    }
  }
  return needs.map((need): SizeAdvice => {
    const { largest, isKnown } = groups.get(keyOf(need)) ?? { largest: need, isKnown: need.isKnown };
    const { workload: { id }, resource, reserved, neededBy } = need;
    const sizedBy = largest === need ? null : largest.workload.id;
    return { workload: id, resource, reserved, needed: largest.needed, neededBy, sizedBy, ...isKnown ? verdict(reserved, largest, settings) : { advice: "unknown", advised: reserved } };
  }).sort((a, b) => compareIds(a.workload, b.workload) || compareIds(a.resource, b.resource));
}

/** What is short comes first, then what frees most of what it reserves. */
export function mostUrgentFirst(a: SizeAdvice, b: SizeAdvice): number {
  return Number(b.advice === "grow") - Number(a.advice === "grow") || (a.advised - a.reserved) / a.reserved - (b.advised - b.reserved) / b.reserved;
}

/** What one workload needs of a resource, and the size that gives. */
interface Need {
  readonly workload: Workload;
  readonly resource: string;
  readonly reserved: number;
  readonly needed: number;
  readonly neededBy: SizeAdvice["neededBy"];
  readonly size: number;
  /** Was enough measured? What was never used at all was rather not measured. */
  readonly isKnown: boolean;
}

/** Instances of one replica group have one size. */
function keyOf({ workload: { id, replicaGroup }, resource }: Need): string {
  return JSON.stringify([replicaGroup === null ? id : null, replicaGroup, resource]);
}

function needOf({ workload, days }: WorkloadUse, resource: string, statistics: UseStatistics, { marginPermille, ratesAt, growthDays, leastDays }: SizeSettings): readonly Need[] {
  const reserved = amountOf(workload.reservation, resource);
  if (reserved === 0) return [];
  const neededBy = resource.endsWith("MiB") ? "peak" : ratesAt;
  const needed = statistics[neededBy] + Math.max(0, statistics.trendPerDay ?? 0) * growthDays;
  const step = stepOf[resource] ?? 1;
  const size = Math.max(step, Math.ceil((needed * (1000 + marginPermille)) / 1000 / step) * step);
  return [{ workload, resource, reserved, needed, neededBy, size, isKnown: days >= leastDays && statistics.peak > 0 }];
}

/** It grows when it needs more than it reserves, and shrinks when that is worth it. */
function verdict(reserved: number, { needed, size }: Need, { leastChangePermille }: SizeSettings): Pick<SizeAdvice, "advice" | "advised"> {
  if (needed > reserved) return { advice: "grow", advised: size };
  if (1000 * (reserved - size) >= leastChangePermille * reserved) return { advice: "shrink", advised: size };
  return { advice: "keep", advised: reserved };
}
