import { isUsable, type Host } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import { defaultHeadroom, defaultSafeUsePermille } from "../../model/scenario.ts";
import { lasting } from "../lasting.ts";
import type { ObjectiveContext, ObjectiveTerm } from "../objective.ts";

/** Use above what is safe: what is reserved on each host beyond its safe use of a resource, for each resource of the settings. */
export function headroom({ index, settings }: ObjectiveContext): readonly ObjectiveTerm[] {
  return (settings.headroom ?? defaultHeadroom).flatMap(({ resource, usePermille = defaultSafeUsePermille, weight = 1 }) => {
    const kind = index.fleet.resources.find(({ name }) => name === resource);
    return kind === undefined ? [] : [{
      weight,
      objective: {
        kind: "over", name: "headroom", unit: kind.unit,
        sizes: Float64Array.from(index.workloads, (workload) => lasting(workload, kind)),
        limits: Float64Array.from(index.hosts, (host) => (isUsable(host) ? safeUse(host, resource, usePermille) : Infinity)),
      },
    }];
  });
}

function safeUse(host: Host, resource: string, usePermille: number): number {
  if (host.safeUse !== undefined && Object.hasOwn(host.safeUse, resource)) return amountOf(host.safeUse, resource);
  return Math.floor((amountOf(host.capacity, resource) * usePermille) / 1000);
}
