import { compareIds, type ServiceId, type SiteId } from "../../model/ids.ts";
import type { FleetIndex } from "../../model/snapshot.ts";

/** What the loss of a link between two sites means. Nobody loses a place with it, and no load moves. */
export interface LinkLoss {
  readonly sites: readonly [SiteId, SiteId];
  readonly mbps: number;
  /** Sites on the shortest other way between its ends; null when there is none, and the fleet falls into two sides. */
  readonly otherWay: readonly SiteId[] | null;
  /** Services that serve at both of its ends; on both sides when there is no other way. */
  readonly split: readonly ServiceId[];
  /** Those of them that have all of their applications on neither side. */
  readonly cut: readonly ServiceId[];
}

/** Every link of the fleet, those first that cut services. */
export function linkLosses(index: FleetIndex): readonly LinkLoss[] {
  const { links, services } = index.fleet;
  const sitesOf = servingSites(index);
  const found = links.map(({ a, b, mbps }): LinkLoss => {
    const [fromA, fromB] = [waysWithout(index, a, b), waysWithout(index, b, a)];
    const way = fromA.get(b) ?? null;
    const sides = way === null ? [[...fromA.keys()], [...fromB.keys()]] : [[a], [b]];
    const parts = services.map(({ id, applications }) => ({
      id, count: applications.length, there: sides.map((side) => applications.filter((application) => side.some((site) => sitesOf.get(application)?.has(site) ?? false)).length),
    }));
    const split = parts.filter(({ there }) => there.every((some) => some > 0));
    const cut = way === null ? split.filter(({ there, count }) => there.every((some) => some < count)) : [];
    return { sites: [a, b], mbps, otherWay: way, split: split.map(({ id }) => id), cut: cut.map(({ id }) => id) };
  });
  const alone = ({ otherWay, split }: LinkLoss): number => (otherWay === null ? split.length : 0);
  return found.sort((x, y) => y.cut.length - x.cut.length || alone(y) - alone(x) || y.split.length - x.split.length || compareIds(x.sites.join(" "), y.sites.join(" ")));
}

/** The sites at which each application serves. */
function servingSites({ workloads, hosts, hostIndex }: FleetIndex): ReadonlyMap<string, ReadonlySet<SiteId>> {
  const sites = new Map<string, Set<SiteId>>();
  for (const { state, desired, host, applications } of workloads) {
    const site = host === null ? undefined : hosts[hostIndex.get(host) ?? -1]?.site;
    if (site === undefined || state !== "running" || desired !== "running") continue;
    for (const id of applications) sites.set(id, (sites.get(id) ?? new Set<SiteId>()).add(site));
  }
  return sites;
}

/** All sites that can be reached without the link, each with those on the shortest way to it; in order of id where several are as short. */
function waysWithout({ fleet: { links } }: FleetIndex, from: SiteId, to: SiteId): ReadonlyMap<SiteId, readonly SiteId[]> {
  const isLost = ({ a, b }: { readonly a: SiteId; readonly b: SiteId }): boolean => (a === from && b === to) || (a === to && b === from);
  const ways = new Map<SiteId, readonly SiteId[]>([[from, []]]);
  // A map gives what is added while it is walked, so near sites come first.
  for (const [here, way] of ways) {
    const next = links.filter((link) => (link.a === here || link.b === here) && !isLost(link)).map(({ a, b }) => (a === here ? b : a));
    for (const site of next.sort(compareIds)) if (!ways.has(site)) ways.set(site, here === from ? [] : [...way, here]);
  }
  return ways;
}
