import { isUsable } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import { defaultProportion } from "../../model/scenario.ts";
import { lasting } from "../lasting.ts";
import type { ObjectiveContext, ObjectiveTerm } from "../objective.ts";

/**
 * Room that nobody can use: where a host has less than `target` units of `room` free for each free unit of `per`, what is
 * missing. max(0, target x free(per) - free(room)), written as what workloads take of one less what they take of the other.
 */
export function proportion({ index, settings }: ObjectiveContext): readonly ObjectiveTerm[] {
  return (settings.proportion ?? defaultProportion).flatMap(({ room, per, target, weight = 1 }) => {
    const kindOf = (resource: string) => index.fleet.resources.find(({ name }) => name === resource);
    const [scarce, other] = [kindOf(room), kindOf(per)];
    return scarce === undefined || other === undefined ? [] : [{
      weight,
      objective: {
        kind: "over", name: "proportion", unit: scarce.unit,
        sizes: Float64Array.from(index.workloads, (workload) => lasting(workload, scarce) - target * lasting(workload, other)),
        limits: Float64Array.from(index.hosts, (host) =>
          (isUsable(host) ? amountOf(host.capacity, room) - target * amountOf(host.capacity, per) : Infinity)),
      },
    }];
  });
}
