import { type ApplicationId, type HostId, type ServiceId, type SiteId, type WorkloadId } from "../model/ids.ts";
import type { Application, Host, HostPrices, Service, Site, SiteLink, Workload } from "../model/fleet.ts";
import type { PolicyDocument } from "../model/policy.ts";
import { addResources, amountOf, type ResourceKind, type Resources } from "../model/resource.ts";
import type {
  ApplicationDocument, HostDocument, HostTypeDocument, LinkDocument, ResourceDocument, ServiceDocument, SiteDocument, WorkloadDocument,
} from "./fields/fleet.ts";
import type { PolicyEntryDocument } from "./fields/policy.ts";

/** What a document may leave out, filled in: one function for each noun. Ids gain their brands here. */

export const noPrices: HostPrices = {
  onMicrosPerHour: 0, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0,
};

export function resourceOf(document: ResourceDocument): ResourceKind {
  return {
    name: document.name,
    unit: document.unit ?? "units",
    whileMoving: document.whileMoving ?? "both",
    whileStopped: document.whileStopped ?? false,
  };
}

export function siteOf(document: SiteDocument): Site {
  return {
    id: document.id as SiteId,
    kind: document.kind ?? "internal",
    region: document.region ?? "",
    electricityMicrosPerKWh: document.electricityMicrosPerKWh ?? 0,
    carbonGramsPerKWh: document.carbonGramsPerKWh ?? 0,
    labels: document.labels ?? {},
  };
}

/** Domains without those that are implied: a copy of the host would say them of another host and another site. */
function domainsOf({ host: _host, site: _site, ...own }: Readonly<Record<string, string>>): Host["domains"] {
  return own;
}

/** The host's own fields go before those of its type; maps are joined key by key. */
export function hostOf(document: HostDocument, type: HostTypeDocument = {}): Host {
  const idlePowerWatts = document.idlePowerWatts ?? type.idlePowerWatts ?? 0;
  return {
    id: document.id as HostId,
    site: document.site as SiteId,
    domains: domainsOf({ ...type.domains, ...document.domains }),
    capacity: { ...type.capacity, ...document.capacity },
    overcommitPermille: { ...type.overcommitPermille, ...document.overcommitPermille },
    reserve: { ...type.reserve, ...document.reserve },
    ...(type.safeUse === undefined && document.safeUse === undefined ? {} : { safeUse: { ...type.safeUse, ...document.safeUse } }),
    layers: { ...type.layers, ...document.layers },
    features: document.features ?? type.features ?? [],
    cpuVendor: document.cpuVendor ?? type.cpuVendor ?? "",
    cpuLevel: document.cpuLevel ?? type.cpuLevel ?? 0,
    securityLevel: document.securityLevel ?? type.securityLevel ?? 0,
    state: document.state ?? type.state ?? "on",
    powerManaged: document.powerManaged ?? type.powerManaged ?? false,
    idlePowerWatts,
    peakPowerWatts: document.peakPowerWatts ?? type.peakPowerWatts ?? idlePowerWatts,
    prices: { ...noPrices, ...type.prices, ...document.prices },
    migrationMbps: document.migrationMbps ?? type.migrationMbps ?? 10_000,
    bootMs: document.bootMs ?? type.bootMs ?? 120_000,
    shutdownMs: document.shutdownMs ?? type.shutdownMs ?? 60_000,
    labels: { ...type.labels, ...document.labels },
  };
}

export function applicationOf(document: ApplicationDocument): Application {
  return { id: document.id as ApplicationId, title: document.title ?? document.id, needs: document.needs ?? {} };
}

export function workloadOf(document: WorkloadDocument, applications: ReadonlyMap<ApplicationId, Application>): Workload {
  const inside = (document.applications ?? []) as readonly ApplicationId[];
  const needs = (): Resources => inside.reduce<Resources>((sum, id) => addResources(sum, applications.get(id)?.needs ?? {}), {});
  const reservation = document.reservation ?? needs();
  const host = (document.host ?? null) as HostId | null;
  const state = document.state ?? (host === null ? "new" : "running");
  const liveMove = document.liveMove ?? document.layer === "libvirt";
  return {
    id: document.id as WorkloadId,
    layer: document.layer,
    layerVersion: document.layerVersion ?? "",
    requiredFeatures: document.requiredFeatures ?? [],
    applications: inside,
    reservation,
    expectedUse: document.expectedUse ?? reservation,
    dataMiB: document.dataMiB ?? amountOf(reservation, "storageMiB"),
    memoryChangeMiBPerSecond: document.memoryChangeMiBPerSecond ?? 0,
    securityLevel: document.securityLevel ?? 0,
    offsiteBanned: document.offsiteBanned ?? false,
    replicaGroup: document.replicaGroup ?? null,
    priority: document.priority ?? 100,
    host,
    state,
    ...(document.lostFrom === undefined ? {} : { lostFrom: document.lostFrom as HostId }),
    desired: document.desired ?? (state === "stopped" ? "stopped" : "running"),
    liveMove,
    mayStop: document.mayStop ?? !liveMove,
    startMs: document.startMs ?? 10_000,
    stopMs: document.stopMs ?? 5000,
    copyOf: (document.copyOf ?? null) as WorkloadId | null,
    labels: document.labels ?? {},
  };
}

export function serviceOf(document: ServiceDocument): Service {
  return {
    id: document.id as ServiceId,
    title: document.title ?? document.id,
    applications: document.applications as readonly ApplicationId[],
    startOrder: (document.startOrder ?? []).map(({ application, needs }) => ({ application: application as ApplicationId, needs: needs as ApplicationId })),
    redundancy: (document.redundancy ?? []).map(({ application, minInstances, minHosts }) => ({
      application: application as ApplicationId, minInstances: minInstances ?? 1, minHosts: minHosts ?? 1,
    })),
    virtualAddress: document.virtualAddress ?? null,
    scale: (document.scale ?? []).map(({ application, resource, abovePermille, maxInstances }) => ({
      application: application as ApplicationId, resource, abovePermille, maxInstances,
    })),
    labels: document.labels ?? {},
  };
}

export function linkOf(document: LinkDocument): SiteLink {
  return {
    a: document.a as SiteId, b: document.b as SiteId, mbps: document.mbps,
    transferMicrosPerGiB: document.transferMicrosPerGiB ?? 0,
  };
}

export function policyOf(document: PolicyEntryDocument): PolicyDocument {
  const { require: required } = document;
  const [entry, parameters] = typeof required === "string" ? [required, {}] : (Object.entries(required)[0] ?? ["", {}]);
  return {
    id: document.id as PolicyDocument["id"],
    title: document.title ?? document.id,
    why: document.why ?? "",
    enabled: document.enabled ?? true,
    select: document.select ?? {},
    require: { entry, parameters },
    strength: document.strength ?? "must",
    weight: document.weight ?? 1,
    holds: document.holds ?? null,
    mayBeEmpty: document.mayBeEmpty ?? false,
    exceptions: (document.exceptions ?? []).map((exception) => ({
      workloads: exception.workloads ?? [], hosts: exception.hosts ?? [], reason: exception.reason,
      expires: exception.expires, approvedBy: exception.approvedBy ?? "",
    })),
    tests: document.tests ?? [],
  };
}
