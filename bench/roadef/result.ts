import type { RoadefCost } from "./evaluate.ts";

/** The cost at a time, counted from the start of the process. */
export interface Point {
  readonly seconds: number;
  readonly cost: number;
}

/** What came of one instance with one seed. */
export interface InstanceResult {
  readonly name: string;
  readonly seed: number;
  readonly machines: number;
  readonly processes: number;
  readonly initial: number;
  readonly lowerBound: number;
  readonly cost: RoadefCost;
  /** Better and better placements, the original first, the final one last. */
  readonly trace: readonly Point[];
  /** Until the solution was written, from the start of the process. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  /** Proposals that the search weighed, and how often its counts were counted afresh: after every million moves and every round. */
  readonly weighed: number;
  readonly audited: number;
  /** Why the solution is none; empty when evaluator, forms and checks agree that it is one. */
  readonly faults: readonly string[];
}

/** When the cost first was within 1 % of the final one. */
export function secondsToOnePercent({ trace, cost }: InstanceResult): number {
  return trace.find((point) => point.cost <= cost.total * 1.01)?.seconds ?? Infinity;
}

/** The challenge's score against a reference: per cent of the initial cost; lower is better. */
export function challengeScore({ cost, initial }: InstanceResult, reference: number): number {
  return (100 * (cost.total - reference)) / Math.max(1, initial);
}
