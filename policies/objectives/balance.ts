import { isUsable, type Workload } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";

const balancedResources = ["cpuMillicores", "memoryMiB"] as const;
const ppmOfAll = 1_000_000;

/** Evenness: how far the hosts in use are from the fleet's average promise of processors and memory. */
export function balance({ index, hostAt }: ObjectiveContext): Objective {
  const hosts = index.hosts.flatMap((host, h) => (isUsable(host) ? [h] : []));
  return {
    kind: "balance",
    name: "balance",
    unit: "ppm",
    hosts,
    dimensions: balancedResources.map((resource) => {
      const reserved = (workload: Workload): number => (workload.desired === "running" ? amountOf(workload.reservation, resource) : 0);
      const capacity = hosts.reduce((sum, h) => sum + amountOf(hostAt(h)?.capacity ?? {}, resource), 0);
      const demand = index.workloads.reduce((sum, workload) => sum + reserved(workload), 0);
      return {
        resource,
        targetPpm: capacity === 0 ? 0 : shareOf(demand, capacity),
        ppm(w, h) {
          const [workload, host] = [index.workloads[w], hostAt(h)];
          if (workload === undefined || host === null) return 0;
          const room = amountOf(host.capacity, resource);
          return room === 0 ? 0 : shareOf(reserved(workload), room);
        },
      };
    }),
  };
}

/** Millionths, a whole number; amounts may be too large to be multiplied exactly. */
function shareOf(part: number, whole: number): number {
  return Math.round((part / whole) * ppmOfAll);
}
