import type { ActionId, HostId, RunId, WorkloadId } from "../model/ids.ts";
import type { PlannedAction } from "../model/plan.ts";
import type { Activity } from "../model/snapshot.ts";
import type { Found } from "./protocol.ts";

/** Two times of one instant: one that only measures, one that is a date and may jump. */
export interface Moment {
  readonly nowMs: number;
  readonly utcMs: number;
}

/** What an operator may ask of an execution under way. */
export type Wish = "pause" | "resume" | "cancel" | "goBack";

/** A wish, and whose it is. */
export interface AskedWish {
  readonly wish: Wish;
  readonly by: string;
}

/** Where a workload is, by names. */
export interface Placed {
  readonly workload: WorkloadId;
  readonly host: HostId | null;
  readonly leaving: HostId | null;
  readonly activity: Activity;
}

/**
 * What happens in an execution. The journal keeps all but those that are `passing`: they only move timers, and after a
 * crash every timer starts anew.
 */
export type RunEvent = { readonly at: Moment } & (
  | { readonly kind: "began"; readonly run: RunId; readonly epoch: number; readonly digest: string; readonly actions: readonly PlannedAction[] }
  /** An executor goes on with what another one, or itself before a crash, has left. */
  | { readonly kind: "tookOver"; readonly epoch: number }
  | { readonly kind: "dispatched"; readonly action: ActionId; readonly attempt: number }
  | { readonly kind: "succeeded"; readonly action: ActionId; readonly attempt: number }
  /** `again`: another attempt follows. */
  | { readonly kind: "failed"; readonly action: ActionId; readonly attempt: number; readonly because: string; readonly again: boolean; readonly found: Found | null; readonly ran: boolean }
  /** The attempt never began and never will. */
  | { readonly kind: "voided"; readonly action: ActionId; readonly attempt: number }
  | { readonly kind: "overdue"; readonly action: ActionId; readonly attempt: number }
  /** Nobody who could know the outcome answers. It may still come to be known. */
  | { readonly kind: "lostTrack"; readonly action: ActionId; readonly attempt: number; readonly because: string }
  /** A workload that no action is at has died, or was started by somebody else. */
  | { readonly kind: "noticed"; readonly workload: WorkloadId; readonly activity: "running" | "stopped" }
  | { readonly kind: "wished"; readonly wish: Wish; readonly by: string }
  | { readonly kind: "paused" }
  /** From here on the way back is carried out; workloads half-way count as in `begins`. */
  | { readonly kind: "turnedBack"; readonly actions: readonly PlannedAction[]; readonly begins: readonly Placed[]; readonly left: readonly string[] }
  /** `hasNoWayBack`: it was to go back, and stays as it is since no way keeps every rule. */
  | { readonly kind: "ended"; readonly because: string; readonly hasNoWayBack?: true }
  | { readonly kind: "asked"; readonly action: ActionId; readonly attempt: number; readonly passing: true }
  | { readonly kind: "heard"; readonly action: ActionId; readonly attempt: number; readonly permille: number; readonly passing: true }
  /** What the other side of a move says of the workload. */
  | { readonly kind: "sighted"; readonly action: ActionId; readonly attempt: number; readonly found: Found; readonly passing: true }
);

/** An event as `decide` makes it, before it is given its time. */
export type Happening = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, "at"> : never) : never;

export function isPassing(event: RunEvent): boolean {
  return "passing" in event;
}
