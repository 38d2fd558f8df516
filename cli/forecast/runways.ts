import type { Host } from "../../model/fleet.ts";
import type { LoadTrace } from "../../model/load.ts";
import type { ForecastSettings } from "../../model/simulation.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { endsWithin, mostConstrainedFirst, roomOf, RunwayModel, usableOf, useOfGroups, waysOfPool, type Grid, type Horizon, type Offer, type PeakOutlook, type Runway, type Way } from "../../simulator/index.ts";
import type { GrowthOf } from "./growth.ts";

/** When the hosts of a group run out of a resource, and what would help. */
export interface PoolRunway {
  readonly group: string;
  readonly resource: string;
  readonly hosts: number;
  readonly capacity: number;
  readonly failoverReserve: number;
  readonly buffer: number;
  readonly runway: Runway;
  /** Daily peaks so far, and to the horizon. */
  readonly outlook: PeakOutlook;
  /** Empty when it reaches beyond the horizon. */
  readonly ways: readonly Way[];
}

export interface RunwaySettings {
  readonly index: FleetIndex;
  readonly trace: LoadTrace;
  readonly grid: Grid;
  readonly settings: ForecastSettings;
  readonly offers: readonly Offer[];
  readonly growthOf: GrowthOf;
  readonly horizon: Horizon & { readonly days: number };
  readonly seed: number;
}

/** Groups of hosts, the whole fleet last: the hosts that run out together, and what may be bought for them. */
export function groupsOf({ fleet }: FleetIndex, { groups, purchases }: ForecastSettings): ForecastSettings["groups"] {
  const whole = { name: "whole fleet", hosts: fleet.hosts.map(({ id }) => id), purchases: purchases.map(({ name }) => name) };
  const isThere = groups.some(({ hosts }) => hosts.length === whole.hosts.length);
  return isThere ? groups : [...groups, whole];
}

/** The runway of each group for each resource that all its hosts limit, most constrained first. */
export async function poolRunways(about: RunwaySettings, resources: readonly string[], group: ForecastSettings["groups"][number]): Promise<readonly PoolRunway[]> {
  const { index, trace, grid, settings, horizon } = about;
  const inside = new Set<string>(group.hosts);
  const hosts = index.hosts.filter(({ id }) => inside.has(id));
  const members = trace.series.flatMap(({ subject }, i) => {
    const host = index.workloads[index.workloadIndex.get(subject.workload) ?? -1]?.host ?? null;
    return host !== null && inside.has(host) ? [i] : [];
  });
  const found: PoolRunway[] = [];
  for (const resource of resources) {
    const room = roomOf(hosts, resource, settings);
    const [history] = useOfGroups(trace, resource, grid, [{ name: group.name, members }]);
    if (room === null || history === undefined) continue;
    const model = new RunwayModel({ name: group.name, resource, history, growthAt: about.growthOf(members, resource) }, { seed: about.seed });
    const runway = model.against(usableOf(room));
    const offers = about.offers.filter(({ name }) => group.purchases.includes(name));
    const ways = endsWithin(runway, horizon) ? await waysOfPool({ model, runway, hosts, keptFree: settings }, offers, horizon) : [];
    found.push({ group: group.name, resource, hosts: hosts.length, ...room, runway, outlook: model.outlook(horizon.days), ways });
  }
  return found.sort((a, b) => mostConstrainedFirst(a.runway, b.runway));
}

/** What hosts cost that may be bought: what somebody asks for them, else being on for a month. */
export function offersOf({ purchases }: ForecastSettings, microsPerHour: (host: Host) => number): readonly Offer[] {
  const hoursPerMonth = 730;
  return purchases.map(({ name, host, microsPerMonth, max }) => ({ name, host, max, microsPerMonth: microsPerMonth ?? microsPerHour(host) * hoursPerMonth }));
}
