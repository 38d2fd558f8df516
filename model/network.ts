import type { FleetIndex } from "./snapshot.ts";

/** Something that carries data from one host to another, and what it wants of the network; 0 when it can be slow. */
export interface Carrier {
  readonly from: number;
  readonly to: number;
  readonly wantedMbps: number;
}

/**
 * Who carries data through which places: the way out of host h is place 2 h, the way into it 2 h + 1, links between sites
 * follow. What everybody gets at least is an equal part of the tightest place on its way.
 */
export class NetworkUse<User extends Carrier = Carrier> {
  readonly #index: FleetIndex;
  readonly #ways: Ways;
  readonly #users = new Map<number, Set<User>>();
  readonly #placesOfUser = new Map<User, readonly number[]>();

  constructor(index: FleetIndex) {
    this.#index = index;
    this.#ways = waysOf(index);
  }

  add(user: User): void {
    const places = this.placesOf(user);
    this.#placesOfUser.set(user, places);
    for (const place of places) {
      const users = this.#users.get(place);
      if (users === undefined) this.#users.set(place, new Set([user]));
      else users.add(user);
    }
  }

  remove(user: User): void {
    for (const place of this.#placesOfUser.get(user) ?? []) this.#users.get(place)?.delete(user);
    this.#placesOfUser.delete(user);
  }

  placesOf({ from, to }: Pick<Carrier, "from" | "to">): readonly number[] {
    const link = this.linkBetween(from, to);
    return link < 0 ? [2 * from, 2 * to + 1] : [2 * from, 2 * to + 1, 2 * this.#index.hosts.length + link];
  }

  /** The link between the sites of two hosts; -1 within a site, and where the fleet names none. */
  linkBetween(from: number, to: number): number {
    const { siteOfHost, sites, links } = this.#ways;
    const [a, b] = [siteOfHost[from] ?? -1, siteOfHost[to] ?? -1];
    return a < 0 || b < 0 || a === b ? -1 : (links[a * sites + b] ?? -1);
  }

  usersAt(place: number): number {
    return this.#users.get(place)?.size ?? 0;
  }

  mbpsAt(place: number): number {
    const link = place - 2 * this.#index.hosts.length;
    return (link < 0 ? this.#index.hosts[place >> 1]?.migrationMbps : this.#index.fleet.links[link]?.mbps) ?? 0;
  }

  /** Everybody who uses any of some places, each once. */
  sharing(places: readonly number[]): ReadonlySet<User> {
    const found = new Set<User>();
    for (const place of places) for (const user of this.#users.get(place) ?? []) found.add(user);
    return found;
  }

  /** The least that somebody gets on its way, with one more in some places. */
  partOf(user: Pick<Carrier, "from" | "to">, oneMoreAt: readonly number[] = []): number {
    return this.#partAt(this.placesOf(user), oneMoreAt);
  }

  /**
   * Is there room for one more? A live move begins only when it, and those under way, still get what they want, or no
   * less than without it: its rounds would take longer than the wait. Who has the way alone always has room.
   */
  leavesEnough(newcomer: Carrier): boolean {
    const places = this.placesOf(newcomer);
    const isAlone = places.every((place) => this.usersAt(place) === 0);
    if (isAlone) return true;
    if (this.#partAt(places, places) < newcomer.wantedMbps) return false;
    for (const place of places) {
      for (const other of this.#users.get(place) ?? []) {
        if (other.wantedMbps === 0) continue;
        const own = this.#placesOfUser.get(other) ?? [];
        if (this.#partAt(own, places) < Math.min(other.wantedMbps, this.#partAt(own, []))) return false;
      }
    }
    return true;
  }

  #partAt(places: readonly number[], oneMoreAt: readonly number[]): number {
    let least = Infinity;
    for (const place of places) least = Math.min(least, this.mbpsAt(place) / Math.max(1, this.usersAt(place) + (oneMoreAt.includes(place) ? 1 : 0)));
    return least;
  }
}

/** Which link lies between any two sites, by numbers. */
interface Ways {
  readonly siteOfHost: Int32Array;
  readonly sites: number;
  readonly links: Int32Array;
}

const known = new WeakMap<FleetIndex, Ways>();

/** Of two links between the same sites the first counts. */
function waysOf(index: FleetIndex): Ways {
  const found = known.get(index);
  if (found !== undefined) return found;
  const { sites, links } = index.fleet;
  const number = new Map(sites.map(({ id }, s) => [id, s]));
  const ways: Ways = { siteOfHost: Int32Array.from(index.hosts, ({ site }) => number.get(site) ?? -1), sites: sites.length, links: new Int32Array(sites.length ** 2).fill(-1) };
  links.forEach((link, n) => {
    const [a, b] = [number.get(link.a) ?? -1, number.get(link.b) ?? -1];
    for (const at of a < 0 || b < 0 ? [] : [a * sites.length + b, b * sites.length + a]) if (ways.links[at] === -1) ways.links[at] = n;
  });
  known.set(index, ways);
  return ways;
}
