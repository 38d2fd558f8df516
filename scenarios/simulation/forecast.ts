import { domainOf, type Host } from "../../model/fleet.ts";
import { compareIds, type HostId, type SiteId } from "../../model/ids.ts";
import { defaultSimulation, type ForecastSettings, type Purchase } from "../../model/simulation.ts";
import { didYouMean } from "../../policies/index.ts";
import { hostOf } from "../defaults.ts";
import type { Draft } from "../draft.ts";
import type { SimulationDocument } from "../fields/simulation.ts";
import { longEnough } from "./happenings.ts";
import { resourcesOf } from "./load.ts";
import { items, type Given, type Parts } from "./parts.ts";

type ForecastDocument = NonNullable<SimulationDocument["forecast"]>;
type PurchaseDocument = NonNullable<ForecastDocument["purchases"]>[number];
type GroupDocument = NonNullable<ForecastDocument["groups"]>[number];

/** How far and how carefully to look ahead. */
export function forecastOf(parts: Parts): ForecastSettings {
  const absent = defaultSimulation.forecast;
  const resources = parts.inside("forecast", "resources");
  const purchases = purchasesOf(parts);
  const reserve = parts.inside("forecast", "failoverReserve")?.value;
  return {
    historyMs: parts.durationMs("forecast", "history", absent.historyMs),
    horizonMs: parts.durationMs("forecast", "horizon", absent.horizonMs),
    stepMs: parts.durationMs("forecast", "step", absent.stepMs),
    heldMs: heldOf(parts),
    bandPermille: parts.inside("forecast", "bandPermille")?.value ?? absent.bandPermille,
    resources: resources === null ? null : resourcesOf({ ...resources, value: { resources: resources.value }, at: resources.at.slice(0, -1) }, parts, "load"),
    bufferPermille: parts.inside("forecast", "bufferPermille")?.value ?? absent.bufferPermille,
    failoverReserve: reserve === undefined ? absent.failoverReserve : typeof reserve === "string" ? { kind: reserve } : { kind: "largest-domain", key: reserve.largestDomain },
    groups: groupsOf(parts, purchases),
    purchases: purchases.map(({ purchase }) => purchase),
  };
}

function heldOf(parts: Parts): number | null {
  const held = parts.inside("forecast", "held");
  return held === null ? null : longEnough(held.value, { ...held, at: held.at.slice(0, -1) }, "held");
}

/** A purchase, and the host type that it is of. */
interface Typed {
  readonly purchase: Purchase;
  readonly type: string | undefined;
}

function groupsOf(parts: Parts, purchases: readonly Typed[]): ForecastSettings["groups"] {
  const own = parts.inside("forecast", "groups");
  if (own !== null) return items(own).map((given) => ownGroup(given, parts, purchases));
  const keys = parts.inside("forecast", "groupBy");
  return (keys?.value ?? ["type", "site"]).flatMap((key, i) => {
    const groups = groupsBy(key, parts.draft, purchases);
    if (groups.length === 0 && keys !== null) {
      keys.check.problem("unknown-reference", [...keys.at, i], () => ({ message: `${keys.check.subject([...keys.at, i])} is ${key}; no host has it.`, advice: "Write type, site, a domain such as rack, or label.NAME." }));
    }
    return groups;
  });
}

function ownGroup(given: Given<GroupDocument>, parts: Parts, purchases: readonly Typed[]): ForecastSettings["groups"][number] {
  const { value, at, check } = given;
  const hosts = parts.hosts(given);
  const names = new Set(purchases.map(({ purchase }) => purchase.name));
  value.purchases?.forEach((name, i) => {
    if (!names.has(name)) check.problem("unknown-reference", [...at, "purchases", i], () => ({ message: `${check.subject([...at, "purchases", i])} is ${name}; no purchase is called so.`, advice: didYouMean(name, names) }));
  });
  const types = new Set(hosts.map((host) => parts.draft.hostTypeOf.get(host)));
  const like = purchases.filter(({ type }) => type !== undefined && types.has(type)).map(({ purchase }) => purchase.name);
  return { name: value.name, hosts, purchases: value.purchases ?? like };
}

function groupsBy(key: string, { hosts, hostTypeOf }: Draft, purchases: readonly Typed[]): ForecastSettings["groups"] {
  const valueOf = (host: Host, type: string | undefined): string | null | undefined =>
    (key === "type" ? type : key.startsWith("label.") ? host.labels[key.slice(6)] : key === "host" ? host.id : domainOf(host, key));
  const groups = new Map<string, HostId[]>();
  for (const host of [...hosts.values()].sort((a, b) => compareIds(a.id, b.id))) {
    const value = valueOf(host, hostTypeOf.get(host.id));
    if (value !== undefined && value !== null) groups.set(value, [...groups.get(value) ?? [], host.id]);
  }
  return [...groups].sort(([a], [b]) => compareIds(a, b)).map(([value, ids]) => ({
    name: `${key} ${value}`, hosts: ids, purchases: purchases.filter(({ purchase, type }) => valueOf(purchase.host, type) === value).map(({ purchase }) => purchase.name),
  }));
}

function purchasesOf(parts: Parts): readonly Typed[] {
  const own = parts.inside("forecast", "purchases");
  if (own === null) return usualPurchases(parts.draft);
  const names = new Set<string>();
  return items(own).flatMap((given) => {
    const purchase = purchaseOf(given, parts.draft);
    if (purchase === null) return [];
    const type = given.value.type ?? parts.draft.hostTypeOf.get((given.value.like ?? "") as HostId);
    if (names.has(purchase.name)) given.check.problem("duplicate-id", given.at, () => ({ message: `${given.check.subject(given.at)} is called ${purchase.name}, as an earlier purchase.`, advice: "Give one of them another name." }));
    names.add(purchase.name);
    return [{ purchase, type }];
  });
}

/** Each host type at each site where one stands. */
function usualPurchases(draft: Draft): readonly Typed[] {
  const places = new Map<string, readonly [type: string, site: SiteId]>();
  for (const { id, site } of draft.hosts.values()) {
    const type = draft.hostTypeOf.get(id);
    if (type !== undefined) places.set(`${type} at ${site}`, [type, site]);
  }
  return [...places].sort(([a], [b]) => compareIds(a, b)).map(([name, [type, site]]) =>
    ({ type, purchase: { name, host: bought(hostOf({ id: name, site }, draft.hostTypes.get(type)), name, site), microsPerMonth: null, max: 1000 } }));
}

function purchaseOf({ value, at, check }: Given<PurchaseDocument>, draft: Draft): Purchase | null {
  if ((value.type === undefined) === (value.like === undefined)) {
    check.problem(value.type === undefined ? "missing-key" : "not-allowed", at, () => ({
      message: `${check.subject(at)} names ${value.type === undefined ? "neither a host type nor a host" : "a host type and a host"}; one of them is needed.`, advice: "Write type or like.",
    }));
    return null;
  }
  const like = value.like === undefined ? undefined : draft.hosts.get(value.like as HostId);
  if (value.like !== undefined && !check.exists("host", value.like, draft.hosts, [...at, "like"])) return null;
  if (value.type !== undefined && !check.exists("host type", value.type, draft.hostTypes, [...at, "type"])) return null;
  const site = (value.site ?? like?.site) as SiteId | undefined;
  if (site === undefined) {
    check.problem("missing-key", [...at, "site"], () => ({ message: `${check.subject(at)} does not say at which site.`, advice: "Add site." }));
    return null;
  }
  if (!check.exists("site", site, draft.sites, [...at, "site"])) return null;
  const name = value.name ?? `${value.type ?? value.like ?? ""} at ${site}`;
  const host = like ?? hostOf({ id: name, site }, draft.hostTypes.get(value.type ?? ""));
  return { name, host: bought(host, name, site), microsPerMonth: value.microsPerMonth ?? null, max: value.max ?? 1000 };
}

/** A new host has no place in a rack yet, and is on. */
function bought(host: Host, name: string, site: SiteId): Host {
  return { ...host, id: name as HostId, site, domains: {}, state: "on" };
}
