import type { FleetIndex, Instant } from "../model/snapshot.ts";
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
