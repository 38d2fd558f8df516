import type { MostMovedObjective } from "../../policies/objective.ts";
import type { ObjectiveKernel } from "./objective-kernel.ts";

/**
 * Counters of an objective of kind `most-moved`: how many of each group are away from their current host, and how many
 * groups there are with each such number, so that the largest is known when the last group that had it comes down.
 */
export class MostMovedKernel implements ObjectiveKernel {
  readonly level: number;
  readonly weight: number;
  value = 0;
  readonly #groupOf: Int32Array;
  readonly #current: Int32Array;
  readonly #moved: Int32Array;
  /** By number of moved members: groups that have it. */
  readonly #groupsWith: Int32Array;

  constructor({ groupOf, groupCount, current }: MostMovedObjective, level: number, weight: number) {
    this.level = level;
    this.weight = weight;
    this.#groupOf = groupOf;
    this.#current = current;
    this.#moved = new Int32Array(groupCount);
    const size = new Int32Array(groupCount);
    for (const group of groupOf) if (group >= 0) size[group] = (size[group] as number) + 1;
    this.#groupsWith = new Int32Array(size.reduce((most, count) => Math.max(most, count), 0) + 1);
    this.#groupsWith[0] = groupCount;
  }

  delta(workload: number, from: number, to: number): number {
    const change = this.#changeOf(workload, from, to);
    if (change === 0) return 0;
    const moved = this.#moved[this.#groupOf[workload] as number] as number;
    if (moved < this.value) return 0;
    return change === 1 ? 1 : this.#groupsWith[moved] === 1 ? -1 : 0;
  }

  apply(workload: number, from: number, to: number): void {
    const change = this.#changeOf(workload, from, to);
    if (change === 0) return;
    this.value += this.delta(workload, from, to);
    const group = this.#groupOf[workload] as number;
    const moved = this.#moved[group] as number;
    this.#moved[group] = moved + change;
    this.#groupsWith[moved] = (this.#groupsWith[moved] as number) - 1;
    this.#groupsWith[moved + change] = (this.#groupsWith[moved + change] as number) + 1;
  }

  /** Does the move take a member away from its current host (1), or bring it back (-1)? */
  #changeOf(workload: number, from: number, to: number): number {
    const current = this.#current[workload] as number;
    if (current < 0 || (this.#groupOf[workload] as number) < 0) return 0;
    return Number(to >= 0 && to !== current) - Number(from >= 0 && from !== current);
  }
}
