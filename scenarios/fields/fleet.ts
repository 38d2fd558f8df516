import { Type } from "typebox";
import { amounts, closed, durationMs, id, ids, labels, line, oneOf, permille, whole, type Written } from "./common.ts";

const optional = Type.Optional;

/** A resource of the fleet's own, beside the standard four. */
export const resourceSchema = closed({
  name: id("Name, with its unit where it has one: gpuCount, licenceCount."),
  unit: optional(line("Unit for tables and messages; \"units\" when absent.")),
  whileMoving: optional(oneOf(["both", "running"], "While a workload moves it holds the resource on both hosts (the default), or only where it runs.")),
  whileStopped: optional(Type.Boolean({ description: "Does a stopped workload still hold it where its data lies? Default false." })),
}, "A resource of the fleet's own.");

export const siteSchema = closed({
  id: id("Site id."),
  kind: optional(oneOf(["internal", "external"], "external: it belongs to somebody else, an offsite ban keeps workloads away. Default internal.")),
  region: optional(line("Region, free words.")),
  electricityMicrosPerKWh: optional(whole("Price of electricity: millionths of the currency for a kilowatt-hour. Default 0.", 0, 1_000_000_000)),
  carbonGramsPerKWh: optional(whole("Carbon intensity: grams of carbon dioxide for a kilowatt-hour. Default 0.", 0, 100_000)),
  labels: optional(labels("Labels of the site.")),
}, "A place.");

export const pricesSchema = closed({
  onMicrosPerHour: optional(whole("For each hour switched on, whatever runs there: millionths of the currency. Default 0.")),
  cpuMicrosPerCoreHour: optional(whole("For a reserved core and hour: millionths of the currency. Default 0.")),
  memoryMicrosPerGiBHour: optional(whole("For a reserved gibibyte of memory and hour: millionths of the currency. Default 0.")),
  storageMicrosPerTiBHour: optional(whole("For a reserved tebibyte of storage and hour: millionths of the currency. Default 0.")),
  transferMicrosPerGiB: optional(whole("For a gibibyte that leaves or enters the host in a move: millionths of the currency. Default 0.")),
  networkMicrosPerGiB: optional(whole("For a gibibyte that workloads on the host send or receive: millionths of the currency. Default 0.")),
}, "What a host costs.");

const hostFields = {
  domains: optional(labels("Failure domains by key, e.g. { rack: r1, zone: z2, power: feed-a }. Keys host and site are implied.")),
  capacity: optional(amounts("What is physically there.")),
  overcommitPermille: optional(amounts("What may be promised for each thousand physically there; 1000 when absent.", 1_000_000)),
  reserve: optional(amounts("Kept for the host itself.")),
  safeUse: optional(amounts("Use beyond which the objective headroom counts; a share of the capacity, by the settings, for resources that are not named.")),
  layers: optional(labels("Layers that it offers with their versions, e.g. { libvirt: \"9.0.0\", podman: \"4.9\" }; an open list.")),
  features: optional(ids("What else it has: ups, raid, ... free words.")),
  cpuVendor: optional(line("Processor family; a live move needs the same on both hosts.")),
  cpuLevel: optional(whole("Processor feature level; a live move never goes to a lower one. Default 0.", 0, 1_000_000)),
  securityLevel: optional(whole("What workloads it is trusted with: those of this level or below. Default 0.", 0, 1_000_000)),
  state: optional(oneOf(["on", "off", "maintenance", "failed"], "State now. Default on.")),
  powerManaged: optional(Type.Boolean({ description: "May the planner switch it off when empty and on when needed? Default false." })),
  idlePowerWatts: optional(whole("Power drawn when nothing runs: watts. Default 0.", 0, 10_000_000)),
  peakPowerWatts: optional(whole("Power drawn at full load: watts; not below the idle power. Default the idle power.", 0, 10_000_000)),
  prices: optional(pricesSchema),
  migrationMbps: optional(whole("Bandwidth for moves, one direction: megabits a second. Default 10000.", 1, 1_000_000_000)),
  bootMs: optional(durationMs("Time to switch it on. Default 120000.")),
  shutdownMs: optional(durationMs("Time to switch it off. Default 60000.")),
  labels: optional(labels("Labels of the host.")),
};

export const hostTypeSchema = closed(hostFields, "What hosts of one type have in common; a host may override each field, maps key by key.");

export const hostSchema = closed({
  id: id("Host id."),
  site: id("The site that it stands in."),
  type: optional(id("One of hostTypes, whose fields this host takes over.")),
  ...hostFields,
}, "A physical machine.");

export const applicationSchema = closed({
  id: id("Application id."),
  title: optional(line("Name for people; the id when absent.")),
  needs: optional(amounts("What one instance needs.")),
}, "What runs in a workload.");

export const workloadSchema = closed({
  id: id("Workload id."),
  layer: id("What executes it: libvirt, podman, tomcat, process, ... an open list."),
  layerVersion: optional(Type.String({ maxLength: 253, description: "Least version of the layer, compared number by number; empty (the default) when any will do." })),
  requiredFeatures: optional(ids("Features that its host must have.")),
  applications: optional(ids("Applications in it.")),
  reservation: optional(amounts("What is promised to it; the sum of its applications' needs when absent.")),
  expectedUse: optional(amounts("What it is expected to use; the reservation when absent.")),
  dataMiB: optional(whole("What must be carried when it moves without shared storage: MiB; its storage reservation when absent.")),
  memoryChangeMiBPerSecond: optional(whole("Memory that it dirties, which a live move must send again: MiB a second. Default 0.", 0, 1_000_000_000)),
  securityLevel: optional(whole("Least security level of its host. Default 0.", 0, 1_000_000)),
  offsiteBanned: optional(Type.Boolean({ description: "Must it stay on internal sites? Default false." })),
  replicaGroup: optional(Type.Union([id("Name shared by the replicas of one thing."), Type.Null()])),
  priority: optional(whole("Larger is placed first when not all fit: 0 to 1000. Default 100.", 0, 1000)),
  host: optional(Type.Union([id("Where it is now; null or absent when it is new."), Type.Null()])),
  state: optional(oneOf(["running", "stopped", "new"], "State now; running when a host is given, else new.")),
  lostFrom: optional(id("The host that failed with it, when that is why it is new: a budget counts what it cost there.")),
  desired: optional(oneOf(["running", "stopped", "removed"], "What is wanted; stopped when it is stopped now, else running.")),
  liveMove: optional(Type.Boolean({ description: "Can it move while running? Default true in layer libvirt, else false." })),
  mayStop: optional(Type.Boolean({ description: "May it be stopped for a while to carry out a plan? Default the opposite of liveMove." })),
  startMs: optional(durationMs("Time to start. Default 10000.")),
  stopMs: optional(durationMs("Time to stop. Default 5000.")),
  copyOf: optional(Type.Union([id("The workload that this one is a copy of, whose data it starts from."), Type.Null()])),
  labels: optional(labels("Labels of the workload.")),
}, "The unit that is placed: a virtual machine, a container or a deployed program.");

export const serviceSchema = closed({
  id: id("Service id."),
  title: optional(line("Name for people; the id when absent.")),
  applications: ids("Applications that serve together; an application may belong to several services."),
  startOrder: optional(Type.Array(closed({
    application: id("This application starts only after"),
    needs: id("this one runs."),
  }), { description: "Which application needs which." })),
  redundancy: optional(Type.Array(closed({
    application: id("Application."),
    minInstances: optional(whole("Least number of instances. Default 1.", 0, 1_000_000)),
    minHosts: optional(whole("Least number of distinct hosts. Default 1.", 0, 1_000_000)),
  }), { description: "Least number of instances and of distinct hosts." })),
  virtualAddress: optional(Type.Union([id("Network address that follows the service; null when it has none."), Type.Null()])),
  scale: optional(Type.Array(closed({
    application: id("Application."),
    resource: id("Resource that is watched."),
    abovePermille: permille("Use of the reservation above which another instance is called for.", 1),
    maxInstances: whole("Never more instances than this.", 1, 1_000_000),
  }), { description: "Limits that call for another instance." })),
  labels: optional(labels("Labels of the service.")),
}, "Applications that serve together.");

export const linkSchema = closed({
  a: id("A site."),
  b: id("Another site."),
  mbps: whole("Bandwidth between the two: megabits a second.", 1, 1_000_000_000),
  transferMicrosPerGiB: optional(whole("For a gibibyte carried: millionths of the currency. Default 0.")),
}, "The network between two sites.");

export type SiteDocument = Written<typeof siteSchema>;
export type HostTypeDocument = Written<typeof hostTypeSchema>;
export type HostDocument = Written<typeof hostSchema>;
export type ApplicationDocument = Written<typeof applicationSchema>;
export type WorkloadDocument = Written<typeof workloadSchema>;
export type ServiceDocument = Written<typeof serviceSchema>;
export type LinkDocument = Written<typeof linkSchema>;
export type ResourceDocument = Written<typeof resourceSchema>;

