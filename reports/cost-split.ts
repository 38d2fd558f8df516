import type { Host, Workload } from "../model/fleet.ts";
import type { ApplicationId, HostId, ServiceId, WorkloadId } from "../model/ids.ts";
import { compareIds } from "../model/ids.ts";
import { amountOf } from "../model/resource.ts";
import type { Resources } from "../model/resource.ts";
import { hostIsOnWhen } from "../model/snapshot.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import { chargeMicrosPerHour, hostOnMicrosPerHour, licenceCharges } from "../policies/index.ts";
import { promiseLimit } from "./promise.ts";
import { shareOut } from "./share.ts";

/** The bill of one host, and how it divides. `fixed + consumption = total`, and `total = workloads' totals + idle`. */
export interface HostCost {
  readonly host: HostId;
  readonly fixedMicrosPerHour: number;
  readonly consumptionMicrosPerHour: number;
  readonly idleMicrosPerHour: number;
  readonly totalMicrosPerHour: number;
}

/** What one workload costs where it is: what it consumes with its part of licences, and its share of the fixed price of its host. */
export interface WorkloadCost {
  readonly workload: WorkloadId;
  readonly host: HostId;
  readonly consumptionMicrosPerHour: number;
  readonly fixedShareMicrosPerHour: number;
  readonly totalMicrosPerHour: number;
}

/** A part of the bill under one name; null holds what belongs to nobody of that kind. */
export interface NamedCost<Id> {
  readonly id: Id | null;
  readonly totalMicrosPerHour: number;
}

/**
 * The hourly bill of a placement, split to the last micro-unit: the sum over hosts equals the sum over workloads plus
 * idle, over applications plus idle, and over services plus idle.
 */
export interface CostSplit {
  readonly totalMicrosPerHour: number;
  readonly idleMicrosPerHour: number;
  readonly hosts: readonly HostCost[];
  readonly workloads: readonly WorkloadCost[];
  readonly applications: readonly NamedCost<ApplicationId>[];
  readonly services: readonly NamedCost<ServiceId>[];
}

/** Weights are dominant shares in billionths; a full host has this many. */
const wholeHost = 1_000_000_000;

/** Splits the bill of a placement. `hostOf[w]` is the dense index of w's host, or -1; `isOn` says which hosts are billed. */
export function splitCost(
  index: FleetIndex, hostOf: ArrayLike<number>, isOn?: (host: number) => boolean,
): CostSplit {
  const present: number[][] = index.hosts.map(() => []);
  index.workloads.forEach((_, w) => present[hostOf[w] ?? -1]?.push(w));
  const billed = isOn ?? ((h: number) => hostIsOnWhen(index.hosts[h], (present[h]?.length ?? 0) > 0));

  const licensed = licencesOf(index, hostOf);
  const hosts: HostCost[] = [];
  const workloads: WorkloadCost[] = [];
  index.hosts.forEach((host, h) => {
    const members = (present[h] ?? []).map((w) => index.workloads[w]).filter((workload) => workload !== undefined);
    const bill = billHost(index, host, members, billed(h), licensed);
    hosts.push(bill.host);
    workloads.push(...bill.workloads);
  });

  const applications = splitOverApplications(index, workloads);
  return {
    totalMicrosPerHour: sumOf(hosts),
    idleMicrosPerHour: hosts.reduce((sum, host) => sum + host.idleMicrosPerHour, 0),
    hosts,
    workloads: workloads.sort((a, b) => compareIds(a.workload, b.workload)),
    applications,
    services: splitOverServices(index, applications),
  };
}

function billHost(
  index: FleetIndex, host: Host, members: readonly Workload[], isOn: boolean, licensed: ReadonlyMap<WorkloadId, number>,
): { host: HostCost; workloads: readonly WorkloadCost[] } {
  const fixed = isOn ? hostOnMicrosPerHour(index, host) : 0;
  const weights = members.map((workload) => dominantShare(index, workload, host));
  const promised = weights.reduce((sum, weight) => sum + weight, 0);
  // Idle is one more member, the last, so that a tie never costs a workload less than it should.
  const shares = shareOut(fixed, [...weights, Math.max(0, wholeHost - promised) + (promised === 0 ? 1 : 0)]);
  const workloads = members.map((workload, i): WorkloadCost => {
    const consumption = chargeMicrosPerHour(index, workload, host) + (licensed.get(workload.id) ?? 0);
    const share = shares[i] ?? 0;
    return {
      workload: workload.id, host: host.id, consumptionMicrosPerHour: consumption,
      fixedShareMicrosPerHour: share, totalMicrosPerHour: consumption + share,
    };
  });
  const consumption = workloads.reduce((sum, workload) => sum + workload.consumptionMicrosPerHour, 0);
  return {
    host: {
      host: host.id, fixedMicrosPerHour: fixed, consumptionMicrosPerHour: consumption,
      idleMicrosPerHour: shares[members.length] ?? 0, totalMicrosPerHour: fixed + consumption,
    },
    workloads,
  };
}

/** What each workload pays of licences: of one that its host pays, by what it holds of the host among those licensed there. */
function licencesOf(index: FleetIndex, hostOf: ArrayLike<number>): ReadonlyMap<WorkloadId, number> {
  const paid = new Map<WorkloadId, number>();
  for (const { host: h, members, micros } of licenceCharges(index, (w) => hostOf[w] ?? -1)) {
    const host = index.hosts[h];
    const present = members.flatMap((w) => index.workloads[w] ?? []);
    const held = present.map((workload) => (host === undefined ? 0 : dominantShare(index, workload, host)));
    const parts = shareOut(micros, held);
    present.forEach(({ id }, i) => { paid.set(id, (paid.get(id) ?? 0) + (parts[i] ?? 0)); });
  }
  return paid;
}

/** The largest share, over all resources, that a workload's reservation takes of what its host may promise. */
function dominantShare(index: FleetIndex, workload: Workload, host: Host): number {
  const held: Record<string, number> = {};
  for (const kind of index.fleet.resources) {
    if (workload.desired === "running" || kind.whileStopped) held[kind.name] = amountOf(workload.reservation, kind.name);
  }
  const promise: Record<string, number> = {};
  for (const name of index.resourceNames) promise[name] = promiseLimit(host, name);
  return largestShare(held, promise, index.resourceNames);
}

/** The largest part, in billionths, that some amounts are of others. */
export function largestShare(part: Resources, whole: Resources, names: readonly string[]): number {
  let largest = 0;
  for (const name of names) {
    const of = amountOf(whole, name);
    if (of > 0) largest = Math.max(largest, Number((BigInt(amountOf(part, name)) * BigInt(wholeHost)) / BigInt(of)));
  }
  return largest;
}

/** Each workload's cost over its applications, in proportion to what each needs of the workload's reservation. */
function splitOverApplications(index: FleetIndex, costs: readonly WorkloadCost[]): readonly NamedCost<ApplicationId>[] {
  const needs = new Map(index.fleet.applications.map((application) => [application.id, application.needs]));
  const totals = new Map<ApplicationId | null, number>();
  for (const cost of costs) {
    const workload = index.workloads[index.workloadIndex.get(cost.workload) ?? -1];
    const names = workload === undefined || workload.applications.length === 0 ? [null] : workload.applications;
    const weights = names.map((name) =>
      name === null ? 1 : largestShare(needs.get(name) ?? {}, workload?.reservation ?? {}, index.resourceNames));
    shareOut(cost.totalMicrosPerHour, weights).forEach((part, i) => addTo(totals, names[i] ?? null, part));
  }
  return sorted(totals);
}

/** Each application's cost evenly over the services that it belongs to. */
function splitOverServices(
  index: FleetIndex, applications: readonly NamedCost<ApplicationId>[],
): readonly NamedCost<ServiceId>[] {
  const servicesOf = new Map<ApplicationId, ServiceId[]>();
  for (const service of index.fleet.services) {
    for (const application of new Set(service.applications)) {
      servicesOf.set(application, [...(servicesOf.get(application) ?? []), service.id]);
    }
  }
  const totals = new Map<ServiceId | null, number>();
  for (const { id, totalMicrosPerHour } of applications) {
    const services = id === null ? [null] : (servicesOf.get(id) ?? [null]);
    shareOut(totalMicrosPerHour, services.map(() => 1)).forEach((part, i) => addTo(totals, services[i] ?? null, part));
  }
  return sorted(totals);
}

function addTo<Id>(totals: Map<Id | null, number>, id: Id | null, micros: number): void {
  totals.set(id, (totals.get(id) ?? 0) + micros);
}

/** By id; what belongs to nobody comes last. */
function sorted<Id extends string>(totals: ReadonlyMap<Id | null, number>): readonly NamedCost<Id>[] {
  return [...totals]
    .map(([id, totalMicrosPerHour]) => ({ id, totalMicrosPerHour }))
    .sort((a, b) => (a.id === null ? 1 : b.id === null ? -1 : compareIds(a.id, b.id)));
}

function sumOf(costs: readonly { readonly totalMicrosPerHour: number }[]): number {
  return costs.reduce((sum, cost) => sum + cost.totalMicrosPerHour, 0);
}
