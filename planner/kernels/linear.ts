import { hostIsOnWhen, type FleetIndex } from "../../model/snapshot.ts";
import type { LinearForm } from "../../policies/form.ts";
import type { GroupKernel } from "./kernel.ts";

/** Values kept as a table up to this many; beyond it they are asked for each time. */
const tableCellsMax = 4_000_000;

/**
 * Counter of a linear form: the sum itself. The entry is the workload's row. Hosts that a move switches on or off change
 * the sum too, whoever moves: the state calls `deltaWithHosts` for every move when the form counts hosts.
 */
export class LinearKernel implements GroupKernel {
  amount: number;
  /** Row of each workload; -1 for those that are no members. */
  readonly rowOf: Int32Array;
  readonly #form: LinearForm;
  readonly #hostCount: number;
  readonly #table: Float64Array | null;
  /** What switching a host on adds. */
  readonly #on: Float64Array;
  /** How much the sum changes by one move, roughly: the mean of sampled values that are not zero. */
  readonly step: number;
  #sum: number;

  constructor(form: LinearForm, index: FleetIndex) {
    this.#form = form;
    this.#hostCount = index.hosts.length;
    this.rowOf = new Int32Array(index.workloads.length).fill(-1);
    form.members.forEach((workload, row) => { this.rowOf[workload] = row; });
    this.#table = form.members.length * this.#hostCount > tableCellsMax ? null : tableOf(form, this.#hostCount);
    this.#on = new Float64Array(this.#hostCount);
    this.#sum = form.base;
    index.hosts.forEach((host, h) => {
      if (form.hosts?.[h] !== 1) return;
      const on = form.on(h);
      if (hostIsOnWhen(host, false)) this.#sum += on;
      else if (hostIsOnWhen(host, true)) this.#on[h] = on;
    });
    this.amount = Math.max(0, this.#sum - form.limit);
    this.step = this.#typicalStep();
  }

  delta(row: number, from: number, to: number): number {
    return this.deltaWithHosts(row, from, to, -1, -1);
  }

  apply(row: number, from: number, to: number): void {
    this.applyWithHosts(row, from, to, -1, -1);
  }

  /** `emptied` and `filled` are the hosts that this move switches off and on; -1 for none. */
  deltaWithHosts(row: number, from: number, to: number, emptied: number, filled: number): number {
    const over = this.#sum + this.#change(row, from, to, emptied, filled) - this.#form.limit;
    return (over > 0 ? over : 0) - this.amount;
  }

  applyWithHosts(row: number, from: number, to: number, emptied: number, filled: number): void {
    this.#sum += this.#change(row, from, to, emptied, filled);
    this.amount = Math.max(0, this.#sum - this.#form.limit);
  }

  #change(row: number, from: number, to: number, emptied: number, filled: number): number {
    let change = 0;
    if (row >= 0) {
      if (from >= 0) change -= this.#value(row, from);
      if (to >= 0) change += this.#value(row, to);
    }
    if (emptied >= 0) change -= this.#on[emptied] as number;
    if (filled >= 0) change += this.#on[filled] as number;
    return change;
  }

  #typicalStep(): number {
    let sum = 0;
    let count = 0;
    const rows = this.#form.members.length;
    const samples = rows === 0 || this.#hostCount === 0 ? 0 : 64;
    for (let sample = 0; sample < samples; sample++) {
      const value = Math.abs(this.#value((sample * 7919) % rows, (sample * 104_729) % this.#hostCount));
      if (value > 0) count += 1;
      sum += value;
    }
    return count === 0 ? 1 : sum / count;
  }

  #value(row: number, host: number): number {
    if (this.#table !== null) return this.#table[row * this.#hostCount + host] as number;
    return this.#form.at(this.#form.members[row] as number, host);
  }
}

function tableOf(form: LinearForm, hostCount: number): Float64Array {
  const table = new Float64Array(form.members.length * hostCount);
  form.members.forEach((workload, row) => {
    for (let h = 0; h < hostCount; h++) table[row * hostCount + h] = form.at(workload, h);
  });
  return table;
}
