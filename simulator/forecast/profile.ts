import type { History } from "./history.ts";
import { dayMs, slotsPerDay } from "./history.ts";
import { quantileOf } from "./quantile.ts";

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
  readonly #known = new Map<number, Float64Array>();
  #recent: Float64Array | null = null;

  /** `cut` is a slot before which the load was of another size. */
  constructor(history: History, origin: number, outlook: Outlook, parts: readonly number[], cut = 0) {
    this.#history = history;
    this.#origin = origin;
    this.#outlook = outlook;
    this.#parts = parts;
    this.#cut = Math.max(0, cut);
    this.#from = Math.max(this.#cut, origin - outlook.windowSlots);
  }

  /** Quantiles for slot `origin + ahead`. */
  at(ahead: number): Float64Array {
    const quantiles = this.#like(this.#origin + ahead);
    const { slope, windowSlots } = this.#outlook;
    if (slope === 0) return quantiles;
    const more = slope * fading(ahead + 1, windowSlots / 2);
    return quantiles.map((value) => value + more);
  }

  #like(slot: number): Float64Array {
    const { likeness } = this.#outlook;
    if (likeness.kind === "recent") return this.#all();
    const period = likeness.kind === "period" ? likeness.slots : slotsPerDay(this.#history);
    const weekend = likeness.kind === "period" ? 0 : Number(isWeekend(this.#history, slot));
    const key = 2 * (slot % period) + weekend;
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, known = this.#alike(slot, period, likeness.neighbours, likeness.kind === "day-of-its-kind"));
    return known;
  }

  /** When the window has too few of them it reaches further back, and in the end to all recent ones. */
  #alike(slot: number, period: number, neighbours: number, ofItsKind: boolean): Float64Array {
    for (const from of [this.#from, this.#cut]) {
      const samples = this.#samples(slot, from, period, neighbours, ofItsKind);
      if (samples.length >= leastSamples) return this.#quantiles(samples);
    }
    return this.#all();
  }

  #samples(slot: number, from: number, period: number, neighbours: number, ofItsKind: boolean): number[] {
    const samples: number[] = [];
    const weekend = isWeekend(this.#history, slot);
    const periodsBack = Math.ceil((slot - this.#origin + 1 + neighbours) / period);
    for (let like = slot - periodsBack * period; like + neighbours >= from; like -= period) {
      if (ofItsKind && isWeekend(this.#history, like) !== weekend) continue;
      this.#collect(Math.max(from, like - neighbours), like + neighbours, samples);
    }
    return samples;
  }

  #collect(first: number, last: number, samples: number[]): void {
    const { values } = this.#history;
    for (let i = first; i <= last && i < this.#origin; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isNaN(value)) samples.push(value + this.#outlook.slope * (this.#origin - 1 - i));
    }
  }

  #all(): Float64Array {
    if (this.#recent === null) {
      const samples: number[] = [];
      this.#collect(this.#from, this.#origin - 1, samples);
      this.#recent = this.#quantiles(samples);
    }
    return this.#recent;
  }

  #quantiles(samples: readonly number[]): Float64Array {
    const sorted = new Float64Array(samples).sort();
    const quantiles = new Float64Array(this.#parts.length);
    for (let k = 0; k < quantiles.length; k++) quantiles[k] = quantileOf(sorted, this.#parts[k] ?? 0);
    return quantiles;
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
