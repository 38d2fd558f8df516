import type { Clock } from "../model/clock.ts";
import type { Claim } from "../model/plan.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { Constraint } from "../policies/constraint.ts";
import type { Form } from "../policies/form.ts";
import type { Objective } from "../policies/objective.ts";

/** One level of the score below the musts: a weighted sum of objectives and, with `shouldsWeight`, of broken shoulds. */
export interface Level {
  readonly name: string;
  readonly shouldsWeight: number;
  readonly terms: readonly { readonly objective: Objective; readonly weight: number }[];
  /** True when it counts those who leave the host that they are on now, and nothing else. */
  readonly countsLeavers?: boolean;
}

/** Placement as a problem over dense arrays; both engines take it as it is. Indices are those of `index`. */
export interface Problem {
  readonly index: FleetIndex;
  /** Host of each workload now; -1 for new ones and those that are nowhere. */
  readonly current: Int32Array;
  /** Workloads that want a host, ascending (all whose `desired` is not `removed`). */
  readonly wanted: Int32Array;
  /** Forms of all musts about places. */
  readonly musts: readonly Form[];
  readonly shoulds: readonly { readonly form: Form; readonly weight: number }[];
  readonly levels: readonly Level[];
  /** What the forms came from; for explanations only. */
  readonly constraints: readonly Constraint[];
}

/**
 * Scores are vectors, compared in order, lower is better:
 * [0] sum of amounts of broken musts; [1] unplaced workloads, each counting 1 + its priority; [2...] the levels.
 */
export type Score = Float64Array;

export const mustsLevel = 0;
export const unplacedLevel = 1;
export const firstObjectiveLevel = 2;

export interface Solution {
  /** Host of each workload (dense), -1 for unplaced and removed ones. */
  readonly hostOf: Int32Array;
  readonly score: Score;
  /** For each level of the score what no placement can be below, given the levels before; null where unknown. */
  readonly bounds: readonly (number | null)[];
  readonly claim: Claim;
  /** `exact (HiGHS)`, `search`, ... with what a reader wants to know: `search, 812,000 moves tried`. */
  readonly engine: string;
}

export interface EngineOptions {
  readonly seed: number;
  /** Work limit that makes a run repeatable; the search counts moves tried. */
  readonly iterations?: number;
  /** Wall-clock limit; asked through `clock`. */
  readonly timeMs: number;
  readonly clock: Clock;
  /** True once the user wants what has been found so far. */
  readonly stopped: () => boolean;
  /** Called now and then, at least once a second on long work. */
  readonly progress?: (report: { readonly stage: string; readonly done: number; readonly total: number; readonly score: Score | null }) => void;
  /** A placement to start from beside the current one, e.g. the answer of another engine. */
  readonly start?: Int32Array;
  /** False leaves out the bounds of the objectives, which cost time and which only a final answer needs. */
  readonly bound?: boolean;
  /** Pairs that no schedule reached: not to be used again. */
  readonly forbidden?: readonly { readonly workload: number; readonly host: number }[];
}

export function compareScores(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let level = 0; level < a.length; level++) {
    const difference = (a[level] ?? 0) - (b[level] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
