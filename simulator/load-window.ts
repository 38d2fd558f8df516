import type { WorkloadId } from "../model/ids.ts";
import { assert } from "../model/assert.ts";
import { loadResources, newLoadBlock, sampleMax, type LoadBlock, type LoadCursor, type LoadResource, type LoadSource } from "../model/load.ts";
import { amountOf } from "../model/resource.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/** Workloads that share their load evenly: what one was asked for goes to those that run. */
export interface SharingGroup {
  readonly members: readonly number[];
}

export interface LoadWindowOptions {
  readonly index: FleetIndex;
  /** Null: everybody uses at all times what it is expected to use. */
  readonly source: LoadSource | null;
  /** Beginning of the simulation on the time of the source, and its length. */
  readonly startMs: number;
  readonly lengthMs: number;
  readonly groups: readonly SharingGroup[];
  /** No workload gets more of the processor than it has reserved. */
  readonly limitToReservation: boolean;
  /** The most of the processor that some workloads get, in its unit. */
  readonly limits?: ReadonlyMap<WorkloadId, number>;
}

const slotsInWindow = 256;

/**
 * The load around now, so that a year needs no year's memory: one row for each workload, and rows behind them for
 * whatever else draws on a host, each a constant until it is set again. Times are milliseconds since the simulation began.
 */
export class LoadWindow {
  readonly resources: readonly LoadResource[];
  readonly slots: number;
  readonly stepMs: number;
  /** Beginning of slot 0 of the source; not after the beginning of the simulation. */
  readonly originMs: number;
  readonly #workloadCount: number;
  readonly #groups: readonly SharingGroup[];
  readonly #totals: readonly Float64Array[][];
  readonly #block: LoadBlock;
  readonly #cursor: LoadCursor;
  readonly #rowOfSubject: Int32Array;
  /** Is subject n just workload n? Then the source fills our own rows. */
  readonly #direct: boolean;
  readonly #limits: Float64Array | null;
  #samples: Int32Array[];
  #constants: Float64Array[];
  #rows: number;
  readonly #freeRows: number[] = [];
  #first: number;
  #filled = 0;
  /** Per workload, what its own limit took from it in the window: fine units of the processor, summed over the slots. */
  readonly throttled: Float64Array;

  constructor(options: LoadWindowOptions) {
    const { index, startMs, groups } = options;
    const source = options.source ?? expectedUse(index, startMs, options.lengthMs);
    this.resources = source.resources;
    this.stepMs = source.stepMs;
    this.originMs = source.startMs - startMs;
    this.slots = Math.min(slotsInWindow, source.slots);
    this.#workloadCount = index.workloads.length;
    this.#groups = groups;
    this.#rows = this.#workloadCount;
    this.#first = Math.floor(-this.originMs / this.stepMs);
    assert(this.originMs <= 0 && this.originMs + source.slots * this.stepMs >= options.lengthMs, "the load covers the time that is simulated");
    this.#cursor = source.open(this.#first);
    this.#rowOfSubject = Int32Array.from(source.subjects, ({ workload }) => index.workloadIndex.get(workload) ?? -1);
    this.#direct = this.#rowOfSubject.length === this.#rows && this.#rowOfSubject.every((w, subject) => w === subject);
    this.#block = this.#direct ? { slots: this.slots, samples: [] } : newLoadBlock(source, this.slots);
    this.#samples = source.resources.map(() => new Int32Array(this.#rows * this.slots));
    this.#constants = source.resources.map(() => new Float64Array(this.#rows).fill(-1));
    this.#totals = groups.map(() => source.resources.map(() => new Float64Array(this.slots)));
    this.#limits = limitsOf(options, source.resources);
    this.throttled = new Float64Array(this.#workloadCount);
    this.#fill();
  }

  samples(resource: number): Int32Array {
    return this.#samples[resource] as Int32Array;
  }

  get rows(): number {
    return this.#rows;
  }

  /** End of what is in the window. */
  get endMs(): number {
    return this.originMs + (this.#first + this.#filled) * this.stepMs;
  }

  /** Slot of the window in which an instant lies. */
  slotAt(ms: number): number {
    return Math.floor((ms - this.originMs) / this.stepMs) - this.#first;
  }

  slotStartMs(slot: number): number {
    return this.originMs + (this.#first + slot) * this.stepMs;
  }

  at(resource: number, row: number, ms: number): number {
    return this.samples(resource)[row * this.slots + this.slotAt(ms)] ?? 0;
  }

  /** Moves on to the load that follows; groups must be spread again. */
  forward(): void {
    this.#first += this.#filled;
    this.#fill();
  }

  /** A row of its own, with nothing asked for. */
  takeRow(): number {
    const row = this.#freeRows.pop() ?? this.#newRow();
    this.resources.forEach((_, r) => this.setConstant(row, r, 0));
    return row;
  }

  returnRow(row: number): void {
    this.#freeRows.push(row);
  }

  /** From now on, and in the windows to come, the row asks for this; it may rewrite the past of the window, which is settled. */
  setConstant(row: number, resource: number, amount: number): void {
    assert(amount >= 0 && amount <= sampleMax, `${amount} does not fit into a sample`);
    (this.#constants[resource] as Float64Array)[row] = amount;
    this.samples(resource).fill(amount, row * this.slots, (row + 1) * this.slots);
  }

  /** Gives the load of a group to those of its members that run, in equal parts, from a slot on; of nobody, to all. */
  spread(group: number, running: (workload: number) => boolean, fromSlot: number): void {
    const members = this.#groups[group]?.members ?? [];
    const takers = members.filter(running);
    const among = takers.length === 0 ? members : takers;
    this.resources.forEach((_, r) => {
      const [total, samples] = [this.#totals[group]?.[r] ?? new Float64Array(), this.samples(r)];
      for (const w of members) if (!among.includes(w)) samples.fill(0, w * this.slots + fromSlot, w * this.slots + this.#filled);
      among.forEach((w, place) => {
        for (let s = fromSlot; s < this.#filled; s++) {
          const part = Math.floor((total[s] as number) / among.length);
          const left = (total[s] as number) - part * among.length;
          samples[w * this.slots + s] = part + (place < left ? 1 : 0);
        }
      });
    });
  }

  #newRow(): number {
    const row = this.#rows++;
    if (row * this.slots >= this.samples(0).length) {
      const room = Math.max(64, 2 * row) * this.slots;
      this.#samples = this.#samples.map((samples) => {
        const wider = new Int32Array(room);
        wider.set(samples);
        return wider;
      });
      this.#constants = this.#constants.map((constants) => {
        const wider = new Float64Array(room / this.slots).fill(-1);
        wider.set(constants);
        return wider;
      });
    }
    return row;
  }

  #fill(): void {
    const { slots } = this;
    this.#filled = this.#cursor.fill(this.#direct ? { slots, samples: this.#samples } : this.#block);
    this.resources.forEach((_, r) => {
      const samples = this.samples(r);
      if (!this.#direct) this.#distribute(samples, this.#block.samples[r] as Int32Array);
      const constants = this.#constants[r] as Float64Array;
      for (let row = this.#workloadCount; row < this.#rows; row++) samples.fill(constants[row] as number, row * slots, (row + 1) * slots);
    });
    this.#cutOff();
    this.#groups.forEach(({ members }, g) => this.resources.forEach((_, r) => {
      const [total, samples] = [this.#totals[g]?.[r] as Float64Array, this.samples(r)];
      total.fill(0);
      for (const w of members) for (let s = 0; s < this.#filled; s++) total[s] = (total[s] as number) + (samples[w * slots + s] as number);
    }));
  }

  /** The applications of a workload together are its load. */
  #distribute(samples: Int32Array, read: Int32Array): void {
    samples.fill(0, 0, this.#workloadCount * this.slots);
    let before = -1;
    this.#rowOfSubject.forEach((w, subject) => {
      if (w < 0) return;
      const from = subject * this.slots;
      // Subjects come in the order of their workloads, so that the first of each finds its row empty.
      if (w > before) samples.set(read.subarray(from, from + this.#filled), w * this.slots);
      else addRow(samples, w * this.slots, read, from, this.#filled);
      before = Math.max(before, w);
    });
  }

  /** What a workload's own limit keeps from it is not for others to give. */
  #cutOff(): void {
    const processor = processorOf(this.resources);
    this.throttled.fill(0);
    if (this.#limits === null || processor < 0) return;
    const samples = this.samples(processor);
    this.#limits.forEach((limit, w) => {
      for (let at = w * this.slots; at < w * this.slots + this.#filled; at++) {
        const over = (samples[at] as number) - limit;
        if (over <= 0) continue;
        samples[at] = limit;
        this.throttled[w] = (this.throttled[w] as number) + over;
      }
    });
  }
}

/** The resource that power is drawn for: the first that is a processor; -1 for none. */
export function processorOf(resources: readonly LoadResource[]): number {
  return resources.findIndex(({ name }) => name === loadResources.cpuMillicores.name || name === loadResources.cpuMHz.name);
}

function addRow(to: Int32Array, at: number, from: Int32Array, begin: number, count: number): void {
  for (let s = 0; s < count; s++) {
    const sum = (to[at + s] as number) + (from[begin + s] as number);
    assert(sum <= sampleMax, "the applications of a workload together fit into a sample");
    to[at + s] = sum;
  }
}

function limitsOf({ index, limitToReservation, limits = new Map() }: LoadWindowOptions, resources: readonly LoadResource[]): Float64Array | null {
  const resource = resources[processorOf(resources)];
  if (resource === undefined || (!limitToReservation && limits.size === 0)) return null;
  return Float64Array.from(index.workloads, ({ id, reservation }) => {
    const own = (limits.get(id) ?? Infinity) * resource.perUnit;
    return Math.min(sampleMax, own, limitToReservation ? amountOf(reservation, resource.name) * resource.perUnit : Infinity);
  });
}

/** A source in which everybody uses of each rate what it is expected to, for the whole time. */
function expectedUse(index: FleetIndex, startMs: number, lengthMs: number): LoadSource {
  const names = new Set(index.resourceNames);
  const resources = Object.values(loadResources).filter(({ name }) => names.has(name) && !name.endsWith("MiB"));
  return {
    resources, subjects: index.workloads.map(({ id }) => ({ workload: id, application: null })), startMs, stepMs: lengthMs, slots: 1,
    open: (fromSlot) => ({
      fill({ slots, samples }) {
        if (fromSlot++ > 0) return 0;
        resources.forEach(({ name, perUnit }, r) => index.workloads.forEach(({ expectedUse: use }, w) => {
          (samples[r] as Int32Array)[w * slots] = amountOf(use, name) * perUnit;
        }));
        return 1;
      },
    }),
  };
}
