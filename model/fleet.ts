import type { Licence } from "./finance.ts";
import type { ApplicationId, HostId, ServiceId, SiteId, WorkloadId } from "./ids.ts";
import type { ResourceKind, Resources } from "./resource.ts";

export type Labels = Readonly<Record<string, string>>;

/** A place. `external` sites belong to somebody else: an offsite ban keeps workloads away from them. */
export interface Site {
  readonly id: SiteId;
  readonly kind: "internal" | "external";
  readonly region: string;
  readonly electricityMicrosPerKWh: number;
  readonly carbonGramsPerKWh: number;
  readonly labels: Labels;
}

/** What a host costs. Micros are millionths of the fleet's currency. */
export interface HostPrices {
  /** For each hour switched on, whatever runs there (depreciation, UPS, RAID, support). */
  readonly onMicrosPerHour: number;
  readonly cpuMicrosPerCoreHour: number;
  readonly memoryMicrosPerGiBHour: number;
  readonly storageMicrosPerTiBHour: number;
  /** For data that leaves or enters the host in a move. */
  readonly transferMicrosPerGiB: number;
  /** For data that workloads send and receive; nothing when absent. */
  readonly networkMicrosPerGiB?: number;
}

export interface Host {
  readonly id: HostId;
  readonly site: SiteId;
  /** Failure domains by key, e.g. `{ rack: "r1", zone: "z2", power: "feed-a" }`. Keys `host` and `site` are implied. */
  readonly domains: Labels;
  readonly capacity: Resources;
  /** Of each resource, what may be promised per thousand physically there; 1000 when absent. */
  readonly overcommitPermille: Resources;
  /** Kept for the host itself. */
  readonly reserve: Resources;
  /** Use beyond which the objective headroom counts; a share of the capacity for resources that are not named. */
  readonly safeUse?: Resources;
  /** Layers that it offers with their versions, e.g. `{ libvirt: "9.0.0" }`. */
  readonly layers: Labels;
  readonly features: readonly string[];
  /** Processor family and feature level: a live move needs the same vendor and a level not below the source's. */
  readonly cpuVendor: string;
  readonly cpuLevel: number;
  readonly securityLevel: number;
  readonly state: "on" | "off" | "maintenance" | "failed";
  /** May the planner switch it off when empty and on when needed? */
  readonly powerManaged: boolean;
  readonly idlePowerWatts: number;
  readonly peakPowerWatts: number;
  readonly prices: HostPrices;
  /** Bandwidth for moves, one direction. */
  readonly migrationMbps: number;
  readonly bootMs: number;
  readonly shutdownMs: number;
  readonly labels: Labels;
}

/** The unit that is placed: a virtual machine, a container or a deployed program. */
export interface Workload {
  readonly id: WorkloadId;
  readonly layer: string;
  /** Least version of the layer, compared number by number; empty when any will do. */
  readonly layerVersion: string;
  readonly requiredFeatures: readonly string[];
  readonly applications: readonly ApplicationId[];
  readonly reservation: Resources;
  /** What it is expected to use; its reservation when not known. */
  readonly expectedUse: Resources;
  /** What must be carried when it moves without shared storage. */
  readonly dataMiB: number;
  /** Memory that it dirties, which a live move must send again. */
  readonly memoryChangeMiBPerSecond: number;
  readonly securityLevel: number;
  readonly offsiteBanned: boolean;
  readonly replicaGroup: string | null;
  /** Larger is placed first when not all fit; 0 to 1000. */
  readonly priority: number;
  /** Where it is now; null when it is new. */
  readonly host: HostId | null;
  readonly state: "running" | "stopped" | "new";
  /** The host that failed with it, when that is why it is new; what it cost there still counts as what it costs now. */
  readonly lostFrom?: HostId;
  /** What is wanted: `running`, or `stopped` (kept where its data is, or moved there), or `removed`. */
  readonly desired: "running" | "stopped" | "removed";
  /** Can it move while running? */
  readonly liveMove: boolean;
  /** May it be stopped for a while to carry out a plan? */
  readonly mayStop: boolean;
  readonly startMs: number;
  readonly stopMs: number;
  /** The workload that this one is a copy of, whose data it starts from. */
  readonly copyOf: WorkloadId | null;
  readonly labels: Labels;
}

export interface Application {
  readonly id: ApplicationId;
  readonly title: string;
  /** What one instance needs; the default reservation of a workload is the sum over its applications. */
  readonly needs: Resources;
}

/** Application `application` starts only after `needs` runs. */
export interface StartOrder {
  readonly application: ApplicationId;
  readonly needs: ApplicationId;
}

/** When instances pass the limit another one is called for. */
export interface ScaleLimit {
  readonly application: ApplicationId;
  readonly resource: string;
  readonly abovePermille: number;
  readonly maxInstances: number;
}

/** Least number of instances of an application, and of distinct hosts that they run on. */
export interface Redundancy {
  readonly application: ApplicationId;
  readonly minInstances: number;
  readonly minHosts: number;
}

export interface Service {
  readonly id: ServiceId;
  readonly title: string;
  /** An application may belong to several services. */
  readonly applications: readonly ApplicationId[];
  readonly startOrder: readonly StartOrder[];
  readonly redundancy: readonly Redundancy[];
  readonly virtualAddress: string | null;
  readonly scale: readonly ScaleLimit[];
  readonly labels: Labels;
}

/** The network between two sites; within a site only the hosts' own bandwidth limits a move. */
export interface SiteLink {
  readonly a: SiteId;
  readonly b: SiteId;
  readonly mbps: number;
  readonly transferMicrosPerGiB: number;
}

/** Everything that exists, with the current placement. Lists are sorted by id. */
export interface Fleet {
  readonly currency: string;
  readonly resources: readonly ResourceKind[];
  readonly sites: readonly Site[];
  readonly hosts: readonly Host[];
  readonly applications: readonly Application[];
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
  readonly links: readonly SiteLink[];
  /** Prices that depend on who is where, from the section finance; none when absent. */
  readonly licences?: readonly Licence[];
}

/** The failure domain of a host under a key; null when the host does not say. */
export function domainOf(host: Host, key: string): string | null {
  if (key === "host") return host.id;
  if (key === "site") return host.site;
  return Object.hasOwn(host.domains, key) ? (host.domains[key] ?? null) : null;
}

/** Can a host take workloads in the target placement? `off` can when it may be switched on. */
export function isUsable(host: Host): boolean {
  return host.state === "on" || (host.state === "off" && host.powerManaged);
}
