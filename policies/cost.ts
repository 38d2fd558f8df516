import type { Host, HostPrices, SiteLink, Workload } from "../model/fleet.ts";
import type { SiteId } from "../model/ids.ts";
import { amountOf } from "../model/resource.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/**
 * The cost model: what a host and a workload on it cost, draw and emit in an hour. Every charge is a whole number,
 * rounded half up for each (workload, host) pair by itself, so that sums are exact and do not depend on order. What
 * licences cost depends on who shares a host, and is in cost-licences.ts.
 */

/** Micro-units an hour for being switched on: the fixed price and the idle power at the site's electricity price. */
export function hostOnMicrosPerHour(index: FleetIndex, host: Host): number {
  const { hosts, power } = hostOnParts(index, host);
  return hosts + power;
}

/** The same by what is paid for. */
export function hostOnParts(index: FleetIndex, host: Host): { readonly hosts: number; readonly power: number } {
  return { hosts: host.prices.onMicrosPerHour, power: energyMicrosPerHour(index, host, host.idlePowerWatts * 1000) };
}

/** What a workload takes that has a price. */
export interface Consumption {
  readonly cpuMillicores: number;
  readonly memoryMiB: number;
  readonly storageMiB: number;
  /** Processor time that it is expected to use. */
  readonly usedMillicores: number;
  /** What it is expected to send and receive. */
  readonly usedMbps: number;
  readonly isRunning: boolean;
}

/** What a host and its site ask for it. */
export interface Rates {
  readonly prices: HostPrices;
  readonly cpuMillicores: number;
  /** From idle to full use. */
  readonly rangeMilliwatts: number;
  readonly electricityMicrosPerKWh: number;
  readonly carbonGramsPerKWh: number;
}

/** Read once for a workload whose price is asked on many hosts. */
export function consumptionOf(workload: Workload): Consumption {
  return {
    cpuMillicores: amountOf(workload.reservation, "cpuMillicores"), memoryMiB: amountOf(workload.reservation, "memoryMiB"),
    storageMiB: amountOf(workload.reservation, "storageMiB"), usedMillicores: amountOf(workload.expectedUse, "cpuMillicores"),
    usedMbps: amountOf(workload.expectedUse, "networkMbps"),
    isRunning: workload.desired === "running",
  };
}

/** The same of a host. */
export function ratesOf(index: FleetIndex, host: Host): Rates {
  const site = index.siteById.get(host.site);
  return {
    prices: host.prices, cpuMillicores: amountOf(host.capacity, "cpuMillicores"), rangeMilliwatts: (host.peakPowerWatts - host.idlePowerWatts) * 1000,
    electricityMicrosPerKWh: site?.electricityMicrosPerKWh ?? 0, carbonGramsPerKWh: site?.carbonGramsPerKWh ?? 0,
  };
}

/** Micro-units an hour that a workload adds to the bill of the host it is on: consumption and its share of power. */
export function chargeMicrosPerHour(index: FleetIndex, workload: Workload, host: Host): number {
  return charge(consumptionOf(workload), ratesOf(index, host));
}

/** The same by what is paid for. */
export function chargeParts(index: FleetIndex, workload: Workload, host: Host): Readonly<Record<"compute" | "storage" | "power" | "traffic", number>> {
  const [consumption, rates] = [consumptionOf(workload), ratesOf(index, host)];
  return {
    compute: computeCharge(consumption, rates), storage: storageCharge(consumption, rates),
    power: powerCharge(consumption, rates), traffic: trafficCharge(consumption, rates),
  };
}

/** The whole charge for what has been read already. */
export function charge(consumption: Consumption, rates: Rates): number {
  return computeCharge(consumption, rates) + storageCharge(consumption, rates) + powerCharge(consumption, rates) + trafficCharge(consumption, rates);
}

/** Reserved processors and memory. */
function computeCharge({ cpuMillicores, memoryMiB, isRunning }: Consumption, { prices }: Rates): number {
  if (!isRunning) return 0;
  return Math.round((cpuMillicores * prices.cpuMicrosPerCoreHour) / 1000) + Math.round((memoryMiB * prices.memoryMicrosPerGiBHour) / 1024);
}

/** Reserved storage, also of what does not run. */
function storageCharge({ storageMiB }: Consumption, { prices }: Rates): number {
  return Math.round((storageMiB * prices.storageMicrosPerTiBHour) / 1_048_576);
}

/** Electricity above idle; from use and price at once, so that it is rounded once. */
function powerCharge({ usedMillicores, isRunning }: Consumption, { cpuMillicores, rangeMilliwatts, electricityMicrosPerKWh }: Rates): number {
  if (cpuMillicores === 0 || !isRunning) return 0;
  return Math.round((Math.min(cpuMillicores, usedMillicores) * rangeMilliwatts * electricityMicrosPerKWh) / (cpuMillicores * 1_000_000));
}

/** A megabit a second carries so many times 2^-23 GiB in an hour; both whole, so that nothing is lost before the rounding. */
const [trafficMultiple, trafficUnits] = [3_515_625, 2 ** 23];

/** Data that are expected to be sent and received. */
function trafficCharge({ usedMbps, isRunning }: Consumption, { prices: { networkMicrosPerGiB = 0 } }: Rates): number {
  return isRunning && networkMicrosPerGiB > 0 ? Math.round((usedMbps * networkMicrosPerGiB * trafficMultiple) / trafficUnits) : 0;
}

/** Milliwatts that a running workload adds, linear in the processor time that it is expected to use. */
export function draw({ usedMillicores, isRunning }: Consumption, { cpuMillicores, rangeMilliwatts }: Pick<Rates, "cpuMillicores" | "rangeMilliwatts">): number {
  if (cpuMillicores === 0 || !isRunning) return 0;
  return Math.round((Math.min(cpuMillicores, usedMillicores) * rangeMilliwatts) / cpuMillicores);
}

/** The same for a workload and a host as the fleet describes them. */
export function dynamicMilliwatts(workload: Workload, host: Host): number {
  return draw(consumptionOf(workload), { cpuMillicores: amountOf(host.capacity, "cpuMillicores"), rangeMilliwatts: (host.peakPowerWatts - host.idlePowerWatts) * 1000 });
}

export function idleMilliwatts(host: Host): number {
  return host.idlePowerWatts * 1000;
}

function energyMicrosPerHour(index: FleetIndex, host: Host, milliwatts: number): number {
  const price = index.siteById.get(host.site)?.electricityMicrosPerKWh ?? 0;
  return Math.round((milliwatts * price) / 1_000_000);
}

/** Milligrams of carbon dioxide an hour for a draw in milliwatts on a host. */
export function carbonMilligramsPerHour(index: FleetIndex, host: Host, milliwatts: number): number {
  return emission(milliwatts, index.siteById.get(host.site)?.carbonGramsPerKWh ?? 0);
}

/** The same where the site's grams a kilowatt-hour are known. */
export function emission(milliwatts: number, gramsPerKWh: number): number {
  return Math.round((milliwatts * gramsPerKWh) / 1000);
}

/** One-off price of carrying a workload from one host to another, or of bringing a new one: data, downtime, and the touch itself. */
export function moveMicros(
  index: FleetIndex, workload: Workload, from: Host | null, to: Host,
  settings: { readonly downtimeMicrosPerSecond: number; readonly moveMicros: number },
): number {
  if (from === null || from === to) return 0;
  const link = linkBetween(index, from.site, to.site);
  const perGiB = from.prices.transferMicrosPerGiB + to.prices.transferMicrosPerGiB + (link?.transferMicrosPerGiB ?? 0);
  const carriedMiB = workload.dataMiB + amountOf(workload.reservation, "memoryMiB");
  const downtimeMs = workload.liveMove ? 0 : workload.stopMs + workload.startMs;
  return settings.moveMicros + Math.round((carriedMiB * perGiB) / 1024) +
    Math.round((downtimeMs * settings.downtimeMicrosPerSecond) / 1000);
}

const linksOfFleets = new WeakMap<FleetIndex, Map<SiteId, Map<SiteId, SiteLink>>>();

/** The link between two sites, the first that the fleet names; undefined for none, and within a site. */
function linkBetween(index: FleetIndex, from: SiteId, to: SiteId): SiteLink | undefined {
  if (from === to) return undefined;
  let links = linksOfFleets.get(index);
  if (links === undefined) {
    links = new Map();
    linksOfFleets.set(index, links);
    for (const link of index.fleet.links.toReversed()) {
      for (const [a, b] of [[link.a, link.b], [link.b, link.a]] as const) links.set(a, (links.get(a) ?? new Map<SiteId, SiteLink>()).set(b, link));
    }
  }
  return links.get(from)?.get(to);
}

/** Mebibytes that a move carries: the objective `moving` counts them, and downtime in seconds beside them. */
export function movingCost(workload: Workload, from: Host | null, to: Host): number {
  if (from === null || from === to) return 0;
  const downtimeSeconds = workload.liveMove ? 0 : Math.ceil((workload.stopMs + workload.startMs) / 1000);
  return workload.dataMiB + amountOf(workload.reservation, "memoryMiB") + 1024 * downtimeSeconds + 1;
}
