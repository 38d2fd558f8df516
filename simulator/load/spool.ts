import { assert } from "../../model/assert.ts";
import { compareSubjects, spanMs, type LoadBlock, type LoadCursor, type LoadResource, type LoadSeries, type LoadSource, type LoadSubject } from "../../model/load.ts";
import { resample } from "./resample.ts";

/** A place for bytes that need not be in memory. */
export interface SpoolFile {
  append(bytes: Uint8Array): void;
  /** Fills all of `into` with what was appended from a position on. */
  read(into: Uint8Array, position: number): void;
}

interface Row { readonly subject: LoadSubject; readonly firstSlot: number; readonly slots: number; readonly position: number }

const sampleBytes = Int32Array.BYTES_PER_ELEMENT;

/**
 * Load that lies in a file and is read a block at a time, so that a trace may be larger than memory: series are put on a
 * grid and written as they come, and only where each lies is kept.
 */
export class LoadSpool {
  readonly #file: SpoolFile;
  readonly #resources: readonly LoadResource[];
  readonly #stepMs: number;
  readonly #rows: Row[] = [];
  #bytes = 0;

  constructor(file: SpoolFile, resources: readonly LoadResource[], stepMs: number) {
    this.#file = file;
    this.#resources = resources;
    this.#stepMs = stepMs;
  }

  add(series: LoadSeries): void {
    assert(series.samples.length === this.#resources.length, "a series has other resources than its spool");
    const { startMs, endMs } = spanMs(series.times);
    const firstSlot = Math.floor(startMs / this.#stepMs);
    const slots = Math.ceil(endMs / this.#stepMs) - firstSlot;
    this.#rows.push({ subject: series.subject, firstSlot, slots, position: this.#bytes });
    for (const samples of resample(series, { startMs: firstSlot * this.#stepMs, stepMs: this.#stepMs, slots }).samples) {
      this.#file.append(bytesOf(samples));
      this.#bytes += samples.byteLength;
    }
  }

  /** All that was added. A series is 0 before its first and after its last sample. */
  source(): LoadSource {
    const rows = [...this.#rows].sort((a, b) => compareSubjects(a.subject, b.subject));
    const first = rows.reduce((least, { firstSlot }) => Math.min(least, firstSlot), rows[0]?.firstSlot ?? 0);
    const last = rows.reduce((most, { firstSlot, slots }) => Math.max(most, firstSlot + slots), first);
    return {
      resources: this.#resources, subjects: rows.map(({ subject }) => subject),
      startMs: first * this.#stepMs, stepMs: this.#stepMs, slots: last - first,
      open: (fromSlot): LoadCursor => {
        let slot = first + fromSlot;
        return {
          fill: (block) => {
            const filled = Math.max(0, Math.min(block.slots, last - slot));
            for (const [number, row] of rows.entries()) this.#read(row, number, slot, filled, block);
            slot += filled;
            return filled;
          },
        };
      },
    };
  }

  #read(row: Row, number: number, slot: number, filled: number, block: LoadBlock): void {
    const from = Math.max(slot, row.firstSlot);
    const to = Math.max(from, Math.min(slot + filled, row.firstSlot + row.slots));
    for (const [r, samples] of block.samples.entries()) {
      const own = samples.subarray(number * block.slots, number * block.slots + filled);
      if (to - from < filled) own.fill(0);
      if (to > from) this.#file.read(bytesOf(own.subarray(from - slot, to - slot)), row.position + (r * row.slots + from - row.firstSlot) * sampleBytes);
    }
  }
}

/** The memory of some samples, as it is: a spool is read by the machine that wrote it. */
function bytesOf(samples: Int32Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
