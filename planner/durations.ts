import { bitsPerMiB, usualLiveMove, wantedMbps } from "../model/carrying.ts";
import type { Host, Workload } from "../model/fleet.ts";
import { amountOf } from "../model/resource.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/**
 * How long actions are estimated to take, in whole milliseconds and never less than one: two actions that follow each
 * other then never share both ends, so that "ended before it started" is an order.
 */

/** Bandwidth between two hosts: the slower of both, and the link where they are on different sites. */
export function bandwidthMbps(index: FleetIndex, from: Host, to: Host): number {
  return Math.min(from.migrationMbps, to.migrationMbps, linkMbps(index, from, to));
}

/** Bandwidth of the link between the sites of two hosts; no limit within a site, nor where the fleet names no link. */
export function linkMbps(index: FleetIndex, from: Host, to: Host): number {
  if (from.site === to.site) return Infinity;
  const link = index.fleet.links.find(({ a, b }) => (a === from.site && b === to.site) || (a === to.site && b === from.site));
  return link?.mbps ?? Infinity;
}

/** Time to carry so many mebibytes. */
export function carryMs(amountMiB: number, mbps: number): number {
  return Math.max(1, Math.ceil((amountMiB * bitsPerMiB) / (Math.max(1, mbps) * 1000)));
}

/** Does pre-copy get ahead of the workload? It must send memory faster than the workload dirties it. */
export function converges(workload: Workload, mbps: number): boolean {
  return workload.memoryChangeMiBPerSecond * bitsPerMiB < mbps * 1_000_000;
}

/**
 * Time of a live move: the data, then the memory in rounds, each of which sends what was dirtied during the one
 * before, until the rest fits into the pause.
 */
export function migrateMs(workload: Workload, mbps: number): number {
  const { beforeMs, pauseMs } = roundsOf(workload, mbps);
  return Math.max(1, (workload.dataMiB === 0 ? 0 : carryMs(workload.dataMiB, mbps)) + beforeMs + pauseMs);
}

/** How long memory is sent while the workload runs, and how long it pauses for the rest. */
function roundsOf(workload: Workload, mbps: number): { readonly beforeMs: number; readonly pauseMs: number } {
  const memoryMiB = amountOf(workload.reservation, "memoryMiB");
  let beforeMs = 0;
  let roundMs = carryMs(memoryMiB, mbps);
  for (let round = 1; round < usualLiveMove.roundsMax && roundMs > usualLiveMove.pauseMs; round++) {
    beforeMs += roundMs;
    const dirtyMiB = Math.min(memoryMiB, Math.ceil((roundMs * workload.memoryChangeMiBPerSecond) / 1000));
    roundMs = carryMs(dirtyMiB, mbps);
  }
  return { beforeMs, pauseMs: roundMs };
}

/** Is the pause at the end short enough with all of the way, so that the hypervisor does not refuse? */
function endsSoon(workload: Workload, mbps: number): boolean {
  return mbps >= wantedMbps(workload.memoryChangeMiBPerSecond) || (converges(workload, mbps) && roundsOf(workload, mbps).pauseMs <= usualLiveMove.longestPauseMs);
}

/** Can a workload move from one host to the other while it runs? */
export function movesLive(index: FleetIndex, workload: Workload, from: Host, to: Host): boolean {
  return workload.liveMove && from.cpuVendor === to.cpuVendor && to.cpuLevel >= from.cpuLevel &&
    from.state !== "failed" && endsSoon(workload, bandwidthMbps(index, from, to));
}
