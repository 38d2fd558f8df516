import { movingCost } from "../cost.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";

/** What moves carry, and how long what moves does not serve; nothing for a workload that stays or is new. */
export function moving({ index, current, hostAt }: ObjectiveContext): Objective {
  return {
    kind: "linear",
    name: "moving",
    unit: "MiB",
    at(w, h) {
      const [workload, to] = [index.workloads[w], hostAt(h)];
      return workload === undefined || to === null ? 0 : movingCost(workload, hostAt(current[w] ?? -1), to);
    },
    on: () => 0,
  };
}
