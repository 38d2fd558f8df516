import { carbonMilligramsPerHour, draw, emission, idleMilliwatts } from "../cost.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";
import { tariffOf } from "../tariff.ts";

/** Carbon dioxide of the power drawn, by what each site's electricity emits. */
export function carbon({ index, hostAt }: ObjectiveContext): Objective {
  const tariff = tariffOf(index);
  return {
    kind: "linear",
    name: "carbon",
    unit: "mg/h",
    at(w, h) {
      const [consumption, rates] = [tariff.workloads[w], tariff.hosts[h]];
      return consumption === undefined || rates === undefined ? 0 : emission(draw(consumption, rates), rates.carbonGramsPerKWh);
    },
    on(h) {
      const host = hostAt(h);
      return host === null ? 0 : carbonMilligramsPerHour(index, host, idleMilliwatts(host));
    },
  };
}
