import type { Fleet, Host, Workload } from "../model/fleet.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { Core } from "./core.ts";
import type { HostState } from "./world.ts";

/** The fleet as a planner would find it now: what failed is new and says from where, what nobody called for is not there. */
export function fleetNow(core: Core, lostFrom: Int32Array): Fleet {
  const { index, world } = core;
  const workloads = workloadsNow(core, lostFrom).filter(({ host }, w) => host !== null || world.isWanted(w) || world.stateOf(w) === "failed");
  return { ...index.fleet, hosts: hostsNow(core), workloads };
}

/** The same with everybody, in the same order as always, for those who know workloads by number. */
export function indexNow(core: Core, lostFrom: Int32Array): FleetIndex {
  const [hosts, workloads] = [hostsNow(core), workloadsNow(core, lostFrom)];
  return { ...core.index, fleet: { ...core.index.fleet, hosts, workloads }, hosts, workloads };
}

function hostsNow({ index, world }: Core): readonly Host[] {
  return index.hosts.map((host, h): Host => {
    const state = asPlanned(world.hostState(h));
    // One in maintenance that was switched off is not to be switched on again for anybody.
    return host.state === "maintenance" && state === "off" ? { ...host, state, powerManaged: false } : { ...host, state };
  });
}

function workloadsNow({ index, world }: Core, lostFrom: Int32Array): readonly Workload[] {
  return index.workloads.map((workload, w): Workload => {
    const { host, arriving } = world.where(w);
    const there = index.hosts[host < 0 ? arriving : host];
    const { lostFrom: _before, ...rest } = workload;
    if (there !== undefined) return { ...rest, host: there.id, state: world.stateOf(w) === "stopped" ? "stopped" : "running" };
    const lost = index.hosts[lostFrom[w] ?? -1];
    return { ...rest, host: null, state: "new", ...(lost === undefined ? {} : { lostFrom: lost.id }) };
  });
}

function asPlanned(state: HostState): Host["state"] {
  switch (state) {
    case "booting": return "on";
    case "stopping": return "off";
    case "off": case "on": case "maintenance": case "failed": return state;
  }
}
