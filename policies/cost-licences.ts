import { hoursPerMonth, type Licence } from "../model/finance.ts";
import { amountOf } from "../model/resource.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/** What a licence costs in an hour, rounded half up for each host, or for each workload, by itself. */
export interface LicencePrice {
  readonly name: string;
  /** Dense indices, ascending. */
  readonly members: Int32Array;
  /** Per host: what is paid while any member is there. Null: each member pays `eachMicros` wherever it is. */
  readonly hostMicros: Float64Array | null;
  readonly eachMicros: number;
}

/** What is paid for one licence on one host, and for whom. */
export interface LicenceCharge {
  readonly licence: LicencePrice;
  readonly host: number;
  readonly members: readonly number[];
  readonly micros: number;
}

const prices = new WeakMap<FleetIndex, readonly LicencePrice[]>();

/** The licences of a fleet; read once. */
export function licencePrices(index: FleetIndex): readonly LicencePrice[] {
  const found = prices.get(index) ?? (index.fleet.licences ?? []).map((licence) => priceOf(index, licence));
  prices.set(index, found);
  return found;
}

function priceOf(index: FleetIndex, { name, per, microsPerMonth, workloads }: Licence): LicencePrice {
  const members = Int32Array.from(new Set(workloads.flatMap((id) => index.workloadIndex.get(id) ?? []))).sort();
  const hourly = (millicores: number): number => Math.round((microsPerMonth * millicores) / (1000 * hoursPerMonth));
  const hostMicros = per === "workload" ? null : Float64Array.from(index.hosts, ({ capacity }) => hourly(per === "host" ? 1000 : amountOf(capacity, "cpuMillicores")));
  return { name, members, hostMicros, eachMicros: per === "workload" ? hourly(1000) : 0 };
}

/** What licences cost in an hour with everybody where `hostOf` says; -1 for nowhere. */
export function licenceCharges(index: FleetIndex, hostOf: (workload: number) => number): readonly LicenceCharge[] {
  return licencePrices(index).flatMap((licence): readonly LicenceCharge[] => {
    const { members, hostMicros, eachMicros } = licence;
    const there = new Map<number, number[]>();
    for (const w of members) if (hostOf(w) >= 0) there.set(hostOf(w), [...there.get(hostOf(w)) ?? [], w]);
    return [...there].sort(([a], [b]) => a - b).map(([host, present]) => ({ licence, host, members: present, micros: hostMicros === null ? eachMicros * present.length : (hostMicros[host] ?? 0) }));
  });
}

export function licencesMicrosPerHour(index: FleetIndex, hostOf: (workload: number) => number): number {
  return licenceCharges(index, hostOf).reduce((sum, { micros }) => sum + micros, 0);
}

/** What a workload adds to licences by being on a host with these others: nothing where one of them has it paid already. */
export function licencesOfJoining(index: FleetIndex, workload: number, host: number, others: readonly number[]): number {
  return licencePrices(index).reduce((sum, { members, hostMicros, eachMicros }) => {
    if (!members.includes(workload)) return sum;
    if (hostMicros === null) return sum + eachMicros;
    return sum + (others.some((other) => other !== workload && members.includes(other)) ? 0 : (hostMicros[host] ?? 0));
  }, 0);
}
