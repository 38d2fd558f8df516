import { carbonMilligramsPerHour, dynamicMilliwatts, idleMilliwatts } from "../cost.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";

/** Carbon dioxide of the power drawn, by what each site's electricity emits. */
export function carbon({ index, hostAt }: ObjectiveContext): Objective {
  return {
    kind: "linear",
    name: "carbon",
    unit: "mg/h",
    at(w, h) {
      const [workload, host] = [index.workloads[w], hostAt(h)];
      return workload === undefined || host === null ? 0 : carbonMilligramsPerHour(index, host, dynamicMilliwatts(workload, host));
    },
    on(h) {
      const host = hostAt(h);
      return host === null ? 0 : carbonMilligramsPerHour(index, host, idleMilliwatts(host));
    },
  };
}
