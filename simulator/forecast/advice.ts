import type { Host } from "../../model/fleet.ts";
import { compareIds, type PolicyId } from "../../model/ids.ts";
import { dayMs } from "./history.ts";
import { instanceRunway, mostThatFit, usableWith, type InstancePool, type InstanceRunway } from "./instances.ts";
import { roomOf, withBought, type KeptFree } from "./pools.ts";
import { usableOf, type Runway, type RunwayModel, type WhenAtMs } from "./runway.ts";

/** A kind of host that may be bought, at its price. */
export interface Offer {
  readonly name: string;
  readonly host: Host;
  readonly microsPerMonth: number;
  readonly max: number;
}

/** What can be done about a runway that is too short. */
export type Remedy =
  | { readonly kind: "buy"; readonly offer: string; readonly count: number }
  | { readonly kind: "no-buffer" }
  | { readonly kind: "no-failover-reserve" }
  | { readonly kind: "relax-policy"; readonly policy: PolicyId };

/** One way out, tried by looking at the runway again with it. */
export interface Way {
  readonly remedy: Remedy;
  readonly microsPerMonth: number;
  /** The runway then. */
  readonly until: WhenAtMs;
  /** Is it then beyond the horizon on nine of ten paths? */
  readonly isEnough: boolean;
}

/** How far a runway has to reach. */
export interface Horizon {
  readonly endMs: number;
}

/** Does a runway end within the horizon on more than one of ten paths? */
export function endsWithin({ crossed }: Pick<Runway, "crossed">, { endMs }: Horizon): boolean {
  return crossed.p10 !== null && crossed.p10 < endMs;
}

/** The horizon of a history that ends at an instant. */
export function horizonFrom(historyEndMs: number, horizonMs: number): Horizon & { readonly days: number } {
  const days = Math.max(1, Math.ceil(horizonMs / dayMs));
  return { endMs: historyEndMs + days * dayMs, days };
}

/** A group of hosts whose runway is too short. */
export interface ShortPool {
  readonly model: RunwayModel;
  readonly runway: Runway;
  readonly hosts: readonly Host[];
  readonly keptFree: KeptFree;
}

/** For each offer the smallest purchase that moves the end of a runway beyond the horizon, and what keeping less free would do. */
export async function waysOfPool(pool: ShortPool, offers: readonly Offer[], horizon: Horizon): Promise<readonly Way[]> {
  const { keptFree, runway } = pool;
  const ways: Way[] = [];
  for (const offer of offers) ways.push(...await purchaseFor(pool, offer, horizon));
  const less: readonly (readonly [Remedy, KeptFree])[] = [
    [{ kind: "no-buffer" }, { ...keptFree, bufferPermille: 0 }],
    [{ kind: "no-failover-reserve" }, { ...keptFree, failoverReserve: { kind: "none" } }],
  ];
  for (const [remedy, settings] of less) {
    const then = runwayOf(pool, pool.hosts, settings);
    if (then !== null && then.usable > runway.usable) ways.push(wayOf(remedy, 0, then, horizon));
  }
  return worthTelling(ways, runway);
}

/** The smallest number that is enough; the most that may be bought when that is not. */
async function purchaseFor(pool: ShortPool, { name, host, microsPerMonth, max }: Offer, horizon: Horizon): Promise<readonly Way[]> {
  const then = (count: number): Runway | null => runwayOf(pool, withBought(pool.hosts, host, count), pool.keptFree);
  const isTooFew = (count: number): boolean => {
    const runway = then(count);
    return runway === null || endsWithin(runway, horizon);
  };
  // More is never worse: the smallest that is enough is one above the most that are too few.
  const count = Math.min(max, 1 + await mostThatFit((count) => Promise.resolve(isTooFew(count)), max));
  const runway = then(count);
  return runway === null ? [] : [wayOf({ kind: "buy", offer: name, count }, count * microsPerMonth, runway, horizon)];
}

function runwayOf({ model, runway }: ShortPool, hosts: readonly Host[], keptFree: KeptFree): Runway | null {
  const room = roomOf(hosts, runway.resource, keptFree);
  return room === null ? null : model.against(usableOf(room));
}

function wayOf(remedy: Remedy, microsPerMonth: number, { crossed }: Runway, horizon: Horizon): Way {
  return { remedy, microsPerMonth, until: crossed, isEnough: !endsWithin({ crossed }, horizon) };
}

/** An application whose next instance has no place soon. */
export interface ShortOfPlaces {
  readonly pool: InstancePool;
  readonly model: RunwayModel;
  readonly runway: InstanceRunway;
  /** Do so many more instances fit with this done? */
  readonly fits: (more: number, remedy: Remedy) => Promise<boolean>;
}

/**
 * For each offer the smallest purchase with which all instances that the horizon needs have a place, as the planner says,
 * and for each policy until when they would have one without it.
 */
export async function waysOfInstances(
  { pool, model, runway, fits }: ShortOfPlaces, needed: number, offers: readonly Offer[], policies: readonly PolicyId[], horizon: Horizon,
): Promise<readonly Way[]> {
  const ways: Way[] = [];
  for (const { name, microsPerMonth, max } of offers) {
    const bought = (count: number): Remedy => ({ kind: "buy", offer: name, count });
    // A host that does not hold one of them is of no use, so as many as there are instances are always enough, or never.
    const most = Math.min(max, needed);
    const tooFew = await mostThatFit(async (count) => !(await fits(needed, bought(count))), most);
    if (tooFew === most) continue;
    ways.push(wayOf(bought(tooFew + 1), (tooFew + 1) * microsPerMonth, model.against(usableWith(pool, needed)), horizon));
  }
  for (const policy of policies) {
    const remedy: Remedy = { kind: "relax-policy", policy };
    if (!(await fits(runway.moreInstances + 1, remedy))) continue;
    ways.push(wayOf(remedy, 0, await instanceRunway(pool, model, (more) => fits(more, remedy)), horizon));
  }
  return worthTelling(ways, runway);
}

/** Those that change something, in order. */
function worthTelling(ways: readonly Way[], { crossed }: Runway): readonly Way[] {
  return ways.filter((way) => way.isEnough || isLater(way.until, crossed)).sort(cheapestFirst);
}

/** What is enough first, then the cheaper; ties by kind and name. */
function cheapestFirst(a: Way, b: Way): number {
  return Number(b.isEnough) - Number(a.isEnough) || a.microsPerMonth - b.microsPerMonth || compareIds(a.remedy.kind, b.remedy.kind) || compareIds(nameOf(a.remedy), nameOf(b.remedy));
}

function nameOf(remedy: Remedy): string {
  switch (remedy.kind) {
    case "buy": return remedy.offer;
    case "relax-policy": return remedy.policy;
    case "no-buffer": case "no-failover-reserve": return "";
  }
}

function isLater(then: WhenAtMs, now: WhenAtMs): boolean {
  const never = Number.POSITIVE_INFINITY;
  return (["p10", "p50", "p90"] as const).some((part) => (then[part] ?? never) > (now[part] ?? never));
}
