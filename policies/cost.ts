import type { Host, Workload } from "../model/fleet.ts";
import { amountOf } from "../model/resource.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/**
 * The cost model: what a host and a workload on it cost, draw and emit in an hour. Every charge is a whole number,
 * rounded half up for each (workload, host) pair by itself, so that sums are exact and do not depend on order.
 */

/** Micro-units an hour for being switched on: the fixed price and the idle power at the site's electricity price. */
export function hostOnMicrosPerHour(index: FleetIndex, host: Host): number {
  return host.prices.onMicrosPerHour + energyMicrosPerHour(index, host, host.idlePowerWatts * 1000);
}

/** Micro-units an hour that a workload adds to the bill of the host it is on: consumption and its share of power. */
export function chargeMicrosPerHour(index: FleetIndex, workload: Workload, host: Host): number {
  const { prices } = host;
  const storage = Math.round((amountOf(workload.reservation, "storageMiB") * prices.storageMicrosPerTiBHour) / 1_048_576);
  if (workload.desired !== "running") return storage;
  return (
    Math.round((amountOf(workload.reservation, "cpuMillicores") * prices.cpuMicrosPerCoreHour) / 1000) +
    Math.round((amountOf(workload.reservation, "memoryMiB") * prices.memoryMicrosPerGiBHour) / 1024) +
    storage +
    energyMicrosPerHour(index, host, dynamicMilliwatts(workload, host))
  );
}

/** Milliwatts that a running workload adds, linear in the processor time that it is expected to use. */
export function dynamicMilliwatts(workload: Workload, host: Host): number {
  const capacity = amountOf(host.capacity, "cpuMillicores");
  if (capacity === 0 || workload.desired !== "running") return 0;
  const used = Math.min(capacity, amountOf(workload.expectedUse, "cpuMillicores"));
  return Math.round((used * (host.peakPowerWatts - host.idlePowerWatts) * 1000) / capacity);
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
  const grams = index.siteById.get(host.site)?.carbonGramsPerKWh ?? 0;
  return Math.round((milliwatts * grams) / 1000);
}

/** One-off price of carrying a workload from one host to another, or of bringing a new one: data, downtime, and the touch itself. */
export function moveMicros(
  index: FleetIndex, workload: Workload, from: Host | null, to: Host,
  settings: { readonly downtimeMicrosPerSecond: number; readonly moveMicros: number },
): number {
  if (from === null || from === to) return 0;
  const link = from.site === to.site ? undefined : index.fleet.links.find((candidate) =>
    (candidate.a === from.site && candidate.b === to.site) || (candidate.a === to.site && candidate.b === from.site));
  const perGiB = from.prices.transferMicrosPerGiB + to.prices.transferMicrosPerGiB + (link?.transferMicrosPerGiB ?? 0);
  const carriedMiB = workload.dataMiB + amountOf(workload.reservation, "memoryMiB");
  const downtimeMs = workload.liveMove ? 0 : workload.stopMs + workload.startMs;
  return settings.moveMicros + Math.round((carriedMiB * perGiB) / 1024) +
    Math.round((downtimeMs * settings.downtimeMicrosPerSecond) / 1000);
}

/** Mebibytes that a move carries: the objective `moving` counts them, and downtime in seconds beside them. */
export function movingCost(workload: Workload, from: Host | null, to: Host): number {
  if (from === null || from === to) return 0;
  const downtimeSeconds = workload.liveMove ? 0 : Math.ceil((workload.stopMs + workload.startMs) / 1000);
  return workload.dataMiB + amountOf(workload.reservation, "memoryMiB") + 1024 * downtimeSeconds + 1;
}
