import { pieceCount, type LoadSeries, type LoadTimes } from "../../model/load.ts";
import type { Grid } from "./grid.ts";

/** A series on a grid. Outside of the series, and where less than half of a slot was measured, a slot is unmeasured. */
export interface Resampled {
  /** Per resource: the mean over the measured part of the slot, or over all of it when nothing was; 0 outside. */
  readonly samples: readonly Int32Array[];
  /** Per slot: 1 when at least half of it was measured. */
  readonly measured: Uint8Array;
}

/** The same load on other times: means weighted by time, rounded to the fine unit. */
export function resample(series: LoadSeries, grid: Grid): Resampled {
  return onSameSlots(series, grid) ?? weighted(series, grid);
}

/** A series whose pieces are slots of the grid already only has to be moved; null when they are not. */
function onSameSlots({ times, samples, gaps }: LoadSeries, grid: Grid): Resampled | null {
  if (times.kind !== "regular" || times.stepMs !== grid.stepMs || (times.startMs - grid.startMs) % grid.stepMs !== 0) return null;
  const offset = (times.startMs - grid.startMs) / grid.stepMs;
  const [from, to] = [Math.max(0, offset), Math.max(0, Math.min(grid.slots, offset + times.count))];
  const isInside = offset <= 0 && offset + times.count >= grid.slots;
  const moved = samples.map((own) => {
    // A month of thousands of series is not copied without need.
    if (isInside) return own.subarray(-offset, grid.slots - offset);
    const slots = new Int32Array(grid.slots);
    if (to > from) slots.set(own.subarray(from - offset, to - offset), from);
    return slots;
  });
  const measured = new Uint8Array(grid.slots).fill(1, from, to);
  for (let g = 0; g + 1 < gaps.length; g += 2) measured.fill(0, Math.max(0, offset + (gaps[g] ?? 0)), Math.max(0, offset + (gaps[g + 1] ?? 0)));
  return { samples: moved, measured };
}

function weighted(series: LoadSeries, grid: Grid): Resampled {
  const pieces = pieceCount(series.times);
  const gapOf = gapFlags(series.gaps, pieces);
  const weightMs = new Float64Array(grid.slots);
  const measuredMs = new Float64Array(grid.slots);
  const sums = series.samples.map(() => ({ all: new Float64Array(grid.slots), measured: new Float64Array(grid.slots) }));
  const begin = beginnings(series.times);
  for (let i = 0; i < pieces; i++) {
    const [from, to] = [begin(i), begin(i + 1)];
    const first = Math.max(0, Math.floor((from - grid.startMs) / grid.stepMs));
    for (let slot = first; slot < grid.slots; slot++) {
      const slotMs = grid.startMs + slot * grid.stepMs;
      const ms = Math.min(to, slotMs + grid.stepMs) - Math.max(from, slotMs);
      if (ms <= 0) break;
      weightMs[slot] = (weightMs[slot] ?? 0) + ms;
      if (gapOf[i] === 0) measuredMs[slot] = (measuredMs[slot] ?? 0) + ms;
      for (let r = 0; r < sums.length; r++) add(sums[r], slot, ms * (series.samples[r]?.[i] ?? 0), gapOf[i] === 0);
    }
  }
  return {
    samples: sums.map(({ all, measured }) => Int32Array.from(all, (sum, slot) => {
      const [ms, known] = [weightMs[slot] ?? 0, measuredMs[slot] ?? 0];
      if (ms === 0) return 0;
      return Math.round(known > 0 ? (measured[slot] ?? 0) / known : sum / ms);
    })),
    measured: Uint8Array.from(measuredMs, (ms) => Number(2 * ms >= grid.stepMs)),
  };
}

function add(sum: { readonly all: Float64Array; readonly measured: Float64Array } | undefined, slot: number, amount: number, measured: boolean): void {
  if (sum === undefined) return;
  sum.all[slot] = (sum.all[slot] ?? 0) + amount;
  if (measured) sum.measured[slot] = (sum.measured[slot] ?? 0) + amount;
}

/** When piece i begins; for the number of pieces, when the last one ends. */
function beginnings(times: LoadTimes): (piece: number) => number {
  if (times.kind === "regular") return (piece) => times.startMs + piece * times.stepMs;
  return (piece) => times.atMs[piece] ?? Number.NaN;
}

/** 1 for each piece for which nothing was measured. */
export function gapFlags(gaps: Int32Array, pieces: number): Uint8Array {
  const flags = new Uint8Array(pieces);
  for (let g = 0; g + 1 < gaps.length; g += 2) flags.fill(1, gaps[g], gaps[g + 1]);
  return flags;
}
