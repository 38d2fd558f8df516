import type { Random } from "../../model/random.ts";
import type { PolicyEntryDocument } from "../fields/policy.ts";
import type { GeneratedHost } from "./hosts.ts";
import type { Placement } from "./placement.ts";
import type { GeneratedService, GeneratedWorkload } from "./services.ts";

/** A policy before it has its number. */
type Rule = Omit<PolicyEntryDocument, "id">;

/** What the makers of rules look at: services with their workloads, and where these are. */
interface Situation {
  readonly services: readonly GeneratedService[];
  readonly workloadsOf: ReadonlyMap<string, readonly GeneratedWorkload[]>;
  readonly hostById: ReadonlyMap<string, GeneratedHost>;
  readonly placement: Placement;
  readonly random: Random;
}

/** Kept free on every host, per thousand; the placement respects it. */
export const headroomPermille = 40;

/**
 * About `count` policies of mixed entries. Musts hold in the placement: where the placement did not manage to respect
 * what a rule would ask for, that rule is not written. Shoulds may be broken: they are what a planner can improve.
 */
export function generateRules(count: number, situation: Situation): readonly PolicyEntryDocument[] {
  const rules = fleetRules(situation).slice(0, count);
  const makers = [spreadOverRacks, within, apart, licence, keepServing, near, homeRacks, banned, stays];
  for (let round = 0; rules.length < count && round < makers.length; round++) {
    for (let s = 0; rules.length < count && s < situation.services.length; s++) {
      const service = situation.services[s];
      const maker = makers[(s + round) % makers.length];
      const rule = service === undefined ? null : (maker?.(service, situation) ?? null);
      if (rule !== null) rules.push(rule);
    }
  }
  const digits = Math.max(3, String(rules.length).length);
  return rules.map((rule, i) => Object.assign({ id: `rule-${String(i + 1).padStart(digits, "0")}` }, rule));
}

/** Rules about the whole fleet, the most usual first. */
function fleetRules({ services, placement }: Situation): Rule[] {
  const has = (data: string): boolean => services.some(({ labels }) => labels.data === data);
  const everything = { everything: true as const };
  const replicated = services.some(({ tiers }) => tiers.some(({ replicas }) => replicas > 1));
  return [
    {
      title: "A little room stays free on every host", why: "Hosts that are full to the brim cannot take a peak.",
      select: { hosts: everything }, require: { capacity: { headroomPermille } },
    },
    ...(replicated ? [{
      title: "Replicas run on distinct hosts", why: "The loss of one host takes one replica at most.",
      select: { workloads: everything, groupBy: "replicaGroup" }, require: { spread: { key: "host" } },
    }] : []),
    ...(has("card") ? [{
      title: "Card data stays on our own sites", why: "The card schemes' contract says so.",
      select: { workloads: { labels: { data: "card" } } }, require: "offsite-ban" as const,
    }] : []),
    {
      title: "Moves in small steps", why: "The network has other things to do.",
      require: { parallelism: { perHostIn: 2, perHostOut: 2 } },
    },
    {
      title: "Not too many workloads on a host", why: "Tools that watch a host slow down beyond this.",
      select: { hosts: everything }, require: { "max-workloads": { atMost: Math.max(20, placement.fullest + 10) } },
    },
    ...(replicated ? [{
      title: "Replicas over several zones", why: "A zone is lost now and then.", strength: "should" as const, weight: 5,
      select: { workloads: { labels: { env: "prod" } }, groupBy: "replicaGroup" }, require: { spread: { key: "zone", atLeast: 2 } },
    }].filter(() => services.some(({ labels }) => labels.env === "prod")) : []),
  ];
}

function spreadOverRacks(service: GeneratedService): Rule | null {
  const tier = service.tiers.find(({ role, replicas }) => role === "db" && replicas > 1);
  if (tier === undefined) return null;
  return {
    title: `Databases of ${service.id} in distinct racks`, why: "A rack has one switch.", strength: "should", weight: 10,
    select: { workloads: { labels: { service: service.id, tier: "db" } } }, require: { spread: { key: "rack" } },
  };
}

/** The zone or rack that the placement kept the service in. */
function within(service: GeneratedService, { workloadsOf, hostById }: Situation): Rule | null {
  if (service.shape !== "one-zone" && service.shape !== "one-rack") return null;
  const key = service.shape === "one-zone" ? "zone" : "rack";
  const workloads = workloadsOf.get(service.id) ?? [];
  const domains = new Set(workloads.map(({ host }) => hostById.get(host ?? "")?.domains[key]));
  const [domain] = domains;
  if (domains.size !== 1 || domain === undefined) return null;
  const select = { workloads: { labels: { service: service.id } } };
  if (key === "rack") {
    return workloads.length < 2 ? null : { title: `${service.id} stays together in one rack`, why: "Its parts talk all the time.", select, require: { gather: { key } } };
  }
  return { title: `${service.id} stays in zone ${domain}`, why: "Its storage network ends there.", select, require: { fence: { hosts: { labels: { zone: domain } } } } };
}

function apart(service: GeneratedService, { services, placement }: Situation): Rule | null {
  const next = services[services.indexOf(service) + 1];
  if (service.shape !== "apart-from-next" || next === undefined) return null;
  if ([...placement.hostsOf(service.id)].some((h) => placement.hostsOf(next.id).has(h))) return null;
  return {
    title: `${service.id} shares no host with ${next.id}`, why: "Each is the other's stand-in.",
    select: { workloads: { labels: { service: service.id } } }, require: { split: { from: { labels: { service: next.id } } } },
  };
}

/** As many hosts as the databases use today: each needs a licence. */
function licence(service: GeneratedService, { workloadsOf }: Situation): Rule | null {
  const databases = (workloadsOf.get(service.id) ?? []).filter(({ labels, host }) => labels.tier === "db" && host !== undefined);
  if (databases.length === 0) return null;
  return {
    title: `The database of ${service.id} is licensed by host`, why: "Each further host costs a licence.",
    select: { workloads: { labels: { service: service.id, tier: "db" } } },
    require: { licence: { atMost: new Set(databases.map(({ host }) => host)).size } },
  };
}

function keepServing(service: GeneratedService): Rule | null {
  const tier = service.tiers.find(({ replicas }) => replicas > 1);
  if (tier === undefined) return null;
  return {
    title: `One ${tier.role} of ${service.id} always runs`, why: "It serves day and night.",
    select: { workloads: { labels: { service: service.id, tier: tier.role } } }, require: { "disruption-budget": { min: 1 } },
  };
}

function near(service: GeneratedService): Rule | null {
  const roles = new Set(service.tiers.map(({ role }) => role));
  if (!roles.has("app") || !roles.has("db")) return null;
  return {
    title: `${service.id} computes where its data is`, why: "A round trip between sites takes too long.", strength: "should", weight: 3,
    select: { workloads: { labels: { service: service.id, tier: "app" } } },
    require: { neighbourhood: { near: { labels: { service: service.id, tier: "db" } }, key: "site" } },
  };
}

function homeRacks(service: GeneratedService): Rule | null {
  if (service.labels.env !== "test") return null;
  return {
    title: `${service.id} uses few hosts`, why: "A test needs no redundancy.", strength: "should", weight: 1,
    select: { workloads: { labels: { service: service.id } } }, require: { gather: { key: "zone" } },
  };
}

function banned(service: GeneratedService, { workloadsOf, hostById, placement, random }: Situation): Rule | null {
  const used = new Set((workloadsOf.get(service.id) ?? []).map(({ host }) => hostById.get(host ?? "")?.domains.zone));
  const zones = [...new Set(placement.hosts.map(({ domains }) => domains.zone))].filter((zone) => !used.has(zone));
  if (zones.length === 0) return null;
  const zone = random.pick(zones);
  return {
    title: `${service.id} keeps out of zone ${zone}`, why: "Its users are far from there.",
    select: { workloads: { labels: { service: service.id } } }, require: { ban: { hosts: { labels: { zone } } } },
  };
}

function stays(service: GeneratedService, { workloadsOf }: Situation): Rule | null {
  const first = (workloadsOf.get(service.id) ?? []).find(({ labels, host }) => labels.tier === "db" && host !== undefined);
  if (first === undefined || service.shape !== "free") return null;
  return {
    title: `${first.id} does not move`, why: "Its licence names the machine.",
    select: { workloads: { ids: [first.id] } }, require: "root",
  };
}
