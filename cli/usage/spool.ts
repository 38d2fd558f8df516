import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { spanMs, type LoadResource, type LoadSeries } from "../../model/load.ts";
import type { UseOverTime } from "../../reports/index.ts";
import { diskSpool, type DiskSpool } from "../../scenarios/traces/index.ts";
import { resample, type Grid } from "../../simulator/index.ts";

interface Row { readonly firstSlot: number; readonly slots: number; readonly position: number }

/**
 * Load on slots in a scratch file, of which any series can be read again, so that sums over any members need the memory of
 * one series, however many there are.
 */
export class UsageSpool {
  readonly stepMs: number;
  readonly #file: DiskSpool;
  readonly #rows: Row[] = [];
  #resources: readonly LoadResource[] = [];
  #bytes = 0;

  constructor(stepMs: number) {
    this.stepMs = stepMs;
    const folder = mkdtempSync(path.join(tmpdir(), "stowage-usage-"));
    this.#file = diskSpool(path.join(folder, "load"));
    rmdirSync(folder);
  }

  get resources(): readonly LoadResource[] {
    return this.#resources;
  }

  /** Keeps a series, and says its number. */
  add(series: LoadSeries, resources: readonly LoadResource[]): number {
    this.#resources = resources;
    const { startMs, endMs } = spanMs(series.times);
    const firstSlot = Math.floor(startMs / this.stepMs);
    const slots = Math.max(1, Math.ceil(endMs / this.stepMs) - firstSlot);
    const { samples, measured } = resample(series, { startMs: firstSlot * this.stepMs, stepMs: this.stepMs, slots });
    this.#rows.push({ firstSlot, slots, position: this.#bytes });
    for (const own of samples) this.#append(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
    // Samples lie at multiples of four bytes.
    const flags = new Uint8Array(4 * Math.ceil(slots / 4));
    flags.set(measured);
    this.#append(flags);
    return this.#rows.length - 1;
  }

  #append(bytes: Uint8Array): void {
    this.#file.append(bytes);
    this.#bytes += bytes.byteLength;
  }

  /** All slots of all series. */
  grid(): Grid {
    const first = this.#rows.reduce((least, { firstSlot }) => Math.min(least, firstSlot), this.#rows[0]?.firstSlot ?? 0);
    const last = this.#rows.reduce((most, { firstSlot, slots }) => Math.max(most, firstSlot + slots), first);
    return { startMs: first * this.stepMs, stepMs: this.stepMs, slots: last - first };
  }

  /**
   * Use of one resource by some series together, and of a constant beside them, in units. A series counts from its first to
   * its last slot, in gaps with what stands there; a slot in which less than half of those present were measured is NaN.
   */
  use(members: readonly number[], r: number, amount = 0): UseOverTime {
    const { startMs, slots, stepMs } = this.grid();
    const first = startMs / stepMs;
    const perUnit = this.#resources[r]?.perUnit ?? 1;
    const sum = new Float64Array(slots);
    // Measured members count twice, those present take one away: not below zero where half of them were measured.
    const balance = new Int32Array(slots);
    const present = new Uint8Array(slots);
    for (const member of members) {
      const row = this.#rows[member];
      if (row !== undefined) this.#addRow(row, r, row.firstSlot - first, { sum, balance, present });
    }
    const isAlwaysThere = members.length === 0;
    for (let slot = 0; slot < slots; slot++) {
      const isKnown = isAlwaysThere || (present[slot] === 1 && (balance[slot] as number) >= 0);
      sum[slot] = isKnown ? (sum[slot] as number) / perUnit + amount : Number.NaN;
    }
    return { startMs, stepMs, values: sum };
  }

  #addRow({ slots, position }: Row, r: number, offset: number, { sum, balance, present }: { readonly sum: Float64Array; readonly balance: Int32Array; readonly present: Uint8Array }): void {
    const samples = new Int32Array(slots);
    const measured = new Uint8Array(slots);
    this.#file.read(new Uint8Array(samples.buffer), position + 4 * r * slots);
    this.#file.read(measured, position + 4 * this.#resources.length * slots);
    for (let i = 0; i < slots; i++) {
      const slot = offset + i;
      sum[slot] = (sum[slot] as number) + (samples[i] as number);
      balance[slot] = (balance[slot] as number) + 2 * (measured[i] as number) - 1;
      present[slot] = 1;
    }
  }

  remove(): void {
    this.#file.remove();
  }
}
