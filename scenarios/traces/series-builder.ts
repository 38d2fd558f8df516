import { assert } from "../../model/assert.ts";
import { sampleMax, type LoadSeries, type LoadSubject, type LoadTimes } from "../../model/load.ts";
import { Float64Column, Int32Column } from "./columns.ts";
import type { Findings } from "./findings.ts";

/** What stands in a gap: the last value before it, or nothing. */
export type GapFill = "hold" | "zero";

export interface SeriesOptions {
  /** Time between samples; null to find it, or to learn that there is none. */
  readonly stepMs: number | null;
  readonly fill: GapFill;
}

/** A value that was not measured. */
export const unmeasured = -1;
/** A distance up to this many steps is a late stamp, beyond it a hole. */
const lateSteps = 1.5;

/**
 * Collects the samples of one subject in the order of the file, then puts them into the order of time: rows that go
 * back are put in their place, of rows with one stamp the last counts, holes become gaps.
 */
export class SeriesBuilder {
  readonly subject: LoadSubject;
  readonly provisioned: Float64Array;
  readonly #findings: Findings;
  readonly #at = new Float64Column();
  readonly #durations = new Float64Column();
  readonly #rows = new Int32Column();
  readonly #values: readonly Int32Column[];
  #ascending = true;
  #last = Number.NEGATIVE_INFINITY;

  constructor(subject: LoadSubject, resources: number, findings: Findings) {
    this.subject = subject;
    this.provisioned = new Float64Array(resources).fill(unmeasured);
    this.#findings = findings;
    this.#values = Array.from({ length: resources }, () => new Int32Column());
  }

  /** A sample in fine units, `unmeasured` where there is none. `durationMs` is 0 when the file does not say. */
  add(atMs: number, row: number, values: ArrayLike<number>, durationMs = 0): void {
    if (atMs < this.#last) {
      const last = this.#last;
      this.#findings.note("stamp-goes-back", "repaired", row, () => `${instant(atMs)} after ${instant(last)}; put in its place`);
    }
    if (atMs <= this.#last) this.#ascending = false;
    this.#last = Math.max(this.#last, atMs);
    this.#at.push(atMs);
    this.#durations.push(durationMs);
    this.#rows.push(row);
    this.#values.forEach((column, r) => {
      const value = values[r] ?? unmeasured;
      assert(value >= unmeasured && value <= sampleMax, `sample ${value} is not from 0 to ${sampleMax}`);
      column.push(value);
    });
  }

  /** Many samples side by side in the file, none of them `unmeasured`. */
  addRun(firstRow: number, at: Float64Array, durations: Float64Array, values: readonly Int32Array[]): void {
    let last = this.#last;
    let inOrder = true;
    for (let i = 0; i < at.length; i++) {
      const atMs = at[i] as number;
      inOrder &&= atMs > last;
      last = atMs;
    }
    if (!inOrder) {
      at.forEach((atMs, i) => this.add(atMs, firstRow + i, values.map((column) => column[i] ?? unmeasured), durations[i] ?? 0));
      return;
    }
    this.#last = last;
    this.#at.append(at);
    this.#durations.append(durations);
    this.#rows.appendRange(firstRow, at.length);
    this.#values.forEach((column, r) => column.append(values[r] ?? new Int32Array(at.length)));
  }

  /** Something may be promised more than once; the largest counts. */
  provision(resource: number, amount: number): void {
    this.provisioned[resource] = Math.max(this.provisioned[resource] ?? unmeasured, amount);
  }

  /** The series and how many rows are in it; null when there is none. */
  finish(options: SeriesOptions): { readonly series: LoadSeries; readonly rowsKept: number } | null {
    if (this.#at.length === 0) return null;
    const plain = this.#plain(options.stepMs);
    if (plain !== null) return { series: plain, rowsKept: this.#at.length };
    const order = this.#order();
    const stamps = this.#at.values();
    const at = Float64Array.from(order, (i) => stamps[i] ?? 0);
    const step = options.stepMs ?? commonStepMs(at);
    const ends = this.#ends(order, at, step);
    const places = placesOf(at, ends);
    const { samples, gaps } = this.#fill(order, places, options.fill);
    const times = timesOf(at, ends, places);
    return { series: { subject: this.subject, times, samples, gaps, provisioned: this.provisioned }, rowsKept: order.length };
  }

  /** Most series have one sample after the other at the same distance, and nothing to repair: as it stands. Else null. */
  #plain(wantedStepMs: number | null): LoadSeries | null {
    const [at, durations] = [this.#at.values(), this.#durations.values()];
    const count = this.#at.length;
    const [first = 0, second = Number.NaN] = at;
    const stepMs = second - first;
    const own = durations[0] ?? 0;
    if (count < 3 || !this.#ascending || (own !== stepMs && (own !== 0 || (wantedStepMs ?? stepMs) !== stepMs))) return null;
    for (let i = 0; i < count; i++) if (at[i] !== first + i * stepMs || durations[i] !== own) return null;
    const columns = this.#values.map((column) => column.values());
    if (columns.some((column) => column.includes(unmeasured))) return null;
    return { subject: this.subject, times: { kind: "regular", startMs: first, stepMs, count }, samples: columns.map((column) => column.slice()), gaps: new Int32Array(0), provisioned: this.provisioned };
  }

  /** Rows in order of time, one for each stamp. */
  #order(): Int32Array {
    const all = Int32Array.from({ length: this.#at.length }, (_, i) => i);
    if (this.#ascending) return all;
    const at = this.#at.values();
    all.sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || a - b);
    let kept = 0;
    for (let i = 0; i < all.length; i++) {
      const row = all[i] ?? 0;
      const next = all[i + 1];
      if (next !== undefined && at[next] === at[row]) this.#dropped(row, next);
      else all[kept++] = row;
    }
    return all.slice(0, kept);
  }

  #dropped(former: number, later: number): void {
    const same = this.#values.every((column) => column.values()[former] === column.values()[later]);
    const at = instant(this.#at.values()[former] ?? 0);
    const [formerRow = 0, laterRow = 0] = [this.#rows.values()[former], this.#rows.values()[later]];
    if (same) this.#findings.note("same-row-again", "dropped", laterRow, () => `${at} stands in row ${formerRow} with the same values`);
    else this.#findings.note("same-stamp-other-values", "dropped", formerRow, () => `${at} stands again in row ${laterRow} with other values, which count`);
  }

  /** When each sample stops to hold: at the next one, at its own end, or after a step when the next one is far. */
  #ends(order: Int32Array, at: Float64Array, stepMs: number | null): Float64Array {
    const ends = new Float64Array(at.length);
    const durations = this.#durations.values();
    const rows = this.#rows.values();
    for (let i = 0; i < at.length; i++) {
      const start = at[i] ?? 0;
      const next = at[i + 1] ?? Number.POSITIVE_INFINITY;
      const row = rows[order[i] ?? 0] ?? 0;
      const duration = durations[order[i] ?? 0] ?? 0;
      if (duration > 0) ends[i] = this.#ownEnd(row, start, duration, next);
      else if (stepMs === null) ends[i] = next === Number.POSITIVE_INFINITY ? start + (start - (at[i - 1] ?? start - 1)) : next;
      else ends[i] = this.#nextOrStep(row, start, stepMs, next);
    }
    return ends;
  }

  #ownEnd(row: number, startMs: number, durationMs: number, nextMs: number): number {
    const endMs = startMs + durationMs;
    if (endMs > nextMs) this.#findings.note("overlap", "repaired", row, () => `${durationMs} ms from ${instant(startMs)} reach over ${instant(nextMs)}; cut there`);
    else if (endMs < nextMs && nextMs < Number.POSITIVE_INFINITY) {
      this.#findings.note("stamps-missing", "filled", row, () => `nothing from ${instant(endMs)} to ${instant(nextMs)}`);
    }
    return Math.min(endMs, nextMs);
  }

  #nextOrStep(row: number, startMs: number, stepMs: number, nextMs: number): number {
    const distance = nextMs - startMs;
    if (distance === Number.POSITIVE_INFINITY) return startMs + stepMs;
    if (distance > lateSteps * stepMs) {
      const missing = Math.max(1, Math.round(distance / stepMs) - 1);
      this.#findings.note("stamps-missing", "filled", row, () => `nothing from ${instant(startMs + stepMs)} to ${instant(nextMs)}`, missing);
      return startMs + stepMs;
    }
    if (distance !== stepMs) {
      this.#findings.note("stamp-off-grid", "kept", row, () => `${distance / 1000} s to the next stamp, not ${stepMs / 1000} s`);
    }
    return nextMs;
  }

  /** Samples and gaps by place; a sample takes one place, and the hole after it what `places` says. */
  #fill(order: Int32Array, places: Places, fill: GapFill): Pick<LoadSeries, "samples" | "gaps"> {
    const gaps: number[] = [];
    const gapFrom = (from: number, to: number): void => {
      if (gaps.length > 0 && gaps[gaps.length - 1] === from) gaps[gaps.length - 1] = to;
      else gaps.push(from, to);
    };
    const columns = this.#values.map((column) => column.values());
    order.forEach((sample, i) => {
      const place = places.of[i] ?? 0;
      const end = places.of[i + 1] ?? places.count;
      const measured = columns.some((column) => column[sample] !== unmeasured);
      if (!measured) gapFrom(place, end);
      else if (end > place + 1) gapFrom(place + 1, end);
    });
    const samples = columns.map((column) => this.#filled(column, order, places, fill));
    return { samples, gaps: Int32Array.from(gaps) };
  }

  #filled(values: Int32Array, order: Int32Array, places: Places, fill: GapFill): Int32Array {
    const filled = new Int32Array(places.count);
    const rows = this.#rows.values();
    let held = Math.max(0, fill === "hold" ? (values[order.find((i) => values[i] !== unmeasured) ?? 0] ?? 0) : 0);
    order.forEach((sample, i) => {
      const value = values[sample] ?? unmeasured;
      if (value === unmeasured) this.#findings.note("nothing-measured", "filled", rows[sample] ?? 0, () => `a value is missing; ${fill === "hold" ? "the last one" : "0"} stands there`);
      else held = value;
      const place = places.of[i] ?? 0;
      filled[place] = value === unmeasured && fill === "zero" ? 0 : held;
      filled.fill(fill === "hold" ? held : 0, place + 1, places.of[i + 1] ?? places.count);
    });
    return filled;
  }
}

/** On which piece each sample comes: one for itself, one for the hole after it (or as many as steps fit). */
interface Places { readonly of: Int32Array; readonly count: number; readonly stepMs: number | null }

function placesOf(at: Float64Array, ends: Float64Array): Places {
  const stepMs = regularStepMs(at, ends);
  const of = new Int32Array(at.length);
  let place = 0;
  for (let i = 0; i < at.length; i++) {
    of[i] = place;
    const hole = (at[i + 1] ?? ends[i] ?? 0) - (ends[i] ?? 0);
    place += 1 + (hole <= 0 ? 0 : stepMs === null ? 1 : Math.round(hole / stepMs));
  }
  return { of, count: place, stepMs };
}

/** The step when every sample holds for one step and every hole is some steps long; else null. */
function regularStepMs(at: Float64Array, ends: Float64Array): number | null {
  const step = (ends[0] ?? 0) - (at[0] ?? 0);
  let slots = 0;
  for (let i = 0; i < at.length; i++) {
    const start = at[i] ?? 0;
    if ((ends[i] ?? 0) - start !== step) return null;
    const before = (start - (at[0] ?? 0)) / step;
    if (!Number.isInteger(before)) return null;
    slots = before + 1;
  }
  // A long hole between few samples is cheaper as one piece.
  return slots <= 8 * at.length + 1024 ? step : null;
}

function timesOf(at: Float64Array, ends: Float64Array, places: Places): LoadTimes {
  if (places.stepMs !== null) return { kind: "regular", startMs: at[0] ?? 0, stepMs: places.stepMs, count: places.count };
  const atMs = new Float64Array(places.count + 1);
  for (let i = 0; i < at.length; i++) {
    atMs[places.of[i] ?? 0] = at[i] ?? 0;
    if ((places.of[i + 1] ?? places.count) > (places.of[i] ?? 0) + 1) atMs[(places.of[i] ?? 0) + 1] = ends[i] ?? 0;
  }
  atMs[places.count] = ends[ends.length - 1] ?? 0;
  return { kind: "stepped", atMs };
}

/** The median distance when three quarters of all distances are within a tenth of it; else null: there is no step. */
function commonStepMs(at: Float64Array): number | null {
  if (at.length < 3) return null;
  const distances = Float64Array.from({ length: at.length - 1 }, (_, i) => (at[i + 1] ?? 0) - (at[i] ?? 0));
  const median = Float64Array.from(distances).sort()[distances.length >> 1] ?? 0;
  const near = distances.reduce((count, distance) => count + Number(Math.abs(distance - median) <= median / 10), 0);
  return near * 4 >= distances.length * 3 ? median : null;
}

/** An instant in words; small ones are counted from the beginning of a trace that has no date. */
export function instant(atMs: number): string {
  return Math.abs(atMs) < 86_400_000 * 365 || Math.abs(atMs) > 8.64e15 ? `${atMs} ms` : new Date(atMs).toISOString().replace(".000Z", "Z");
}
