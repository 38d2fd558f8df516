import { draw, idleMilliwatts } from "../cost.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";
import { tariffOf } from "../tariff.ts";

/** Electric power of the hosts that are on, idle and by what runs there. */
export function power({ index, hostAt }: ObjectiveContext): Objective {
  const tariff = tariffOf(index);
  return {
    kind: "linear",
    name: "power",
    unit: "mW",
    at(w, h) {
      const [consumption, rates] = [tariff.workloads[w], tariff.hosts[h]];
      return consumption === undefined || rates === undefined ? 0 : draw(consumption, rates);
    },
    on(h) {
      const host = hostAt(h);
      return host === null ? 0 : idleMilliwatts(host);
    },
  };
}
