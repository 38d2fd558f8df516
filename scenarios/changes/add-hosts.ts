import { Type } from "typebox";
import type { Host } from "../../model/fleet.ts";
import type { HostId } from "../../model/ids.ts";
import { hostOf } from "../defaults.ts";
import { amounts, closed, id, ids, labels, whole, type Written } from "../fields/common.ts";
import { pricesSchema } from "../fields/fleet.ts";
import { counted, listed, type ChangeContext, type ChangeKind } from "./change.ts";
import { freeIds } from "./free-ids.ts";
import { leavingLabel } from "./leaving.ts";

const optional = Type.Optional;

const schema = closed({
  like: optional(id("A host whose fields the new ones take over; this or type.")),
  type: optional(id("One of hostTypes; this or like.")),
  count: optional(whole("How many. Default 1, or the number of ids.", 1, 100_000)),
  ids: optional(ids("Their ids; made from idPrefix when absent.", 1)),
  idPrefix: optional(id("Ids are idPrefix-1, idPrefix-2, ...; \"added-\" and the name of the pattern when absent.")),
  site: optional(id("Site; that of the like host when absent.")),
  domains: optional(labels("Failure domains, over those of the pattern.")),
  capacity: optional(amounts("Capacities, over those of the pattern.")),
  prices: optional(pricesSchema),
  labels: optional(labels("Labels, over those of the pattern.")),
}, "Hosts arrive, switched on and empty.");

/** New hosts in the likeness of one that exists, or of a host type. */
export const addHosts: ChangeKind<Written<typeof schema>> = {
  name: "addHosts",
  meaning: "hosts arrive, in the likeness of a host or of a host type",
  schema,

  apply(params, context) {
    const { draft } = context;
    const pattern = patternOf(params, context);
    const names = namesOf(params, context);
    if (pattern === null || names === null || !saysItsPlace(params, names, pattern, context)) return null;
    const type = params.type ?? draft.hostTypeOf.get((params.like ?? "") as HostId);
    const { host: _host, site: _site, ...own } = params.domains ?? {};
    for (const name of names) {
      if (type !== undefined) draft.hostTypeOf.set(name as HostId, type);
      draft.hosts.set(name as HostId, {
        ...pattern,
        id: name as HostId,
        domains: { ...pattern.domains, ...own },
        capacity: { ...pattern.capacity, ...params.capacity },
        prices: { ...pattern.prices, ...params.prices },
        labels: { ...pattern.labels, ...params.labels },
      });
    }
    return `${counted(names.length, "host")} like ${params.like ?? params.type} added at ${pattern.site}: ${listed(names)}`;
  },
};

/** Their ids; null when those that are given are too few, too many, or taken. */
function namesOf({ ids: given, count = given?.length ?? 1, idPrefix, like, type }: Written<typeof schema>, { draft, check, at }: ChangeContext): readonly string[] | null {
  if (given === undefined) return freeIds(idPrefix ?? `added-${like ?? type ?? "host"}`, count, draft.hosts);
  if (given.length !== count) {
    check.problem("contradiction", [...at, "count"], () => ({
      message: `addHosts: count is ${count}, but ids names ${counted(given.length, "host")}.`, advice: "Leave count out, or name as many ids.",
    }));
  }
  const earlier = new Set<string>();
  const taken = given.flatMap((name, i) => {
    const isTaken = draft.hosts.has(name as HostId) || earlier.has(name);
    earlier.add(name);
    return isTaken ? [i] : [];
  });
  for (const i of taken) {
    const words = draft.hosts.has(given[i] as HostId) ? `there is already a host ${given[i]}` : `ids names ${given[i]} twice`;
    check.problem("change-conflict", [...at, "ids", i], () => ({ message: `addHosts: ${words}.`, advice: "Choose another id." }));
  }
  return taken.length === 0 && given.length === count ? given : null;
}

/** Are the domains that every host has by itself left out, or what they are anyway? */
function saysItsPlace(params: Written<typeof schema>, names: readonly string[], { site }: Host, { draft, check, at }: ChangeContext): boolean {
  const domains = { ...draft.hostTypes.get(params.type ?? "")?.domains, ...params.domains };
  const wrong = names.find((name) => (domains["host"] ?? name) !== name || (domains["site"] ?? site) !== site);
  if (wrong !== undefined) check.impliedDomains("addHosts", domains, { host: wrong, site }, at);
  return wrong === undefined;
}

function patternOf(params: Written<typeof schema>, { draft, check, at }: ChangeContext): Host | null {
  const { like, type } = params;
  if ((like === undefined) === (type === undefined)) {
    check.problem("missing-key", at, () => ({ message: `addHosts names ${like === undefined ? "neither like nor type" : "both like and type"}; exactly one is needed.`, advice: "Say like: HOST, or type: HOST-TYPE." }));
    return null;
  }
  check.amounts(params.capacity, draft, [...at, "capacity"]);
  const site = params.site;
  const isSite = site === undefined || check.exists("site", site, draft.sites, [...at, "site"]);
  if (like !== undefined) {
    const found = check.exists("host", like, draft.hosts, [...at, "like"]) ? draft.hosts.get(like as HostId) : undefined;
    if (found === undefined || !isSite) return null;
    const { [leavingLabel]: _, ...kept } = found.labels;
    return { ...found, state: "on", labels: kept, ...(site === undefined ? {} : { site: site as Host["site"] }) };
  }
  const isType = type !== undefined && check.exists("host type", type, draft.hostTypes, [...at, "type"]);
  if (site === undefined) check.problem("missing-key", at, () => ({ message: "addHosts with a type names no site; a host stands somewhere.", advice: "Add site: SITE." }));
  if (!isType || !isSite || site === undefined) return null;
  return { ...hostOf({ id: "", site }, draft.hostTypes.get(type)), state: "on" };
}
