import type { Finance } from "../../model/finance.ts";
import type { Labels } from "../../model/fleet.ts";
import type { ApplicationId, ServiceId, WorkloadId } from "../../model/ids.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { largestShare } from "../cost-split.ts";
import { shareExactly } from "../share.ts";
import type { ChargeLine } from "./charge.ts";
import type { Charged } from "./charged.ts";
import { over, rational, times } from "./rational.ts";

/** What the applications inside a workload used of its processors, where that is measured; whole numbers of any unit. */
export type ApplicationUse = ReadonlyMap<WorkloadId, ReadonlyMap<ApplicationId, bigint>>;

/** An application of a workload in one of its services, and its weight among them. */
interface Owner {
  readonly application: ApplicationId | null;
  readonly service: ServiceId | null;
  readonly weight: bigint;
  readonly labels: Labels;
}

/** Weights are made of two shares, each in millionths. */
const million = 1_000_000n;

/**
 * Divides what workloads are charged among their applications, by what these used of it where that is measured, else by
 * what they need; and the part of an application among its services, by agreed parts, else by the method of the scenario.
 */
export function linesOf(index: FleetIndex, charged: readonly Charged[], finance: Finance, measured: ApplicationUse): readonly ChargeLine[] {
  const byApplication = index.workloads.map((workload) => applicationsOf(index, workload, measured));
  const services = servicesOf(index, finance, () => ownCosts(index, charged, byApplication));
  const owners = index.workloads.map((workload, w) => (byApplication[w] ?? []).flatMap(({ application, weight }) => {
    const among = application === null ? [{ service: null, weight: million }] : (services.get(application) ?? [{ service: null, weight: million }]);
    return among.map((part): Owner => ({
      application, service: part.service, weight: weight * part.weight,
      labels: { ...part.service === null ? {} : index.serviceById.get(part.service)?.labels, ...workload.labels },
    }));
  }).filter(({ weight }) => weight > 0n));
  return charged.flatMap((one) => divided(index, one, owners[one.workload] ?? []));
}

function divided(index: FleetIndex, { host: h, workload: w, micros, quantity, ...charge }: Charged, owners: readonly Owner[]): readonly ChargeLine[] {
  const [host, workload] = [index.hosts[h], index.workloads[w]];
  if (host === undefined) return [];
  const { category, item, detail, unit, listPrice, sharing } = charge;
  const line = (owner: Omit<Owner, "weight">, cost: bigint, part: ChargeLine["quantity"]): ChargeLine => ({
    host: host.id, site: host.site, workload: workload?.id ?? null, application: owner.application, service: owner.service, labels: owner.labels,
    category, item, detail, quantity: part, unit, unitPrice: over(rational(cost), part), listPrice, costMicros: cost, sharing,
  });
  const [only] = owners;
  if (only === undefined) return [line({ application: null, service: null, labels: workload?.labels ?? host.labels }, micros, quantity)];
  if (owners.length === 1) return [line(only, micros, quantity)];
  const whole = owners.reduce((sum, { weight }) => sum + weight, 0n);
  const parts = shareExactly(micros, owners.map(({ weight }) => weight));
  return owners.map((owner, i) => line(owner, parts[i] ?? 0n, times(quantity, rational(owner.weight, whole))));
}

type Application = { readonly application: ApplicationId | null; readonly weight: bigint };

function applicationsOf(index: FleetIndex, { id, applications, reservation }: FleetIndex["workloads"][number], measured: ApplicationUse): readonly Application[] {
  if (applications.length === 0) return [{ application: null, weight: million }];
  const used = measured.get(id);
  const byUse = applications.map((application) => used?.get(application) ?? 0n);
  const byNeed = (): readonly bigint[] => applications.map((application) => BigInt(largestShare(needsOf(index).get(application) ?? {}, reservation, index.resourceNames)));
  const weights = byUse.some((weight) => weight > 0n) ? byUse : byNeed();
  const whole = weights.every((weight) => weight === 0n) ? applications.map(() => 1n) : weights;
  return shareExactly(million, whole).map((weight, i) => ({ application: applications[i] ?? null, weight }));
}

const needsByFleet = new WeakMap<FleetIndex, ReadonlyMap<ApplicationId, FleetIndex["fleet"]["applications"][number]["needs"]>>();

function needsOf(index: FleetIndex): ReadonlyMap<ApplicationId, FleetIndex["fleet"]["applications"][number]["needs"]> {
  const known = needsByFleet.get(index) ?? new Map(index.fleet.applications.map(({ id, needs }) => [id, needs]));
  needsByFleet.set(index, known);
  return known;
}

type Parts = ReadonlyMap<ApplicationId, readonly { readonly service: ServiceId | null; readonly weight: bigint }[]>;

function servicesOf({ fleet }: FleetIndex, { services: method, agreedParts }: Finance, ownCost: () => ReadonlyMap<ServiceId, bigint>): Parts {
  const servicesBy = new Map<ApplicationId, ServiceId[]>();
  for (const { id, applications } of fleet.services) for (const application of new Set(applications)) servicesBy.set(application, [...servicesBy.get(application) ?? [], id]);
  const agreed = new Map(agreedParts.map(({ application, parts }) => [application, parts]));
  const own = method === "own-cost" ? ownCost() : null;
  return new Map([...servicesBy].map(([application, services]) => {
    const parts = agreed.get(application);
    const weighted = parts?.map(({ service, permille }) => ({ service, weight: BigInt(permille) })) ?? services.map((service) => ({ service, weight: own?.get(service) ?? 0n }));
    const shares = shareExactly(million, weighted.map(({ weight }) => weight));
    return [application, weighted.map(({ service }, i) => ({ service, weight: shares[i] ?? 0n }))] as const;
  }));
}

/** What each service costs by the applications that are its alone. */
function ownCosts({ fleet }: FleetIndex, charged: readonly Charged[], byApplication: readonly (readonly Application[])[]): ReadonlyMap<ServiceId, bigint> {
  const holders = new Map<ApplicationId, ServiceId | "several">();
  for (const { id, applications } of fleet.services) for (const application of new Set(applications)) holders.set(application, holders.has(application) ? "several" : id);
  const own = new Map<ServiceId, bigint>();
  for (const { workload, micros } of charged) {
    for (const { application, weight } of byApplication[workload] ?? []) {
      const service = application === null ? undefined : holders.get(application);
      if (service !== undefined && service !== "several") own.set(service, (own.get(service) ?? 0n) + micros * weight);
    }
  }
  return own;
}
