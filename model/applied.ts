import type { Fleet } from "./fleet.ts";
import type { HostId, WorkloadId } from "./ids.ts";

/**
 * The fleet once a target has been reached: workloads where it has them, hosts with work on, hosts left empty that may
 * be switched off, off. What is not wanted any more is gone, unless the target still names its host: then it stays as it
 * is. A host in maintenance stays in maintenance.
 */
export function fleetAfter(fleet: Fleet, target: ReadonlyMap<WorkloadId, HostId>): Fleet {
  const workloads = fleet.workloads.filter(({ id, desired }) => desired !== "removed" || target.has(id)).map((workload) => {
    const host = target.get(workload.id);
    if (host === undefined || workload.desired === "removed") return workload;
    if (workload.host === host && workload.state === workload.desired && workload.copyOf === null) return workload;
    const { lostFrom: _restored, ...kept } = workload;
    return { ...kept, host, state: workload.desired, copyOf: null };
  });
  const used = new Set(workloads.map(({ host }) => host));
  const hosts = fleet.hosts.map((host) => {
    if (!host.powerManaged) return host;
    if (host.state === "off" && used.has(host.id)) return { ...host, state: "on" as const };
    return host.state === "on" && !used.has(host.id) ? { ...host, state: "off" as const } : host;
  });
  return { ...fleet, hosts, workloads };
}
