import { charge, hostOnMicrosPerHour, moveMicros } from "../cost.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";
import { tariffOf } from "../tariff.ts";

/**
 * The bill over the payback time: what hosts and workloads cost in those hours, and once the price of each move. A move
 * lowers it only when it saves within that time what it costs.
 */
export function money({ index, current, settings, hostAt }: ObjectiveContext): Objective {
  const tariff = tariffOf(index);
  return {
    kind: "linear",
    name: "money",
    unit: `micros over ${settings.paybackHours} h`,
    at(w, h) {
      const [consumption, rates] = [tariff.workloads[w], tariff.hosts[h]];
      if (consumption === undefined || rates === undefined) return 0;
      const hourly = settings.paybackHours * charge(consumption, rates);
      const from = current[w] ?? -1;
      const [workload, source, host] = [index.workloads[w], hostAt(from), hostAt(h)];
      if (from === h || workload === undefined || source === null || host === null) return hourly;
      return hourly + moveMicros(index, workload, source, host, settings);
    },
    on(h) {
      const host = hostAt(h);
      return host === null ? 0 : settings.paybackHours * hostOnMicrosPerHour(index, host);
    },
  };
}
