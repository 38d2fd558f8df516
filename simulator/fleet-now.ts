import type { Fleet, Host, Workload } from "../model/fleet.ts";
import type { Core } from "./core.ts";
import type { HostState } from "./world.ts";

/** The fleet as a planner would find it now: what failed is new and says from where, what nobody called for is not there. */
export function fleetNow({ index, world }: Core, lostFrom: Int32Array): Fleet {
  const hosts = index.hosts.map((host, h): Host => {
    const state = asPlanned(world.hostState(h));
    // One in maintenance that was switched off is not to be switched on again for anybody.
    return host.state === "maintenance" && state === "off" ? { ...host, state, powerManaged: false } : { ...host, state };
  });
  const workloads = index.workloads.flatMap((workload, w): readonly Workload[] => {
    const state = world.stateOf(w);
    const { host, arriving } = world.where(w);
    const there = index.hosts[host < 0 ? arriving : host];
    const { lostFrom: _before, ...rest } = workload;
    if (there !== undefined) return [{ ...rest, host: there.id, state: state === "stopped" ? "stopped" : "running" }];
    if (!world.isWanted(w) && state !== "failed") return [];
    const lost = index.hosts[lostFrom[w] ?? -1];
    return [{ ...rest, host: null, state: "new", ...(lost === undefined ? {} : { lostFrom: lost.id }) }];
  });
  return { ...index.fleet, hosts, workloads };
}

function asPlanned(state: HostState): Host["state"] {
  switch (state) {
    case "booting": return "on";
    case "stopping": return "off";
    case "off": case "on": case "maintenance": case "failed": return state;
  }
}
