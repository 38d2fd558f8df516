import type { BalanceObjective } from "../../policies/objective.ts";
import type { ObjectiveKernel } from "./objective-kernel.ts";

const tableCellsMax = 4_000_000;

/** Counters of a balance objective: the use of each host in each dimension. */
export class BalanceKernel implements ObjectiveKernel {
  readonly level: number;
  readonly weight: number;
  value = 0;
  readonly #objective: BalanceObjective;
  readonly #hostCount: number;
  readonly #dimensions: number;
  readonly #inside: Uint8Array;
  readonly #use: Float64Array;
  readonly #targets: Float64Array;
  /** NaN where nobody has asked yet. */
  readonly #table: Float64Array | null;

  constructor(objective: BalanceObjective, level: number, weight: number, workloadCount: number, hostCount: number) {
    this.level = level;
    this.weight = weight;
    this.#objective = objective;
    this.#hostCount = hostCount;
    this.#dimensions = objective.dimensions.length;
    this.#inside = new Uint8Array(hostCount);
    for (const h of objective.hosts) this.#inside[h] = 1;
    this.#use = new Float64Array(hostCount * this.#dimensions);
    this.#targets = Float64Array.from(objective.dimensions, ({ targetPpm }) => targetPpm);
    for (const target of this.#targets) this.value += Math.abs(target) * objective.hosts.length;
    const cells = workloadCount * hostCount * this.#dimensions;
    this.#table = cells > tableCellsMax ? null : new Float64Array(cells).fill(NaN);
  }

  delta(workload: number, from: number, to: number): number {
    return (to >= 0 ? this.#changeAt(workload, to, 1) : 0) + (from >= 0 ? this.#changeAt(workload, from, -1) : 0);
  }

  apply(workload: number, from: number, to: number): void {
    this.value += this.delta(workload, from, to);
    if (from >= 0) this.#add(workload, from, -1);
    if (to >= 0) this.#add(workload, to, 1);
  }

  #changeAt(workload: number, host: number, sign: number): number {
    if (this.#inside[host] !== 1) return 0;
    let change = 0;
    for (let d = 0; d < this.#dimensions; d++) {
      const away = (this.#use[host * this.#dimensions + d] as number) - (this.#targets[d] as number);
      change += Math.abs(away + sign * this.#ppm(workload, host, d)) - Math.abs(away);
    }
    return change;
  }

  #add(workload: number, host: number, sign: number): void {
    if (this.#inside[host] !== 1) return;
    for (let d = 0; d < this.#dimensions; d++) {
      const cell = host * this.#dimensions + d;
      this.#use[cell] = (this.#use[cell] as number) + sign * this.#ppm(workload, host, d);
    }
  }

  #ppm(workload: number, host: number, dimension: number): number {
    if (this.#table === null) return this.#ask(workload, host, dimension);
    const cell = (workload * this.#hostCount + host) * this.#dimensions + dimension;
    const known = this.#table[cell] as number;
    return Number.isNaN(known) ? (this.#table[cell] = this.#ask(workload, host, dimension)) : known;
  }

  #ask(workload: number, host: number, dimension: number): number {
    return this.#objective.dimensions[dimension]?.ppm(workload, host) ?? 0;
  }
}
