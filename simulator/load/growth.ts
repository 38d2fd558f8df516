import type { LoadBlock, LoadCursor, LoadSource, LoadSeries, LoadTrace } from "../../model/load.ts";
import { sampleMax } from "../../model/load.ts";

/** A twelfth of a year of 365.25 days. */
export const monthMs = 2_629_800_000;

/** Load that grows from an instant on: by so many thousandths of what it was then, or of what it has become. */
export interface Growth {
  readonly kind: "linear" | "compound";
  /** Below zero it shrinks; at most by all that there is. */
  readonly permillePerMonth: number;
  readonly fromMs: number;
}

/** What load at an instant is multiplied with; 1 before it grows, never below 0. */
export function growthFactor({ kind, permillePerMonth, fromMs }: Growth, atMs: number): number {
  const months = Math.max(0, atMs - fromMs) / monthMs;
  const permonth = Math.max(-1000, permillePerMonth) / 1000;
  return kind === "linear" ? Math.max(0, 1 + permonth * months) : (1 + permonth) ** months;
}

/** Samples that could not grow because they were at the limit of what can be written down. */
export interface Grown<Load> {
  readonly load: Load;
  readonly samplesAtLimit: number;
}

/** A trace that has grown: each piece by the factor at its beginning, rounded. Nothing is promised to grow with it. */
export function grownTrace(trace: LoadTrace, growth: Growth): Grown<LoadTrace> {
  let samplesAtLimit = 0;
  const series = trace.series.map((series): LoadSeries => {
    const factors = Float64Array.from({ length: series.samples[0]?.length ?? 0 }, (_, i) => growthFactor(growth, beginMs(series, i)));
    const samples = series.samples.map((samples) => samples.map((sample, i) => {
      const grown = Math.round(sample * (factors[i] ?? 1));
      samplesAtLimit += Number(grown > sampleMax);
      return Math.min(sampleMax, grown);
    }));
    return { ...series, samples };
  });
  return { load: { ...trace, series }, samplesAtLimit };
}

function beginMs({ times }: LoadSeries, piece: number): number {
  return times.kind === "regular" ? times.startMs + piece * times.stepMs : times.atMs[piece] ?? 0;
}

/** A source that grows while it is read. `samplesAtLimit` counts what was cut at the limit so far. */
export class GrownSource implements LoadSource {
  readonly resources: LoadSource["resources"];
  readonly subjects: LoadSource["subjects"];
  readonly startMs: number;
  readonly stepMs: number;
  readonly slots: number;
  samplesAtLimit = 0;
  readonly #source: LoadSource;
  readonly #growth: Growth;

  constructor(source: LoadSource, growth: Growth) {
    this.#source = source;
    this.#growth = growth;
    ({ resources: this.resources, subjects: this.subjects, startMs: this.startMs, stepMs: this.stepMs, slots: this.slots } = source);
  }

  open(fromSlot: number): LoadCursor {
    const cursor = this.#source.open(fromSlot);
    let slot = fromSlot;
    return {
      fill: (block) => {
        const filled = cursor.fill(block);
        this.#grow(block, slot, filled);
        slot += filled;
        return filled;
      },
    };
  }

  #grow(block: LoadBlock, fromSlot: number, filled: number): void {
    const factors = Float64Array.from({ length: filled }, (_, s) => growthFactor(this.#growth, this.startMs + (fromSlot + s) * this.stepMs));
    for (const samples of block.samples) {
      for (let row = 0; row < samples.length; row += block.slots) {
        for (let s = 0; s < filled; s++) {
          const grown = Math.round((samples[row + s] ?? 0) * (factors[s] ?? 1));
          if (grown > sampleMax) this.samplesAtLimit++;
          samples[row + s] = grown > sampleMax ? sampleMax : grown;
        }
      }
    }
  }
}
