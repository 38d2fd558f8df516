import type { Host } from "../model/fleet.ts";
import type { PlanSettings } from "../model/scenario.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/**
 * One thing to have less of, as whole numbers. A linear objective is a sum over placed workloads and hosts that are
 * on; `balance` is a sum over hosts of how far each is from the fleet's average use.
 */
export type Objective =
  | {
      readonly kind: "linear";
      readonly name: string;
      readonly unit: string;
      /** What workload w (dense index) adds when it is placed on host h. */
      at(workload: number, host: number): number;
      /** What host h adds when it is on (see `hostIsOnWhen`). */
      on(host: number): number;
    }
  | {
      readonly kind: "balance";
      readonly name: string;
      readonly unit: string;
      /** Hosts that take part: the usable ones. */
      readonly hosts: readonly number[];
      /** What workload w adds to the use of host h, in millionths of the host, for each balanced resource. */
      readonly dimensions: readonly { readonly resource: string; readonly ppm: (workload: number, host: number) => number; readonly targetPpm: number }[];
      // Value: sum over hosts and dimensions of |sum of ppm of the workloads there - targetPpm|.
    };

export interface ObjectiveContext {
  readonly index: FleetIndex;
  /** Dense index of each workload's host now; -1 for new ones. */
  readonly current: Int32Array;
  readonly settings: PlanSettings;
  readonly hostAt: (h: number) => Host | null;
}
