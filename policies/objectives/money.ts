import { licencePrices } from "../cost-licences.ts";
import { charge, hostOnMicrosPerHour, moveMicros } from "../cost.ts";
import type { LinearObjective, ObjectiveContext, ObjectiveTerm, PresenceObjective } from "../objective.ts";
import { tariffOf } from "../tariff.ts";

/**
 * The bill over the payback time: what hosts, workloads and licences cost in those hours, and once the price of each
 * move. A move lowers it only when it saves within that time what it costs.
 */
export function money(context: ObjectiveContext): readonly ObjectiveTerm[] {
  const licences = licencesOf(context);
  return [{ objective: bill(context), weight: 1 }, ...licences === null ? [] : [{ objective: licences, weight: 1 }]];
}

/** Licences that are paid for by host. Those that each workload pays wherever it is are in the bill. */
function licencesOf({ index, settings }: ObjectiveContext): PresenceObjective | null {
  const groups = licencePrices(index).flatMap(({ members, hostMicros }) => (hostMicros === null ? [] : [{ members, prices: hostMicros.map((micros) => settings.paybackHours * micros) }]));
  return groups.length === 0 ? null : { kind: "presence", name: "licences", unit: `micros over ${settings.paybackHours} h`, groups };
}

function bill({ index, current, settings, hostAt }: ObjectiveContext): LinearObjective {
  const tariff = tariffOf(index);
  const ownLicences = new Float64Array(index.workloads.length);
  for (const { members, eachMicros } of licencePrices(index)) for (const w of members) ownLicences[w] = (ownLicences[w] ?? 0) + eachMicros;
  return {
    kind: "linear",
    name: "money",
    unit: `micros over ${settings.paybackHours} h`,
    at(w, h) {
      const [consumption, rates] = [tariff.workloads[w], tariff.hosts[h]];
      if (consumption === undefined || rates === undefined) return 0;
      const hourly = settings.paybackHours * (charge(consumption, rates) + (ownLicences[w] ?? 0));
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
