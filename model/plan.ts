import type { ActionId, HostId, WorkloadId } from "./ids.ts";

/**
 * One step on real hosts. A cold move is stop, transfer, start, deleteSource; the source's data is deleted only after
 * the start on the target has succeeded.
 */
export type Action =
  | { readonly kind: "bootHost"; readonly host: HostId }
  | { readonly kind: "shutdownHost"; readonly host: HostId }
  /** Moves it while it runs; memory and data reach `to`, then it runs there and `from` is free. */
  | { readonly kind: "migrate"; readonly workload: WorkloadId; readonly from: HostId; readonly to: HostId }
  | { readonly kind: "stop"; readonly workload: WorkloadId; readonly host: HostId }
  /** Carries the data of a stopped workload; it stays on `from` too until deleteSource. */
  | { readonly kind: "transfer"; readonly workload: WorkloadId; readonly from: HostId; readonly to: HostId }
  /** `checkpoint`: it goes on from there, with its memory and data as they were; what it has been since is gone. */
  | { readonly kind: "start"; readonly workload: WorkloadId; readonly host: HostId; readonly checkpoint?: string }
  | { readonly kind: "deleteSource"; readonly workload: WorkloadId; readonly host: HostId }
  /** Makes the data of a new workload on `to` from those of `source` on `from`. */
  | { readonly kind: "copy"; readonly workload: WorkloadId; readonly source: WorkloadId; readonly from: HostId; readonly to: HostId }
  /** Deletes a stopped workload for good. */
  | { readonly kind: "remove"; readonly workload: WorkloadId; readonly host: HostId };

export interface PlannedAction {
  readonly id: ActionId;
  readonly action: Action;
  /** Actions that must have succeeded before this one starts. */
  readonly after: readonly ActionId[];
  /** Estimated, from the start of the plan. */
  readonly startMs: number;
  readonly endMs: number;
  readonly reason: string;
  /** What state remains if this action fails, one sentence. */
  readonly ifItFails: string;
  readonly critical: boolean;
}

/** What the plan does with one workload, all its actions together. */
export interface Move {
  readonly workload: WorkloadId;
  readonly from: HostId | null;
  readonly to: HostId | null;
  readonly how: "live" | "cold" | "start" | "stop" | "remove" | "copy";
  readonly reason: string;
  /** Hourly saving of this move alone, micro-units; negative when it costs. */
  readonly gainMicrosPerHour: number;
}

/** How sure the answer is. */
export type Claim =
  | { readonly kind: "optimal" }
  | { readonly kind: "within"; readonly permille: number }
  | { readonly kind: "best-found" }
  /** Not everything has a place under the musts, and more may: nobody has proved that it cannot. */
  | { readonly kind: "incomplete" }
  /** Not everything can have a place under the musts. Only a proof says so. */
  | { readonly kind: "infeasible"; readonly proved: true };

/** One level of the score, of the plan and the best bound known; lower is better. */
export interface LevelScore {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** No plan can be below this, given the levels before; null when nothing better than minus infinity is known. */
  readonly bound: number | null;
}

/** A fact of the inventory that the plan rests on. */
export interface Fact {
  /** `host h1 state`, `workload w1 host`, ... */
  readonly about: string;
  readonly value: string;
}

export interface Unplaced {
  readonly workload: WorkloadId;
  readonly reasons: readonly string[];
}

/** A step of a better placement that no schedule reaches. */
export interface Unreached {
  readonly workload: WorkloadId;
  readonly from: HostId | null;
  readonly to: HostId | null;
  readonly because: string;
}

export type Mode = "optimise" | "repair" | "evacuate" | "place";

export interface Plan {
  readonly format: "stowage/plan/v1";
  readonly scenario: string;
  readonly mode: Mode;
  readonly engine: string;
  readonly seed: number;
  readonly claim: Claim;
  /** UTC instant used for expiries and windows; null when nothing depended on time. */
  readonly asOf: string | null;
  readonly currency: string;
  readonly levels: readonly LevelScore[];
  readonly placedCount: number;
  readonly wantedCount: number;
  readonly unplaced: readonly Unplaced[];
  /** Moves of the placement wanted that no schedule reaches; the plan then goes as far as it safely can. */
  readonly unreached: readonly Unreached[];
  readonly moves: readonly Move[];
  readonly actions: readonly PlannedAction[];
  readonly makespanMs: number;
  /** Final host of every workload that has one; what is to be removed is here only when that is not reached. */
  readonly target: readonly { readonly workload: WorkloadId; readonly host: HostId }[];
  readonly hourlyCostBeforeMicros: number;
  readonly hourlyCostAfterMicros: number;
  readonly basis: readonly Fact[];
  /** Why the planner says no, or which target it could not reach; empty when all is well. */
  readonly remarks: readonly string[];
  /** SHA-256 over the meaning of the plan: not over times, words or the order of keys. */
  readonly digest: string;
}
