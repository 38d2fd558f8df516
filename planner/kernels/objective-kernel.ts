/** Counters of an objective that is no sum over workloads: its value, and what a move would change. */
export interface ObjectiveKernel {
  /** Position of the level that it belongs to, and its weight there. */
  readonly level: number;
  readonly weight: number;
  readonly value: number;
  /** Change of `value` by a move; hosts are -1 for nowhere. */
  delta(workload: number, from: number, to: number): number;
  apply(workload: number, from: number, to: number): void;
}
