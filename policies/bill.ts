import { currentInstant, type FleetIndex, type Instant } from "../model/snapshot.ts";
import { chargeMicrosPerHour, hostOnMicrosPerHour } from "./cost.ts";

/** Micro-units an hour that workload w adds on host h, by dense indices. */
export function chargeAt(index: FleetIndex, w: number, h: number): number {
  const [workload, host] = [index.workloads[w], index.hosts[h]];
  return workload === undefined || host === undefined ? 0 : chargeMicrosPerHour(index, workload, host);
}

/** Micro-units an hour for host h being on, by dense index. */
export function onAt(index: FleetIndex, h: number): number {
  const host = index.hosts[h];
  return host === undefined ? 0 : hostOnMicrosPerHour(index, host);
}

/**
 * The hourly bill before a plan: as now, with what failed hosts took down counted at what it cost there. Restoring it
 * is then no rise.
 */
export function billBefore(members: Iterable<number>, hosts: Uint8Array | null, index: FleetIndex): number {
  const now = currentInstant(index);
  const chosen = [...members];
  let bill = billAt(chosen, hosts, now);
  for (const w of chosen) bill += chargeAt(index, w, lostHost(index, w));
  if (hosts === null) return bill;
  const served = new Set(index.workloads.flatMap(({ desired }, w) => (desired === "running" ? [lostHost(index, w)] : [])));
  for (const h of served) if (hosts[h] === 1 && !now.isOn(h)) bill += onAt(index, h);
  return bill;
}

/** The host that a workload lost by a failure and has no other for; -1 for none. */
function lostHost(index: FleetIndex, w: number): number {
  const workload = index.workloads[w];
  if (workload?.lostFrom === undefined || workload.host !== null) return -1;
  return index.hostIndex.get(workload.lostFrom) ?? -1;
}

/** The hourly bill of some workloads, and of those of the marked hosts that are on. */
export function billAt(members: Iterable<number>, hosts: Uint8Array | null, instant: Instant): number {
  const { index } = instant;
  let bill = 0;
  for (const w of members) {
    const { host } = instant.where(w);
    if (host >= 0) bill += chargeAt(index, w, host);
  }
  if (hosts === null) return bill;
  for (let h = 0; h < index.hosts.length; h++) if (hosts[h] === 1 && instant.isOn(h)) bill += onAt(index, h);
  return bill;
}
