import type { OverObjective } from "../../policies/objective.ts";
import type { ObjectiveKernel } from "./objective-kernel.ts";

/** Counters of an objective of kind `over`: the load of each host. */
export class OverKernel implements ObjectiveKernel {
  readonly level: number;
  readonly weight: number;
  value = 0;
  readonly #sizes: Float64Array;
  readonly #limits: Float64Array;
  readonly #load: Float64Array;

  constructor({ sizes, limits }: OverObjective, level: number, weight: number) {
    this.level = level;
    this.weight = weight;
    this.#sizes = sizes;
    this.#limits = limits;
    this.#load = new Float64Array(limits.length);
    for (const limit of limits) this.value += Math.max(0, -limit);
  }

  delta(workload: number, from: number, to: number): number {
    const size = this.#sizes[workload] as number;
    if (size === 0) return 0;
    return (to >= 0 ? this.#changeAt(to, size) : 0) + (from >= 0 ? this.#changeAt(from, -size) : 0);
  }

  apply(workload: number, from: number, to: number): void {
    this.value += this.delta(workload, from, to);
    const size = this.#sizes[workload] as number;
    if (from >= 0) this.#load[from] = (this.#load[from] as number) - size;
    if (to >= 0) this.#load[to] = (this.#load[to] as number) + size;
  }

  #changeAt(host: number, change: number): number {
    const over = (this.#load[host] as number) - (this.#limits[host] as number);
    const after = over + change;
    return (after > 0 ? after : 0) - (over > 0 ? over : 0);
  }
}
