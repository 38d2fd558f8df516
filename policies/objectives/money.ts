import { chargeMicrosPerHour, hostOnMicrosPerHour, moveMicros } from "../cost.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";

/**
 * The bill over the payback time: what hosts and workloads cost in those hours, and once the price of each move. A move
 * lowers it only when it saves within that time what it costs.
 */
export function money({ index, current, settings, hostAt }: ObjectiveContext): Objective {
  return {
    kind: "linear",
    name: "money",
    unit: `micros over ${settings.paybackHours} h`,
    at(w, h) {
      const [workload, host] = [index.workloads[w], hostAt(h)];
      if (workload === undefined || host === null) return 0;
      const hourly = settings.paybackHours * chargeMicrosPerHour(index, workload, host);
      const from = hostAt(current[w] ?? -1);
      return from === host ? hourly : hourly + moveMicros(index, workload, from, host, settings);
    },
    on(h) {
      const host = hostAt(h);
      return host === null ? 0 : settings.paybackHours * hostOnMicrosPerHour(index, host);
    },
  };
}
