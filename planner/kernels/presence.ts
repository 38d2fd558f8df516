import type { PresenceObjective } from "../../policies/objective.ts";
import type { ObjectiveKernel } from "./objective-kernel.ts";

/** Counters of an objective of kind `presence`: how many members of each group are on each host. */
export class PresenceKernel implements ObjectiveKernel {
  readonly level: number;
  readonly weight: number;
  value = 0;
  readonly #groups: PresenceObjective["groups"];
  /** Positions of the groups that a workload is in. */
  readonly #groupsOf: readonly (readonly number[])[];
  /** Of each group, the members on each host. */
  readonly #count: readonly Int32Array[];

  constructor({ groups }: PresenceObjective, level: number, weight: number, workloadCount: number, hostCount: number) {
    this.level = level;
    this.weight = weight;
    this.#groups = groups;
    const groupsOf = Array.from({ length: workloadCount }, (): number[] => []);
    groups.forEach(({ members }, g) => { for (const w of members) groupsOf[w]?.push(g); });
    this.#groupsOf = groupsOf;
    this.#count = groups.map(() => new Int32Array(hostCount));
  }

  delta(workload: number, from: number, to: number): number {
    const groups = this.#groupsOf[workload];
    if (groups === undefined || groups.length === 0 || from === to) return 0;
    let change = 0;
    for (const g of groups) {
      const [count, prices] = [this.#count[g] as Int32Array, (this.#groups[g] as PresenceObjective["groups"][number]).prices];
      if (from >= 0 && count[from] === 1) change -= prices[from] as number;
      if (to >= 0 && count[to] === 0) change += prices[to] as number;
    }
    return change;
  }

  apply(workload: number, from: number, to: number): void {
    this.value += this.delta(workload, from, to);
    for (const g of this.#groupsOf[workload] ?? []) {
      const count = this.#count[g] as Int32Array;
      if (from >= 0) count[from] = (count[from] as number) - 1;
      if (to >= 0) count[to] = (count[to] as number) + 1;
    }
  }
}
