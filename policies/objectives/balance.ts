import { isUsable, type Workload } from "../../model/fleet.ts";
import { amountOf } from "../../model/resource.ts";
import { defaultBalance } from "../../model/scenario.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";

const ppmOfAll = 1_000_000;

/** Evenness: how far the hosts are from the fleet's average use of what the settings name, else of processors and memory. */
export function balance({ index, hostAt, settings }: ObjectiveContext): Objective {
  const hosts = index.hosts.flatMap((host, h) => (isUsable(host) ? [h] : []));
  const { of, dimensions } = settings.balance ?? defaultBalance;
  const used = (workload: Workload, resource: string): number => (workload.desired === "running" ? amountOf(workload[of], resource) : 0);
  const targetOf = (resource: string): number => {
    const capacity = hosts.reduce((sum, h) => sum + amountOf(hostAt(h)?.capacity ?? {}, resource), 0);
    const demand = index.workloads.reduce((sum, workload) => sum + used(workload, resource), 0);
    return capacity === 0 ? 0 : shareOf(demand, capacity);
  };
  return {
    kind: "balance",
    name: "balance",
    unit: "ppm",
    hosts,
    dimensions: dimensions.map((mixture) => {
      const parts = Object.entries(mixture).map(([resource, weight]) => ({
        resource, weight,
        used: Float64Array.from(index.workloads, (workload) => used(workload, resource)),
        room: Float64Array.from(index.hosts, (_, h) => amountOf(hostAt(h)?.capacity ?? {}, resource)),
      }));
      return {
        resource: parts.map(({ resource }) => resource).join(" + "),
        targetPpm: parts.reduce((sum, { resource, weight }) => sum + weight * targetOf(resource), 0),
        ppm(w, h) {
          let ppm = 0;
          for (const { weight, used: usedBy, room } of parts) {
            const whole = room[h] ?? 0;
            if (whole > 0) ppm += weight * shareOf(usedBy[w] ?? 0, whole);
          }
          return ppm;
        },
      };
    }),
  };
}

/** Millionths, a whole number; amounts may be too large to be multiplied exactly. */
function shareOf(part: number, whole: number): number {
  return Math.round((part / whole) * ppmOfAll);
}
