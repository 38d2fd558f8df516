import { wantedMbps } from "../../model/carrying.ts";
import { NetworkUse, type Carrier } from "../../model/network.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { carries, stepMs, type Step } from "./step.ts";

/** A place that moves share: a host or the link between two sites; -1 for the one that it is not. */
export interface SharedPlace {
  readonly host: number;
  readonly link: number;
}

/** A step that carries data, and when it ends as long as nobody else comes or goes. */
export interface Carrying {
  readonly step: Step;
  readonly startMs: number;
  endMs: number;
}

/** What part of it was done until `sinceMs`, and how long all of it would last as it goes since then. */
interface UnderWay extends Carrier {
  readonly carrying: Carrying;
  done: number;
  sinceMs: number;
  mbps: number;
  lastsMs: number;
}

/**
 * Who carries data now. Each of those that share the way out of a host, the way into one, or the link between two sites
 * is taken to get an equal part of it. Whenever one comes or goes, the others are slower or faster from then on.
 */
export class Traffic {
  readonly #index: FleetIndex;
  readonly #network: NetworkUse<UnderWay>;
  readonly #underWay = new Map<Carrying, UnderWay>();

  constructor(index: FleetIndex) {
    this.#index = index;
    this.#network = new NetworkUse(index);
  }

  /** The number of the link that a step crosses; -1 within one site. */
  linkOf({ from, to }: Step): number {
    return this.#network.linkBetween(from, to);
  }

  /** Begins to carry; returns those that end at another time from now on, itself among them. */
  begin(carrying: Carrying): readonly Carrying[] {
    const underWay: UnderWay = { ...this.#carrierOf(carrying.step), carrying, done: 0, sinceMs: carrying.startMs, mbps: -1, lastsMs: 1 };
    this.#underWay.set(carrying, underWay);
    this.#network.add(underWay);
    return this.#shareWith(underWay, carrying.startMs);
  }

  /** It has ended; returns those that end at another time from now on. */
  end(carrying: Carrying, nowMs: number): readonly Carrying[] {
    const underWay = this.#underWay.get(carrying);
    if (underWay === undefined) return [];
    this.#underWay.delete(carrying);
    this.#network.remove(underWay);
    return this.#shareWith(underWay, nowMs);
  }

  /** The part of the tightest place that one more step would get, at least 1. */
  mbpsFor(step: Step): number {
    return carries(step) ? wholeMbps(this.#network.partOf(step, this.#network.placesOf(step))) : 1;
  }

  /** When others that share the way of a step would end if it began now. */
  delaysBy(step: Step, nowMs: number): readonly Carrying[] {
    const places = this.#network.placesOf(step);
    return [...this.#network.sharing(places)].map((underWay) => {
      const { carrying, done, sinceMs } = underWay;
      const left = 1 - done - (nowMs - sinceMs) / underWay.lastsMs;
      const lastsMs = stepMs(this.#index, carrying.step, wholeMbps(this.#network.partOf(underWay, places)));
      return { ...carrying, endMs: nowMs + Math.ceil(Math.max(0, left) * lastsMs) };
    });
  }

  /** Must a step wait for room on the network? */
  isTooFull(step: Step): boolean {
    return carries(step) && !this.#network.leavesEnough(this.#carrierOf(step));
  }

  /**
   * Where others must end before more is left for a step: the tightest place when somebody uses it, for its part does
   * not grow before, else any that is used.
   */
  busiest(step: Step): SharedPlace {
    const network = this.#network;
    const partAt = (place: number): number => network.mbpsAt(place) / (network.usersAt(place) + 1);
    const places = network.placesOf(step).toSorted((a, b) => partAt(a) - partAt(b));
    const place = places.find((each) => network.usersAt(each) > 0) ?? places[0] ?? 0;
    const link = place - 2 * this.#index.hosts.length;
    return link >= 0 ? { host: -1, link } : { host: place >> 1, link: -1 };
  }

  /** Looks again at everybody who shares the way of somebody. */
  #shareWith(somebody: UnderWay, nowMs: number): readonly Carrying[] {
    const changed: Carrying[] = [];
    for (const underWay of this.#network.sharing(this.#network.placesOf(somebody))) {
      const mbps = wholeMbps(this.#network.partOf(underWay));
      if (mbps === underWay.mbps) continue;
      const { carrying } = underWay;
      underWay.done = Math.min(1, underWay.done + (nowMs - underWay.sinceMs) / underWay.lastsMs);
      underWay.sinceMs = nowMs;
      underWay.mbps = mbps;
      underWay.lastsMs = stepMs(this.#index, carrying.step, mbps);
      carrying.endMs = Math.max(carrying.startMs + 1, nowMs + Math.ceil((1 - underWay.done) * underWay.lastsMs));
      changed.push(carrying);
    }
    return changed;
  }

  #carrierOf({ kind, workload, from, to }: Step): Carrier {
    return { from, to, wantedMbps: kind === "migrate" ? wantedMbps(this.#index.workloads[workload]?.memoryChangeMiBPerSecond ?? 0) : 0 };
  }
}

function wholeMbps(mbps: number): number {
  return Math.max(1, Math.floor(mbps));
}
