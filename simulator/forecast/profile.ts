import type { History } from "./history.ts";
import { dayMs, slotsPerDay } from "./history.ts";
import { Samples } from "./samples.ts";

/** Which earlier slots resemble a slot to come. */
export type Likeness =
  /** All recent ones. */
  | { readonly kind: "recent" }
  /** Those some whole periods before it, and their neighbours. */
  | { readonly kind: "period"; readonly slots: number; readonly neighbours: number }
  /** Those at the same time of other working days, or of other weekend days. */
  | { readonly kind: "day-of-its-kind"; readonly neighbours: number };

/** One way to look ahead: resemblance, how far back, and with or without trend. */
export interface Outlook {
  readonly likeness: Likeness;
  readonly windowSlots: number;
  /** Change of the level per slot; 0 when there is none. */
  readonly slope: number;
}

const leastSamples = 3;

/**
 * What a slot to come may be: quantiles of the slots before the origin that resemble it. Slots that resemble the same
 * ones share an answer.
 */
export class Profile {
  readonly #history: History;
  readonly #origin: number;
  readonly #from: number;
  readonly #cut: number;
  readonly #outlook: Outlook;
  readonly #parts: readonly number[];
  /** By place in the period, twice where weekends differ. */
  readonly #known: (readonly number[] | null)[];
  readonly #samples: Samples;
  readonly #period: number;
  #recent: readonly number[] | null = null;

  /** `cut` is a slot before which the load was of another size; profiles that are not asked at once may share the room for their samples. */
  constructor(history: History, origin: number, outlook: Outlook, parts: readonly number[], cut = 0, samples = new Samples()) {
    this.#history = history;
    this.#origin = origin;
    this.#outlook = outlook;
    this.#parts = parts;
    this.#samples = samples;
    this.#period = outlook.likeness.kind === "period" ? outlook.likeness.slots : slotsPerDay(history);
    this.#known = outlook.likeness.kind === "recent" ? [] : Array<null>(2 * this.#period).fill(null);
    this.#cut = Math.max(0, cut);
    this.#from = Math.max(this.#cut, origin - outlook.windowSlots);
  }

  /** Quantiles for slot `origin + ahead`. */
  at(ahead: number): readonly number[] {
    const quantiles = this.#like(this.#origin + ahead);
    const { slope, windowSlots } = this.#outlook;
    if (slope === 0) return quantiles;
    const more = slope * fading(ahead + 1, windowSlots / 2);
    return quantiles.map((value) => value + more);
  }

  #like(slot: number): readonly number[] {
    const { likeness } = this.#outlook;
    if (likeness.kind === "recent") return this.#all();
    const ofItsKind = likeness.kind === "day-of-its-kind";
    const place = 2 * (slot % this.#period) + Number(ofItsKind && isWeekend(this.#history, slot));
    return this.#known[place] ??= this.#alike(slot, this.#period, likeness.neighbours, ofItsKind);
  }

  /** When the window has too few of them it reaches further back, and in the end to all recent ones. */
  #alike(slot: number, period: number, neighbours: number, ofItsKind: boolean): readonly number[] {
    for (const from of [this.#from, this.#cut]) {
      this.#gather(slot, from, period, neighbours, ofItsKind);
      if (this.#samples.count >= leastSamples) return this.#samples.quantiles(this.#parts);
    }
    return this.#all();
  }

  #gather(slot: number, from: number, period: number, neighbours: number, ofItsKind: boolean): void {
    this.#samples.clear();
    const weekend = ofItsKind && isWeekend(this.#history, slot);
    const periodsBack = Math.ceil((slot - this.#origin + 1 + neighbours) / period);
    for (let like = slot - periodsBack * period; like + neighbours >= from; like -= period) {
      if (ofItsKind && isWeekend(this.#history, like) !== weekend) continue;
      this.#collect(Math.max(from, like - neighbours), like + neighbours);
    }
  }

  #collect(first: number, last: number): void {
    const { values } = this.#history;
    const { slope } = this.#outlook;
    const newest = this.#origin - 1;
    for (let i = first; i <= last && i <= newest; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isNaN(value)) this.#samples.add(value + slope * (newest - i));
    }
  }

  #all(): readonly number[] {
    if (this.#recent === null) {
      this.#samples.clear();
      this.#collect(this.#from, this.#origin - 1);
      this.#recent = this.#samples.quantiles(this.#parts);
    }
    return this.#recent;
  }
}

/** Saturday or Sunday, in UTC. The first of January 1970 was a Thursday. */
function isWeekend({ startMs, stepMs }: History, slot: number): boolean {
  const day = Math.floor((startMs + slot * stepMs) / dayMs);
  return (((day + 4) % 7) + 7) % 7 % 6 === 0;
}

/** Slots for which a trend goes on: it fades, and in all goes on for half of the time that it was seen. */
function fading(slots: number, most: number): number {
  return most * (1 - Math.exp(-slots / most));
}
