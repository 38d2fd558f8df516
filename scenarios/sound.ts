import type { Scenario } from "../model/scenario.ts";
import type { Place, Problems, Source } from "./problem.ts";

/** A refused scenario without its faulty things. */
export interface SoundPart {
  readonly scenario: Scenario;
  /** All that faulty things mention: nothing is said to be unknown that one of them may have meant. */
  readonly doubtful: ReadonlySet<string>;
}

/** What remains of a scenario when everything that has an error, or stands on something that has, is left out. */
export function soundPart(scenario: Scenario, sources: readonly Source[], problems: Problems, places: ReadonlyMap<string, Place>): SoundPart {
  const isSound = (thing: string): boolean => {
    const place = places.get(thing);
    return place === undefined || !problems.isFaulty(place.source, String(place.path[0]), Number(place.path[1]));
  };
  const { fleet } = scenario;
  const sites = fleet.sites.filter(({ id }) => isSound(`site ${id}`));
  const siteIds = new Set(sites.map(({ id }) => id));
  const hosts = fleet.hosts.filter(({ id, site }) => isSound(`host ${id}`) && siteIds.has(site));
  const hostIds = new Set(hosts.map(({ id }) => id));
  const applications = fleet.applications.filter(({ id }) => isSound(`application ${id}`));
  const known = new Set(applications.map(({ id }) => id));
  // What is left standing alone has no copy to follow and no host to be on.
  const workloads = fleet.workloads.filter((one) => isSound(`workload ${one.id}`) && one.copyOf === null
    && (one.host === null || hostIds.has(one.host)) && one.applications.every((id) => known.has(id)));
  const services = fleet.services.filter((one) => isSound(`service ${one.id}`) && one.applications.every((id) => known.has(id)));
  const links = fleet.links.filter(({ a, b }) => siteIds.has(a) && siteIds.has(b) && a !== b);
  const doubtful = new Set<string>();
  for (const source of sources) collectFaulty(source, problems, doubtful);
  collect([left(fleet.sites, sites), left(fleet.hosts, hosts), left(fleet.applications, applications), left(fleet.workloads, workloads), left(fleet.services, services)], doubtful);
  return {
    scenario: { ...scenario, fleet: { ...fleet, sites, hosts, applications, workloads, services, links }, policies: scenario.policies.filter(({ id }) => isSound(`policy ${id}`)) },
    doubtful,
  };
}

function left<Thing>(all: readonly Thing[], kept: readonly Thing[]): readonly Thing[] {
  const stays = new Set(kept);
  return all.filter((one) => !stays.has(one));
}

function collectFaulty(source: Source, problems: Problems, words: Set<string>): void {
  const { value } = source;
  if (typeof value !== "object" || value === null) return;
  for (const [key, list] of Object.entries(value)) {
    if (key === "policies" || typeof list !== "object" || list === null) continue;
    for (const [item, document] of Object.entries(list)) {
      if (problems.isFaulty(source, key, item)) collect(document, words);
    }
  }
}

/** All names and texts of a value. */
function collect(value: unknown, words: Set<string>): void {
  if (typeof value === "string") words.add(value);
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    words.add(key);
    collect(item, words);
  }
}
