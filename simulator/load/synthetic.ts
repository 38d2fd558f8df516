import { assert } from "../../model/assert.ts";
import { sampleMax, type LoadBlock, type LoadCursor, type LoadResource, type LoadSource, type LoadSubject } from "../../model/load.ts";
import type { LoadShape } from "../../model/simulation.ts";
import { Random } from "../../model/random.ts";
import { growthFactor, type Growth } from "./growth.ts";
import type { Grid } from "./grid.ts";

/** How one subject behaves. Parts are thousandths of its mean use on a working day. */
export interface SyntheticLoad extends LoadShape {
  readonly subject: LoadSubject;
  /** Mean use on a working day, in units of each resource of the source, in their order. */
  readonly means: readonly number[];
  /** Trend; none when absent. */
  readonly growth?: Growth;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
const noiseBits = 11;
const noiseMask = (1 << noiseBits) - 1;

/** Load made up slot by slot: the same for the same seed, wherever one begins to read. A step must divide the day. */
export function syntheticSource(loads: readonly SyntheticLoad[], resources: readonly LoadResource[], grid: Grid, seed: number): LoadSource {
  const daySlots = dayMs / grid.stepMs;
  assert(Number.isInteger(daySlots) && grid.startMs % grid.stepMs === 0, `slots of ${grid.stepMs} ms do not divide the day`);
  const random = new Random(seed);
  const world: World = { grid, daySlots, resources, wave: waveOf(daySlots), noise: noiseTable(random.split()) };
  const makers = loads.map((load) => new Maker(load, world, random.split()));
  return {
    resources, subjects: loads.map(({ subject }) => subject), startMs: grid.startMs, stepMs: grid.stepMs, slots: grid.slots,
    open: (fromSlot): LoadCursor => {
      let slot = fromSlot;
      return {
        fill(block) {
          const filled = Math.max(0, Math.min(block.slots, grid.slots - slot));
          for (const [row, maker] of makers.entries()) maker.fill(block, row, slot, filled);
          slot += filled;
          return filled;
        },
      };
    },
  };
}

/** The highest that a load comes to by its swing and growth until an instant, in units of each resource; noise and bursts come on top. */
export function swingTo({ means, dailyPermille, weekendPermille, growth }: SyntheticLoad, untilMs: number): readonly number[] {
  const grown = growth === undefined ? 1 : Math.max(1, growthFactor(growth, untilMs));
  const factor = (1 + dailyPermille / 1000) * Math.max(1, weekendPermille / 1000) * grown;
  return means.map((mean) => mean * factor);
}

interface World {
  readonly grid: Grid;
  readonly daySlots: number;
  readonly resources: readonly LoadResource[];
  /** One day's swing, highest at slot 0. */
  readonly wave: Float64Array;
  /** Draws from a standard normal distribution, nearly. */
  readonly noise: Float64Array;
}

function waveOf(daySlots: number): Float64Array {
  return Float64Array.from({ length: daySlots }, (_, slot) => Math.cos((2 * Math.PI * slot) / daySlots));
}

/** Sums of twelve shares, less their mean: bounded at six deviations. */
function noiseTable(random: Random): Float64Array {
  return Float64Array.from({ length: 1 << noiseBits }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += (random.uint32() + 0.5) / 4_294_967_296;
    return sum;
  });
}

function scrambled(bits: number): number {
  const once = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  return Math.imul(once ^ (once >>> 13), 0xc2b2ae35) >>> 0;
}

/** Makes the load of one subject. */
class Maker {
  readonly #load: SyntheticLoad;
  readonly #world: World;
  readonly #noiseSeed: number;
  readonly #burstSeed: number;
  readonly #means: readonly number[];
  readonly #phase: number;

  constructor(load: SyntheticLoad, world: World, random: Random) {
    this.#load = load;
    this.#world = world;
    this.#noiseSeed = random.uint32();
    this.#burstSeed = random.uint32();
    this.#means = world.resources.map(({ perUnit }, r) => (load.means[r] ?? 0) * perUnit);
    this.#phase = world.daySlots - Math.round((load.peakMinute * minuteMs) / world.grid.stepMs) % world.daySlots;
  }

  fill(block: LoadBlock, row: number, fromSlot: number, filled: number): void {
    const { grid, daySlots } = this.#world;
    const offset = Math.round(grid.startMs / grid.stepMs);
    for (let done = 0; done < filled;) {
      const absolute = offset + fromSlot + done;
      const day = Math.floor(absolute / daySlots);
      const inDay = absolute - day * daySlots;
      const count = Math.min(filled - done, daySlots - inDay);
      this.#fillDay(block, row * block.slots + done, day, inDay, count);
      done += count;
    }
  }

  #fillDay(block: LoadBlock, at: number, day: number, inDay: number, count: number): void {
    const weekend = (((day + 4) % 7) + 7) % 7 % 6 === 0;
    const growth = this.#load.growth === undefined ? 1 : growthFactor(this.#load.growth, day * dayMs);
    const scale = growth * (weekend ? this.#load.weekendPermille / 1000 : 1);
    const bits = scrambled(this.#burstSeed ^ Math.imul(day, 0x9e3779b1));
    const bursts = bits % 7000 < this.#load.burstsPerWeek * 1000;
    for (let r = 0; r < this.#means.length; r++) {
      const samples = block.samples[r];
      const mean = (this.#means[r] ?? 0) * scale;
      if (samples === undefined) continue;
      this.#swing(samples, at, day, inDay, count, mean, r);
      if (bursts) this.#burst(samples, at, scrambled(bits), inDay, count, mean);
    }
  }

  /** The inner loop: nothing but arithmetic. Each day walks through the noise in its own order. */
  #swing(samples: Int32Array, at: number, day: number, inDay: number, count: number, mean: number, resource: number): void {
    const { wave, noise, daySlots } = this.#world;
    const swing = (mean * this.#load.dailyPermille) / 1000;
    const spread = (mean * this.#load.noisePermille) / 1000;
    const hash = scrambled(this.#noiseSeed ^ Math.imul(day, 0x9e3779b1) ^ Math.imul(resource + 1, 0x632be5ab));
    const stride = (hash >>> noiseBits) | 1;
    let n = (hash + Math.imul(stride, inDay)) & noiseMask;
    let p = (inDay + this.#phase) % daySlots;
    for (let i = at; i < at + count; i++) {
      const value = mean + swing * (wave[p] ?? 0) + spread * (noise[n] ?? 0);
      samples[i] = value <= 0 ? 0 : value >= sampleMax ? sampleMax : value + 0.5;
      n = (n + stride) & noiseMask;
      p = p + 1 === daySlots ? 0 : p + 1;
    }
  }

  /** Adds the burst of a day, which does not run over midnight. */
  #burst(samples: Int32Array, at: number, bits: number, inDay: number, count: number, mean: number): void {
    const { daySlots, grid } = this.#world;
    const length = Math.min(daySlots, Math.max(1, Math.round((this.#load.burstMinutes * minuteMs) / grid.stepMs)));
    const begin = bits % (daySlots - length + 1);
    const more = Math.round((mean * this.#load.burstPermille) / 1000);
    const end = Math.min(inDay + count, begin + length);
    for (let slot = Math.max(inDay, begin); slot < end; slot++) {
      const i = at + slot - inDay;
      samples[i] = Math.min(sampleMax, (samples[i] ?? 0) + more);
    }
  }
}

/** Load of the usual mix for workloads of which only the mean use is known: most follow the day, some burst, few grow. */
export function usualLoads(
  workloads: readonly { readonly subject: LoadSubject; readonly means: readonly number[] }[], fromMs: number, seed: number,
): readonly SyntheticLoad[] {
  const random = new Random(seed);
  return workloads.map(({ subject, means }) => {
    const own = random.split();
    return {
      subject, means,
      dailyPermille: own.between(50, 600), peakMinute: own.between(9 * 60, 20 * 60), weekendPermille: own.between(300, 1000),
      noisePermille: own.between(20, 200),
      burstsPerWeek: own.below(4), burstMinutes: own.between(10, 120), burstPermille: own.between(200, 2000),
      growth: { kind: "compound", permillePerMonth: own.chance(300) ? own.between(0, 40) : 0, fromMs },
    };
  });
}
