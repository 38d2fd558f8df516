import { bitsPerMiB } from "../model/carrying.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/** Bits in a millisecond of one megabit a second. */
export const bitsPerMbpsMs = 1000;

interface Flow {
  readonly from: number;
  readonly to: number;
  readonly link: number;
  left: number;
  /** Bits a millisecond, whole. */
  rate: number;
  epoch: number;
}

/** The way out of a host, the way into one, or a link: what is left of it, and who has no rate yet. */
interface Place {
  left: number;
  open: number;
  readonly flows: number[];
}

/** What went over a link. */
export interface LinkRecord {
  readonly sites: readonly [string, string];
  readonly carriedBits: number;
  readonly peakMbps: number;
}

/**
 * Data under way between hosts. What shares the way out of a host, the way into one, or a link between sites has max-min
 * fair shares of all three: the tightest place gives equal parts, and who is slowed elsewhere leaves the rest. Rates are
 * whole bits a millisecond and change when a transfer begins or ends.
 */
export class Flows {
  readonly #index: FleetIndex;
  readonly #flows = new Map<number, Flow>();
  readonly #linkOfSites = new Map<string, number>();
  /** Failures of each link that are not repaired. */
  readonly #broken = new Map<number, number>();
  readonly #carried: Float64Array;
  readonly #peak: Float64Array;
  readonly #ends: (id: number, atMs: number, epoch: number) => void;
  #sinceMs = 0;
  #nextId = 0;

  constructor(index: FleetIndex, ends: (id: number, atMs: number, epoch: number) => void) {
    this.#index = index;
    this.#ends = ends;
    index.fleet.links.forEach(({ a, b }, link) => {
      for (const key of [`${a} ${b}`, `${b} ${a}`]) if (!this.#linkOfSites.has(key)) this.#linkOfSites.set(key, link);
    });
    this.#carried = new Float64Array(index.fleet.links.length);
    this.#peak = new Float64Array(index.fleet.links.length);
  }

  /** Begins to carry so many mebibytes; `ends` is told when it will have. */
  begin(from: number, to: number, amountMiB: number, nowMs: number): number {
    this.#advance(nowMs);
    const id = this.#nextId++;
    const flow: Flow = { from, to, link: this.linkBetween(from, to), left: amountMiB * bitsPerMiB, rate: -1, epoch: 0 };
    this.#flows.set(id, flow);
    this.#share(nowMs);
    return id;
  }

  /** Has transfer `id` ended now? What is told with an old epoch means nothing. */
  hasEnded(id: number, epoch: number): boolean {
    return this.#flows.get(id)?.epoch === epoch;
  }

  /** Done, or given up: the others get its share. */
  end(id: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#flows.delete(id);
    this.#share(nowMs);
  }

  /** Bits a millisecond that a transfer would get if it began now. */
  rateFor(from: number, to: number, nowMs: number): number {
    this.#advance(nowMs);
    const probe: Flow = { from, to, link: this.linkBetween(from, to), left: 1, rate: 0, epoch: 0 };
    return this.#rates([...this.#flows.values(), probe]).at(-1) ?? 0;
  }

  linkBetween(from: number, to: number): number {
    const [a, b] = [this.#index.hosts[from]?.site, this.#index.hosts[to]?.site];
    return a === b ? -1 : (this.#linkOfSites.get(`${a} ${b}`) ?? -1);
  }

  linkOf(a: string, b: string): number {
    return this.#linkOfSites.get(`${a} ${b}`) ?? -1;
  }

  setLink(link: number, broken: boolean, nowMs: number): void {
    this.#advance(nowMs);
    this.#broken.set(link, (this.#broken.get(link) ?? 0) + (broken ? 1 : -1));
    this.#share(nowMs);
  }

  isBroken(link: number): boolean {
    return (this.#broken.get(link) ?? 0) > 0;
  }

  get count(): number {
    return this.#flows.size;
  }

  records(): readonly LinkRecord[] {
    return this.#index.fleet.links.map(({ a, b }, link) => ({
      sites: [a, b], carriedBits: this.#carried[link] ?? 0, peakMbps: (this.#peak[link] ?? 0) / bitsPerMbpsMs,
    }));
  }

  /** Places through which more goes than they let through, in words. */
  overfull(): readonly string[] {
    const used = new Map<string, number>();
    const add = (key: string, rate: number): void => void used.set(key, (used.get(key) ?? 0) + rate);
    for (const { from, to, link, rate } of this.#flows.values()) {
      add(`out ${from}`, rate);
      add(`in ${to}`, rate);
      if (link >= 0) add(`link ${link}`, rate);
    }
    return [...used].filter(([key, rate]) => {
      const [kind, place = ""] = key.split(" ");
      const mbps = kind === "link" ? this.#linkMbps(Number(place)) : (this.#index.hosts[Number(place)]?.migrationMbps ?? 0);
      return rate > mbps * bitsPerMbpsMs;
    }).map(([key]) => `more goes through ${key} than it lets through`);
  }

  #advance(nowMs: number): void {
    const ms = nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    if (ms === 0) return;
    for (const flow of this.#flows.values()) {
      const bits = Math.min(flow.left, flow.rate * ms);
      flow.left -= bits;
      if (flow.link >= 0) this.#carried[flow.link] = (this.#carried[flow.link] as number) + bits;
    }
  }

  /** Gives every transfer its rate, and tells when those will end whose rate has changed. */
  #share(nowMs: number): void {
    const flows = [...this.#flows.values()];
    const rates = this.#rates(flows);
    const onLink = new Float64Array(this.#peak.length);
    let place = 0;
    for (const [id, flow] of this.#flows) {
      const rate = rates[place++] ?? 0;
      if (flow.link >= 0) onLink[flow.link] = (onLink[flow.link] as number) + rate;
      if (rate === flow.rate) continue;
      flow.rate = rate;
      flow.epoch++;
      if (flow.left === 0) this.#ends(id, nowMs, flow.epoch);
      else if (rate > 0) this.#ends(id, nowMs + Math.ceil(flow.left / rate), flow.epoch);
    }
    onLink.forEach((rate, link) => {
      this.#peak[link] = Math.max(this.#peak[link] as number, rate);
    });
  }

  /** Fills all places evenly until each transfer has met a full one. */
  #rates(flows: readonly Flow[]): readonly number[] {
    const places = this.#placesOf(flows);
    const placesOfFlow = flows.map((): Place[] => []);
    for (const place of places) for (const i of place.flows) placesOfFlow[i]?.push(place);
    const rates = flows.map(() => -1);
    for (;;) {
      let tightest: Place | null = null;
      let part = Infinity;
      for (const place of places) {
        if (place.open === 0) continue;
        const share = Math.floor(place.left / place.open);
        if (share < part) [part, tightest] = [share, place];
      }
      if (tightest === null) return rates;
      for (const i of tightest.flows) {
        if (rates[i] !== -1) continue;
        rates[i] = part;
        for (const place of placesOfFlow[i] ?? []) {
          place.left -= part;
          place.open--;
        }
      }
    }
  }

  /** What the transfers go through; every one through two hosts at least, which never are without limit. */
  #placesOf(flows: readonly Flow[]): readonly Place[] {
    const places = new Map<string, Place>();
    const through = (key: string, mbps: number, i: number): void => {
      const place = places.get(key) ?? { left: mbps * bitsPerMbpsMs, open: 0, flows: [] };
      place.flows.push(i);
      place.open++;
      places.set(key, place);
    };
    flows.forEach(({ from, to, link }, i) => {
      through(`out ${from}`, this.#index.hosts[from]?.migrationMbps ?? 0, i);
      through(`in ${to}`, this.#index.hosts[to]?.migrationMbps ?? 0, i);
      if (link >= 0) through(`link ${link}`, this.#linkMbps(link), i);
    });
    return [...places.values()];
  }

  #linkMbps(link: number): number {
    return this.isBroken(link) ? 0 : (this.#index.fleet.links[link]?.mbps ?? 0);
  }
}
