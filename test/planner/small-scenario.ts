import * as fc from "fast-check";
import type { Host } from "../../model/fleet.ts";
import type { PolicyId, SiteId } from "../../model/ids.ts";
import type { PolicyDocument } from "../../model/policy.ts";
import { Random } from "../../model/random.ts";
import { defaultObjectives, defaultSettings, type Scenario } from "../../model/scenario.ts";
import { indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import { catalogue } from "../../policies/catalogue.ts";
import { arbitraryFleet } from "../policies/arbitrary-fleet.ts";

/** Placements that a scenario has in all; more would take too long to look at. */
const placementsMax = 8_000;

/** A random fleet of a few hosts and workloads with some policies; over many seeds every entry of the catalogue occurs. */
export function smallScenario(random: Random, policyCount: number): { readonly scenario: Scenario; readonly index: FleetIndex } {
  const [drawn] = fc.sample(arbitraryFleet, { seed: random.below(2_147_483_647), numRuns: 1 });
  if (drawn === undefined) throw new Error("no fleet was drawn");
  const workloads = [...drawn.fleet.workloads];
  while ((drawn.hosts.length + 1) ** workloads.length > placementsMax) workloads.pop();
  const index = indexFleet({ ...drawn.fleet, workloads, hosts: random.chance(750) ? drawn.hosts.map((host) => roomy(random, host)) : drawn.fleet.hosts });
  const licensed = withLicences(index);
  const entries = Object.keys(catalogue) as (keyof typeof catalogue)[];
  const policies = Array.from({ length: policyCount }, (_, p) => policyOf(random, random.pick(entries), `p${p}`, index));
  return {
    index: licensed,
    scenario: {
      name: "small", title: "", description: "", asOf: "2026-11-21T00:00:00Z", fleet: licensed.fleet, policies, changes: [],
      objectives: defaultObjectives, settings: { ...defaultSettings, paybackHours: random.between(1, 1000), moveMicros: random.below(100_000) },
    },
  };
}

/** Two fleets in three pay licences, drawn from what the fleet is, so that a seed means the same fleet and rules as ever. */
function withLicences({ fleet }: FleetIndex): FleetIndex {
  const random = new Random(fleet.workloads.reduce((sum, { reservation }, w) => sum + (w + 1) * (reservation["memoryMiB"] ?? 0), fleet.hosts.length));
  const licences = (["host", "core", "workload"] as const).slice(random.below(3)).map((per) => ({
    name: per, per, microsPerMonth: random.between(1, 900_000_000), workloads: fleet.workloads.filter(() => random.chance(500)).map(({ id }) => id),
  }));
  return indexFleet(random.chance(333) ? fleet : { ...fleet, licences });
}

/** The host as it is in a fleet that mostly works: drawn ones have little room and suit few workloads. */
function roomy(random: Random, host: Host): Host {
  const capacity = Object.fromEntries(Object.entries(host.capacity).map(([name, amount]) => [name, amount + random.between(2, 9)]));
  return {
    ...host, capacity, features: ["raid", "ups"], securityLevel: random.between(2, 4), cpuVendor: "amd", cpuLevel: random.between(2, 3),
    layers: { libvirt: "10.0.2", tomcat: "10" }, site: (random.chance(850) ? (random.chance(500) ? "s1" : "s2") : "x") as SiteId,
    state: random.chance(850) ? "on" : host.state,
  };
}

function policyOf(random: Random, entry: keyof typeof catalogue, id: string, index: FleetIndex): PolicyDocument {
  const ids = (things: readonly { readonly id: string }[], permille: number): { ids: string[] } => {
    const chosen = things.map((thing): string => thing.id).filter(() => random.chance(permille));
    return { ids: chosen.length > 0 ? chosen : [random.pick(things).id] };
  };
  const hosts = (permille = 500): { ids: string[] } => ids(index.hosts, permille);
  const workloads = (permille = 600): { ids: string[] } => ids(index.workloads, permille);
  // Two groups that have something to do with each other share nobody.
  const chosen = workloads();
  const others = index.workloads.map((workload): string => workload.id).filter((other) => !chosen.ids.includes(other));
  const groupBy = random.chance(300) ? { groupBy: random.pick(["replicaGroup", "layer", "label.tier"]) } : {};
  const select = {
    workloads: () => ({ workloads: chosen, ...groupBy }),
    hosts: () => ({ hosts: hosts(700) }),
    services: () => ({ services: { everything: true as const } }),
    plan: () => (random.chance(500) ? {} : { workloads: workloads() }),
  }[catalogue[entry].subject]();
  return {
    id: id as PolicyId, title: id, why: "", enabled: true, select, mayBeEmpty: true, exceptions: [], tests: [], holds: null,
    strength: random.chance(700) ? "must" : "should", weight: random.between(1, 9),
    require: { entry, parameters: parametersOf(random, entry, index, hosts, { ids: others.length > 0 ? others : chosen.ids }) },
  };
}

function parametersOf(
  random: Random, entry: keyof typeof catalogue, index: FleetIndex, hosts: () => { ids: string[] }, others: { ids: string[] },
): Readonly<Record<string, unknown>> {
  const key = random.pick(["host", "rack", "zone", "site"]);
  switch (entry) {
    case "among": {
      const cut = random.between(1, index.hosts.length - 1);
      const [one, two] = [index.hosts.slice(0, cut), index.hosts.slice(cut)].map((part) => ({ ids: part.map(({ id }) => id) }));
      return { groups: [one, two] };
    }
    case "ban": case "fence": return { hosts: hosts() };
    case "budget": return { increasePermille: random.below(500), increaseMicros: random.below(100_000) };
    case "capacity": return random.chance(500) ? { headroomPermille: random.below(400) } : { perDomain: key, resources: ["memoryMiB"], atMost: random.between(3, 9) };
    case "change-limit": return random.chance(500) ? { moves: random.below(4) } : { dataMiB: random.below(4000) };
    case "disruption-budget": return { maxDown: random.below(3) };
    case "failover": return { ...(random.chance(500) ? { hosts: random.between(1, 2) } : { domain: key }), ...(random.chance(300) ? { takers: hosts() } : {}) };
    case "gather": return { key };
    case "licence": return { atMost: random.between(1, 3), ...(random.chance(300) ? { hosts: hosts() } : {}) };
    case "max-online": return { atMost: random.between(1, 4) };
    case "max-workloads": return { atMost: random.between(1, 3) };
    case "neighbourhood": return { near: others, key };
    case "offsite-ban": return random.chance(500) ? {} : { sites: [random.pick(index.fleet.sites).id] };
    case "parallelism": return { total: random.between(1, 3) };
    case "payback": return { days: random.between(1, 90) };
    case "security-level": return { exclusive: random.chance(500) };
    case "split": return { from: others, key };
    case "spread": return { key, ...random.pick([{ atMost: random.between(1, 2) }, { atLeast: random.between(2, 3) }, { skew: random.below(2) }]) };
    case "window": return { allow: [{ days: ["sat"], from: "01:00", to: "05:00" }] };
    case "cordon": case "host-state": case "layer": case "lonely": case "quarantine": case "root": case "start-order": return {};
  }
}
