import { domainOf, type Host, type Service, type Workload } from "../model/fleet.ts";
import { compareIds } from "../model/ids.ts";
import { amountOf } from "../model/resource.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/** What a policy can choose. */
export type Selectable = "workloads" | "hosts" | "services";

/** The type of a fact decides which operators and values fit it. */
export type FactType = "text" | "number" | "boolean" | "list";
export type FactValue = string | number | boolean | null | readonly string[];

/** One flat fact that conditions may ask for: `securityLevel`, `label.tier`, `domain.rack`, `cpuMillicores`. */
export interface Fact {
  readonly type: FactType;
  /** Of the element with this dense index; null when it has none. */
  value(element: number): FactValue;
}

const cache = new WeakMap<FleetIndex, Map<Selectable, ReadonlyMap<string, Fact>>>();

/** All facts about one sort of element that this fleet knows, by name. */
export function factsOf(index: FleetIndex, sort: Selectable): ReadonlyMap<string, Fact> {
  const known = cache.get(index) ?? new Map<Selectable, ReadonlyMap<string, Fact>>();
  cache.set(index, known);
  const found = known.get(sort);
  if (found !== undefined) return found;
  const facts = makeFacts(index, sort);
  known.set(sort, facts);
  return facts;
}

function makeFacts(index: FleetIndex, sort: Selectable): ReadonlyMap<string, Fact> {
  switch (sort) {
    case "workloads": return workloadFacts(index);
    case "hosts": return hostFacts(index);
    case "services": return serviceFacts(index.fleet.services);
  }
}

function workloadFacts(index: FleetIndex): ReadonlyMap<string, Fact> {
  const { workloads } = index;
  const services = servicesByApplication(index);
  const hostOf = (workload: Workload): Host | undefined =>
    workload.host === null ? undefined : index.hosts[index.hostIndex.get(workload.host) ?? -1];
  const fact = factMaker(workloads);
  return new Map<string, Fact>([
    ["id", fact("text", ({ id }) => id)],
    ["layer", fact("text", ({ layer }) => layer)],
    ["layerVersion", fact("text", ({ layerVersion }) => layerVersion)],
    ["feature", fact("list", ({ requiredFeatures }) => requiredFeatures)],
    ["application", fact("list", ({ applications }) => applications)],
    ["service", fact("list", ({ applications }) => [...new Set(applications.flatMap((id) => services.get(id) ?? []))].sort(compareIds))],
    ["replicaGroup", fact("text", ({ replicaGroup }) => replicaGroup)],
    ["securityLevel", fact("number", ({ securityLevel }) => securityLevel)],
    ["offsiteBanned", fact("boolean", ({ offsiteBanned }) => offsiteBanned)],
    ["priority", fact("number", ({ priority }) => priority)],
    ["state", fact("text", ({ state }) => state)],
    ["desired", fact("text", ({ desired }) => desired)],
    ["liveMove", fact("boolean", ({ liveMove }) => liveMove)],
    ["mayStop", fact("boolean", ({ mayStop }) => mayStop)],
    ["dataMiB", fact("number", ({ dataMiB }) => dataMiB)],
    ["copyOf", fact("text", ({ copyOf }) => copyOf)],
    ["host", fact("text", ({ host }) => host)],
    ...placeFacts(index, fact, hostOf),
    ...labelFacts(workloads, fact),
    ...index.resourceNames.map((name): [string, Fact] => [name, fact("number", ({ reservation }) => amountOf(reservation, name))]),
  ]);
}

function hostFacts(index: FleetIndex): ReadonlyMap<string, Fact> {
  const { hosts } = index;
  const fact = factMaker(hosts);
  return new Map<string, Fact>([
    ["id", fact("text", ({ id }) => id)],
    ["state", fact("text", ({ state }) => state)],
    ["powerManaged", fact("boolean", ({ powerManaged }) => powerManaged)],
    ["securityLevel", fact("number", ({ securityLevel }) => securityLevel)],
    ["cpuVendor", fact("text", ({ cpuVendor }) => cpuVendor)],
    ["cpuLevel", fact("number", ({ cpuLevel }) => cpuLevel)],
    ["feature", fact("list", ({ features }) => features)],
    ["layer", fact("list", ({ layers }) => Object.keys(layers).sort(compareIds))],
    ["idlePowerWatts", fact("number", ({ idlePowerWatts }) => idlePowerWatts)],
    ["peakPowerWatts", fact("number", ({ peakPowerWatts }) => peakPowerWatts)],
    ["onMicrosPerHour", fact("number", ({ prices }) => prices.onMicrosPerHour)],
    ...placeFacts(index, fact, (host) => host),
    ...labelFacts(hosts, fact),
    ...index.resourceNames.map((name): [string, Fact] => [name, fact("number", ({ capacity }) => amountOf(capacity, name))]),
  ]);
}

function serviceFacts(services: readonly Service[]): ReadonlyMap<string, Fact> {
  const fact = factMaker(services);
  return new Map<string, Fact>([
    ["id", fact("text", ({ id }) => id)],
    ["application", fact("list", ({ applications }) => applications)],
    ["virtualAddress", fact("text", ({ virtualAddress }) => virtualAddress)],
    ...labelFacts(services, fact),
  ]);
}

type Maker<Element> = (type: FactType, read: (element: Element) => FactValue) => Fact;

function factMaker<Element>(elements: readonly Element[]): Maker<Element> {
  return (type, read) => ({
    type,
    value(element) {
      const found = elements[element];
      return found === undefined ? null : read(found);
    },
  });
}

/** Site and failure domains: of a host itself, or of the host that a workload is on now. */
function placeFacts<Element>(index: FleetIndex, fact: Maker<Element>, hostOf: (element: Element) => Host | undefined): [string, Fact][] {
  const keys = [...new Set(index.hosts.flatMap((host) => Object.keys(host.domains)))].sort(compareIds);
  const siteLabels = [...new Set(index.fleet.sites.flatMap(({ labels }) => Object.keys(labels)))].sort(compareIds);
  const siteOf = (element: Element) => {
    const host = hostOf(element);
    return host === undefined ? undefined : index.siteById.get(host.site);
  };
  return [
    ["site", fact("text", (element) => hostOf(element)?.site ?? null)],
    ["siteKind", fact("text", (element) => siteOf(element)?.kind ?? null)],
    ["region", fact("text", (element) => siteOf(element)?.region ?? null)],
    ...siteLabels.map((name): [string, Fact] => [`siteLabel.${name}`, fact("text", (element) => {
      const site = siteOf(element);
      return site !== undefined && Object.hasOwn(site.labels, name) ? (site.labels[name] ?? null) : null;
    })]),
    ...keys.map((key): [string, Fact] => [`domain.${key}`, fact("text", (element) => {
      const host = hostOf(element);
      return host === undefined ? null : domainOf(host, key);
    })]),
  ];
}

function labelFacts<Element extends { readonly labels: Readonly<Record<string, string>> }>(
  elements: readonly Element[], fact: Maker<Element>,
): [string, Fact][] {
  const names = new Set<string>();
  for (const { labels } of elements) for (const name of Object.keys(labels)) names.add(name);
  return [...names].sort(compareIds).map((name) =>
    [`label.${name}`, fact("text", ({ labels }) => (Object.hasOwn(labels, name) ? (labels[name] ?? null) : null))]);
}

/** The services that each application belongs to, in order of id. */
function servicesByApplication(index: FleetIndex): ReadonlyMap<string, readonly string[]> {
  const services = new Map<string, string[]>();
  for (const { id, applications } of index.fleet.services) {
    for (const application of applications) {
      const known = services.get(application);
      if (known === undefined) services.set(application, [id]);
      else known.push(id);
    }
  }
  return services;
}
