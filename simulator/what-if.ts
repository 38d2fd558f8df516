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

/**
 * A replay that answers what-ifs: the load of every host is kept slot by slot, so that a question about some moves looks
 * only at the hosts that they leave and reach.
 */
export class WhatIf {
  readonly #input: ReplayInput;
  readonly #hostOf: Int32Array;
  /** Host after host. */
  readonly #loads: Float64Array;
  readonly #figures: HostFigures[];
  readonly #scratch: Float64Array;
  readonly #zeros: Int32Array;
  /** What each row asks for in all. */
  readonly #rowDemand: Float64Array;

  constructor(input: ReplayInput) {
    const { slots, samples } = input;
    this.#input = input;
    this.#hostOf = Int32Array.from(input.hostOf);
    this.#scratch = new Float64Array(slots);
    this.#loads = new Float64Array(input.capacity.length * slots);
    this.#hostOf.forEach((host, row) => {
      if (host < 0) return;
      const load = this.loadOf(host);
      for (let s = 0; s < slots; s++) load[s] = (load[s] as number) + (samples[row * slots + s] as number);
    });
    this.#zeros = new Int32Array(slots);
    this.#rowDemand = Float64Array.from(this.#hostOf, (_, row) => sumOf(this.#row(row)));
    this.#figures = Array.from(input.capacity, (_, host) => this.#figuresOf(host, sumOf(this.loadOf(host)), this.loadOf(host), this.#zeros, 1));
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
    return this.#concerned(moves).map((host) => ({ host, before: this.figures(host), after: this.#figuresAfter(host, moves) }));
  }

  /** Makes the moves. */
  apply(moves: readonly RowMove[]): void {
    for (const host of this.#concerned(moves)) {
      const load = this.loadOf(host);
      for (const { row, sign } of this.#changesAt(host, moves)) addRow(load, this.#row(row), sign, load);
      this.#figures[host] = this.#figuresOf(host, sumOf(load), load, this.#zeros, 1);
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

  /** What comes to a host, and what leaves it. */
  #changesAt(host: number, moves: readonly RowMove[]): readonly { readonly row: number; readonly sign: 1 | -1 }[] {
    return moves.flatMap(({ row, to }) => {
      const here = this.#hostOf[row] === host;
      return here === (to === host) ? [] : { row, sign: here ? -1 : 1 };
    });
  }

  /** The last row is added while the figures are taken, so that the usual question, one row a host, goes over the load once. */
  #figuresAfter(host: number, moves: readonly RowMove[]): HostFigures {
    const changes = this.#changesAt(host, moves);
    let load = this.loadOf(host);
    for (const { row, sign } of changes.slice(0, -1)) {
      addRow(load, this.#row(row), sign, this.#scratch);
      load = this.#scratch;
    }
    const last = changes.at(-1);
    if (last === undefined) return this.figures(host);
    const demand = changes.reduce((sum, { row, sign }) => sum + sign * (this.#rowDemand[row] as number), this.figures(host).demand);
    return this.#figuresOf(host, demand, load, this.#row(last.row), last.sign);
  }

  /** Figures of a host with a load and one row more, or less, which together ask for `demand`. */
  #figuresOf(host: number, demand: number, load: Float64Array, row: Int32Array, sign: 1 | -1): HostFigures {
    const { capacity: capacities, idleMilliwatts, peakMilliwatts } = this.#input;
    const [capacity, idle] = [capacities[host] as number, idleMilliwatts[host] as number];
    const rangePerUnit = capacity > 0 ? ((peakMilliwatts[host] as number) - idle) / capacity : 0;
    let stolen = 0;
    let demandPeak = 0;
    let slotsOver = 0;
    for (let s = 0; s < load.length; s++) {
      const asked = (load[s] as number) + sign * (row[s] as number);
      const over = asked - capacity;
      if (over > 0) {
        stolen += over;
        slotsOver++;
      }
      if (asked > demandPeak) demandPeak = asked;
    }
    return { demand, stolen, demandPeak, slotsOver, milliwatts: idle * load.length + Math.round((demand - stolen) * rangePerUnit) };
  }
}

function sumOf(amounts: Float64Array | Int32Array): number {
  let sum = 0;
  for (let s = 0; s < amounts.length; s++) sum += amounts[s] as number;
  return sum;
}

function addRow(load: Float64Array, row: Int32Array, sign: 1 | -1, into: Float64Array): void {
  for (let s = 0; s < load.length; s++) into[s] = (load[s] as number) + sign * (row[s] as number);
}
