import { dynamicMilliwatts, idleMilliwatts } from "../cost.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";

/** Electric power of the hosts that are on, idle and by what runs there. */
export function power({ index, hostAt }: ObjectiveContext): Objective {
  return {
    kind: "linear",
    name: "power",
    unit: "mW",
    at(w, h) {
      const [workload, host] = [index.workloads[w], hostAt(h)];
      return workload === undefined || host === null ? 0 : dynamicMilliwatts(workload, host);
    },
    on(h) {
      const host = hostAt(h);
      return host === null ? 0 : idleMilliwatts(host);
    },
  };
}
