import type { FleetIndex } from "../model/snapshot.ts";
import { consumptionOf, ratesOf, type Consumption, type Rates } from "./cost.ts";

/** What every workload of a fleet takes and every host asks, by dense index. */
export interface Tariff {
  readonly workloads: readonly Consumption[];
  readonly hosts: readonly Rates[];
}

const tariffs = new WeakMap<FleetIndex, Tariff>();

/** Read once for a fleet: an engine asks for millions of pairs. */
export function tariffOf(index: FleetIndex): Tariff {
  const tariff = tariffs.get(index) ?? { workloads: index.workloads.map(consumptionOf), hosts: index.hosts.map((host) => ratesOf(index, host)) };
  tariffs.set(index, tariff);
  return tariff;
}
