import type { Workload } from "../model/fleet.ts";
import { amountOf, type ResourceKind } from "../model/resource.ts";

/** How much of a resource a workload holds where it is once the plan is done. */
export function lasting(workload: Workload, resource: ResourceKind): number {
  const holds = workload.desired === "running" || (workload.desired === "stopped" && resource.whileStopped);
  return holds ? amountOf(workload.reservation, resource.name) : 0;
}
