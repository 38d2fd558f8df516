import type { Fleet } from "./fleet.ts";
import type { Plan } from "./plan.ts";

/** The fleet once a plan has been carried out as estimated: hosts switched, workloads where the target has them. */
export function fleetAfter(fleet: Fleet, plan: Pick<Plan, "target" | "actions">): Fleet {
  const hostOf = new Map(plan.target.map(({ workload, host }) => [workload, host]));
  const booted = new Set(plan.actions.flatMap(({ action }) => (action.kind === "bootHost" ? [action.host] : [])));
  const shutDown = new Set(plan.actions.flatMap(({ action }) => (action.kind === "shutdownHost" ? [action.host] : [])));
  const removed = new Set(plan.actions.flatMap(({ action }) => (action.kind === "remove" ? [action.workload] : [])));
  return {
    ...fleet,
    hosts: fleet.hosts.map((host) => ({
      ...host, state: shutDown.has(host.id) ? "off" as const : booted.has(host.id) ? "on" as const : host.state,
    })),
    workloads: fleet.workloads.filter(({ id }) => !removed.has(id)).map((workload) => {
      const host = hostOf.get(workload.id);
      if (host === undefined || workload.desired === "removed") return workload;
      return { ...workload, host, state: workload.desired, copyOf: null };
    }),
  };
}
