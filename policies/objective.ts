import type { Host } from "../model/fleet.ts";
import type { PlanSettings } from "../model/scenario.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/** One thing to have less of, as whole numbers. Every value is at least 0, but that of `linear` where it says otherwise. */
export type Objective = LinearObjective | BalanceObjective | OverObjective | MostMovedObjective | PresenceObjective;

interface Named {
  readonly name: string;
  readonly unit: string;
}

/** A sum over placed workloads and over hosts that are on. */
export interface LinearObjective extends Named {
  readonly kind: "linear";
  /** What workload w (dense index) adds when it is placed on host h. */
  at(workload: number, host: number): number;
  /** What host h adds when it is on (see `hostIsOnWhen`). */
  on(host: number): number;
  /** Exactly what `at` returns, for engines that want tables; absent when nobody has made them, or when a host costs something by itself. */
  readonly structure?: MoveTables;
}

/** What a workload adds on a host other than its current one: its own price, and one that depends on both hosts. */
export interface MoveTables {
  /** Per workload; 0 for those that are nowhere now. */
  readonly perMove: Float64Array;
  /** `weight x values[row[w] x hosts + h]`, added on every host, the current one too; null for none. A row of -1 adds nothing. */
  readonly between: { readonly row: Int32Array; readonly values: Uint8Array | Uint32Array; readonly weight: number } | null;
}

/** How far hosts are from even use: sum over hosts and dimensions of |sum of ppm of the workloads there - targetPpm|. */
export interface BalanceObjective extends Named {
  readonly kind: "balance";
  /** Hosts that take part: the usable ones. */
  readonly hosts: readonly number[];
  /** What workload w adds to the use of host h, in millionths of the host, for each balanced resource. */
  readonly dimensions: readonly { readonly resource: string; readonly ppm: (workload: number, host: number) => number; readonly targetPpm: number }[];
}

/** What is too much on hosts: sum over hosts of max(0, sum of sizes of the workloads there - limit). */
export interface OverObjective extends Named {
  readonly kind: "over";
  /** Per workload, whole numbers, possibly negative: some workloads make up for others. */
  readonly sizes: Float64Array;
  /** Per host, whole numbers, possibly negative; infinite for hosts that do not take part. */
  readonly limits: Float64Array;
}

/** How hard the group is hit that is hit hardest: max over groups of the members placed on another host than their current one. */
export interface MostMovedObjective extends Named {
  readonly kind: "most-moved";
  /** Per workload; -1 for those in no group. Workloads that are nowhere now do not count. */
  readonly groupOf: Int32Array;
  readonly groupCount: number;
  /** Per workload: its host now; -1 for none. */
  readonly current: Int32Array;
}

/** What groups pay by host: sum over groups and hosts of the group's price there, while any of its members is there. */
export interface PresenceObjective extends Named {
  readonly kind: "presence";
  readonly groups: readonly { readonly members: Int32Array; readonly prices: Float64Array }[];
}

/** An objective and how much it weighs among others. */
export interface ObjectiveTerm {
  readonly objective: Objective;
  readonly weight: number;
}

export interface ObjectiveContext {
  readonly index: FleetIndex;
  /** Dense index of each workload's host now; -1 for new ones. */
  readonly current: Int32Array;
  readonly settings: PlanSettings;
  readonly hostAt: (h: number) => Host | null;
}
