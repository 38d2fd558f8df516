import { defaultRunSettings, type RunSettings } from "../executor/settings.ts";
import type { Fleet } from "../model/fleet.ts";
import type { HostId, WorkloadId } from "../model/ids.ts";
import type { LoadSource } from "../model/load.ts";
import type { Plan } from "../model/plan.ts";
import type { FleetIndex } from "../model/snapshot.ts";
import type { Constraint } from "../policies/index.ts";
import { defaultMoves, type MoveSettings } from "./carriage.ts";
import type { FailureProcess } from "../model/simulation.ts";
import type { GivenFailure } from "./failures.ts";
import type { CarbonSeries } from "./meters.ts";
import type { PowerModel } from "./power.ts";
import { defaultScaling, type ScalingSettings } from "./scaling.ts";
import type { Task } from "./task.ts";
import type { WorkloadCheckpoints } from "./workload-checkpoints.ts";

/** What the planner is asked in the middle of a simulation. */
export interface Question {
  /** Milliseconds since the simulation began. */
  readonly atMs: number;
  /** What happened, in words. */
  readonly why: readonly string[];
  /** The fleet as it is at this instant: what failed is new and says from where, instances called for are new. */
  readonly fleet: Fleet;
}

/** The planner's answer is a plan, or null when it has none. */
export type Replan = (question: Question) => Promise<Pick<Plan, "actions"> | null>;

/** What a simulation takes for granted. */
export interface SimulationSettings {
  readonly moves: MoveSettings;
  readonly scaling: ScalingSettings;
  /** How the executor behaves that carries plans out. */
  readonly execution: RunSettings;
  /** From a failure until it is known, and from then until the planner has an answer. */
  readonly detectMs: number;
  readonly decideMs: number;
  /** Is a plan under way cancelled when workloads are lost with a host? Else the answer waits for its end. */
  readonly failuresCancelPlans: boolean;
  /** Does a failed host draw the power of an idle one? */
  readonly failedDraws: boolean;
  /** No workload gets more of the processors than it has reserved. */
  readonly limitToReservation: boolean;
  /** The most of the processors that workloads of these names get, in units of the resource. */
  readonly limits: ReadonlyMap<WorkloadId, number>;
  /**
   * Who shares the processors of a host evenly when there is not enough: workloads, or their virtual processors, of which
   * each has one for every thousand millicores reserved.
   */
  readonly sharedBy: "workload" | "virtual-processor";
  /** Instances of applications that may be scaled share their load evenly among those that serve. */
  readonly shareLoad: boolean;
  /** Columns of the charts. */
  readonly columns: number;
  /** Happenings that are kept one by one. */
  readonly happeningsMax: number;
}

export const defaultSimulation: SimulationSettings = {
  moves: defaultMoves, scaling: defaultScaling, execution: defaultRunSettings, detectMs: 10_000, decideMs: 5_000, failuresCancelPlans: false, failedDraws: true, limitToReservation: false, limits: new Map(), sharedBy: "workload",
  shareLoad: true, columns: 480, happeningsMax: 50_000,
};

/** Everything that one simulation is about. Same input, same bytes. */
export interface SimulationInput {
  /** The fleet, with the spare instances that services may call for (`withSpareInstances`). */
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
  /** Null: everybody uses at all times what it is expected to use. */
  readonly load: LoadSource | null;
  /** Beginning on the time of the load, and length. */
  readonly startMs: number;
  readonly lengthMs: number;
  /** Is `startMs` since 1970 UTC? Then windows count. */
  readonly hasDate: boolean;
  readonly seed: number;
  readonly plan?: { readonly plan: Pick<Plan, "actions">; readonly atMs: number };
  readonly failures?: readonly GivenFailure[];
  readonly processes?: readonly FailureProcess[];
  readonly tasks?: readonly Task[];
  readonly checkpoints?: readonly WorkloadCheckpoints[];
  /** How many tasks a host runs at once; a whole processor for each thousand millicores when absent. */
  readonly processors?: ReadonlyMap<HostId, number>;
  /** End as soon as every task is done. */
  readonly untilTasksAreDone?: boolean;
  readonly replan?: Replan;
  /** Policies about the way, such as windows, that do not bind the answers. */
  readonly setAside?: ReadonlySet<string>;
  readonly powerModels?: ReadonlyMap<string, PowerModel>;
  readonly carbon?: readonly CarbonSeries[];
  readonly settings?: Partial<SimulationSettings>;
}
