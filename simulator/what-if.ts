import { assert } from "../model/assert.ts";
import type { LoadSource } from "../model/load.ts";
import { currentHosts, type FleetIndex } from "../model/snapshot.ts";
import { LoadWindow, processorOf } from "./load-window.ts";
import { sharedCapacity } from "./meters.ts";

/** Load of rows on one grid, all in memory, and where each row is. */
export interface ReplayInput {
  /** Row after row, `slots` each, fine units of the processor. */
  readonly samples: Int32Array;
  readonly slots: number;
  /** -1: nowhere. */
  readonly hostOf: ArrayLike<number>;
  /** By host, in fine units. */
  readonly capacity: ArrayLike<number>;
  /** Power of each host that is linear in use, milliwatts. */
  readonly idleMilliwatts: ArrayLike<number>;
  readonly peakMilliwatts: ArrayLike<number>;
}

/** The load of a fleet as it is now for one resource, the processor unless told, read into memory from a source: rows are workloads. */
export function replayInput(index: FleetIndex, source: LoadSource, name?: string): ReplayInput {
  const window = new LoadWindow({ index, source, startMs: source.startMs, lengthMs: source.slots * source.stepMs, groups: [], limitToReservation: false });
  const processor = name === undefined ? processorOf(window.resources) : window.resources.findIndex((each) => each.name === name);
  const resource = window.resources[processor];
  assert(resource !== undefined, `the load is of ${name ?? "processors"}`);
  const samples = new Int32Array(index.workloads.length * source.slots);
  for (let slot = 0; slot < source.slots; slot += window.slots) {
    if (slot > 0) window.forward();
    const [block, count] = [window.samples(processor), Math.min(window.slots, source.slots - slot)];
    for (let w = 0; w < index.workloads.length; w++) samples.set(block.subarray(w * window.slots, w * window.slots + count), w * source.slots + slot);
  }
  return {
    samples, slots: source.slots, hostOf: currentHosts(index), capacity: index.hosts.map((host) => sharedCapacity(host, resource)),
    idleMilliwatts: index.hosts.map(({ idlePowerWatts }) => idlePowerWatts * 1000), peakMilliwatts: index.hosts.map(({ peakPowerWatts }) => peakPowerWatts * 1000),
  };
}

/** What a host does over the whole replay. Sums are over slots. */
export interface HostFigures {
  readonly demand: number;
  readonly stolen: number;
  readonly demandPeak: number;
  /** Slots in which it is asked for more than it has. */
  readonly slotsOver: number;
  readonly milliwatts: number;
}

export interface RowMove {
  readonly row: number;
  /** -1: away. */
  readonly to: number;
}

/** A host that moves would change. */
export interface HostChange {
  readonly host: number;
  readonly before: HostFigures;
  readonly after: HostFigures;
}

/** A row that comes to a host or leaves it. */
interface RowChange {
  readonly row: number;
  readonly sign: 1 | -1;
}

/** Slots whose highest load is known, so that most of a question need not be looked at. */
const blockSlots = 64;

/**
 * A replay that answers what-ifs: the load of every host is kept slot by slot, so that a question about some moves looks
 * only at the hosts that they leave and reach, and there only at blocks of slots in which the host may be asked for more than
 * it has, or for more than at any other time.
 */
export class WhatIf {
  readonly #input: ReplayInput;
  readonly #hostOf: Int32Array;
  /** Host after host. */
  readonly #loads: Float64Array;
  readonly #figures: HostFigures[];
  readonly #scratch: Float64Array;
  readonly #nothing: Int32Array;
  readonly #blocks: number;
  /** What each row asks for in all, and at most in each block; what each host is asked for at most in each block. */
  readonly #rowDemand: Float64Array;
  readonly #rowPeaks: Float64Array;
  readonly #hostPeaks: Float64Array;

  constructor(input: ReplayInput) {
    const { slots, capacity } = input;
    this.#input = input;
    this.#hostOf = Int32Array.from(input.hostOf);
    this.#scratch = new Float64Array(slots);
    this.#nothing = new Int32Array(slots);
    this.#blocks = Math.ceil(slots / blockSlots);
    this.#loads = new Float64Array(capacity.length * slots);
    this.#rowDemand = Float64Array.from(this.#hostOf, (_, row) => sumOf(this.#row(row)));
    this.#rowPeaks = new Float64Array(this.#hostOf.length * this.#blocks);
    this.#hostPeaks = new Float64Array(capacity.length * this.#blocks);
    this.#hostOf.forEach((host, row) => {
      writePeaks(this.#row(row), this.#rowPeaks, row * this.#blocks);
      if (host >= 0) addRow(this.loadOf(host), this.#row(row), 1, 0, slots, this.loadOf(host));
    });
    this.#figures = Array.from(capacity, (_, host) => this.#settled(host));
  }

  get slots(): number {
    return this.#input.slots;
  }

  hostOf(row: number): number {
    return this.#hostOf[row] ?? -1;
  }

  /** What a host is asked for, slot by slot; not to be written to. */
  loadOf(host: number): Float64Array {
    const { slots } = this.#input;
    return this.#loads.subarray(host * slots, (host + 1) * slots);
  }

  figures(host: number): HostFigures {
    const figures = this.#figures[host];
    assert(figures !== undefined, `the replay has a host ${host}`);
    return figures;
  }

  /** What some moves would change, each row moved at most once; nothing is changed. Hosts ascending. */
  ask(moves: readonly RowMove[]): readonly HostChange[] {
    return this.#concerned(moves).map((host) => {
      const before = this.figures(host);
      const changes = this.#changesAt(host, moves);
      const demand = changes.reduce((sum, { row, sign }) => sum + sign * (this.#rowDemand[row] as number), before.demand);
      return { host, before, after: this.#figuresWith(host, demand, changes) };
    });
  }

  /** Makes the moves. */
  apply(moves: readonly RowMove[]): void {
    for (const host of this.#concerned(moves)) {
      const load = this.loadOf(host);
      for (const { row, sign } of this.#changesAt(host, moves)) addRow(load, this.#row(row), sign, 0, load.length, load);
      this.#figures[host] = this.#settled(host);
    }
    for (const { row, to } of moves) this.#hostOf[row] = to;
  }

  #concerned(moves: readonly RowMove[]): readonly number[] {
    const hosts = new Set<number>();
    for (const { row, to } of moves) {
      const from = this.#hostOf[row] ?? -1;
      if (from === to) continue;
      if (from >= 0) hosts.add(from);
      if (to >= 0) hosts.add(to);
    }
    return [...hosts].sort((a, b) => a - b);
  }

  #row(row: number): Int32Array {
    const { samples, slots } = this.#input;
    return samples.subarray(row * slots, (row + 1) * slots);
  }

  #changesAt(host: number, moves: readonly RowMove[]): readonly RowChange[] {
    return moves.flatMap(({ row, to }) => {
      const here = this.#hostOf[row] === host;
      return here === (to === host) ? [] : { row, sign: here ? -1 : 1 };
    });
  }

  /** Takes the peaks and figures of a host whose load has changed. */
  #settled(host: number): HostFigures {
    const load = this.loadOf(host);
    writePeaks(load, this.#hostPeaks, host * this.#blocks);
    return this.#figuresWith(host, sumOf(load), []);
  }

  /** Figures of a host with some rows more or less, which all together ask for `demand`. */
  #figuresWith(host: number, demand: number, changes: readonly RowChange[]): HostFigures {
    const { capacity: capacities, idleMilliwatts, peakMilliwatts, slots } = this.#input;
    const [capacity, idle] = [capacities[host] as number, idleMilliwatts[host] as number];
    const last = changes.at(-1);
    const [row, sign] = last === undefined ? [this.#nothing, 1] : [this.#row(last.row), last.sign];
    const load = changes.length > 1 ? this.#scratch : this.loadOf(host);
    let stolen = 0;
    let demandPeak = 0;
    let slotsOver = 0;
    for (let block = 0; block < this.#blocks; block++) {
      const most = this.#mostIn(block, host, changes);
      if (most <= capacity && most <= demandPeak) continue;
      const from = block * blockSlots;
      const to = Math.min(slots, from + blockSlots);
      if (changes.length > 1) this.#combine(host, changes, from, to);
      for (let s = from; s < to; s++) {
        const asked = (load[s] as number) + sign * (row[s] as number);
        const over = asked - capacity;
        if (over > 0) {
          stolen += over;
          slotsOver++;
        }
        if (asked > demandPeak) demandPeak = asked;
      }
    }
    const rangePerUnit = capacity > 0 ? ((peakMilliwatts[host] as number) - idle) / capacity : 0;
    return { demand, stolen, demandPeak, slotsOver, milliwatts: idle * slots + Math.round((demand - stolen) * rangePerUnit) };
  }

  /** No slot of a block is asked for more. */
  #mostIn(block: number, host: number, changes: readonly RowChange[]): number {
    let most = this.#hostPeaks[host * this.#blocks + block] as number;
    for (const { row, sign } of changes) if (sign > 0) most += this.#rowPeaks[row * this.#blocks + block] as number;
    return most;
  }

  /** The load of some slots with all changes but the last, which is added while figures are taken. */
  #combine(host: number, changes: readonly RowChange[], from: number, to: number): void {
    let load = this.loadOf(host);
    for (const { row, sign } of changes.slice(0, -1)) {
      addRow(load, this.#row(row), sign, from, to, this.#scratch);
      load = this.#scratch;
    }
  }
}

function sumOf(amounts: Float64Array | Int32Array): number {
  let sum = 0;
  for (let s = 0; s < amounts.length; s++) sum += amounts[s] as number;
  return sum;
}

/** The highest amount of each block. */
function writePeaks(amounts: Float64Array | Int32Array, peaks: Float64Array, at: number): void {
  for (let from = 0, block = at; from < amounts.length; from += blockSlots, block++) {
    let peak = 0;
    for (let s = from; s < Math.min(amounts.length, from + blockSlots); s++) if ((amounts[s] as number) > peak) peak = amounts[s] as number;
    peaks[block] = peak;
  }
}

function addRow(load: Float64Array, row: Int32Array, sign: 1 | -1, from: number, to: number, into: Float64Array): void {
  for (let s = from; s < to; s++) into[s] = (load[s] as number) + sign * (row[s] as number);
}
