import type { Finance } from "./finance.ts";
import type { Fleet } from "./fleet.ts";
import type { PolicyDocument } from "./policy.ts";
import type { Simulation } from "./simulation.ts";

/** The names of the objectives that a level may hold. */
export const objectiveNames = ["money", "moving", "balance", "power", "carbon", "headroom", "proportion", "most-moved"] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

/** Levels are compared in order, the first that differs decides; inside a level the weighted sum counts. */
export interface ObjectiveLevel {
  readonly terms: readonly { readonly objective: ObjectiveName | "shoulds"; readonly weight: number }[];
}

/** What the objective `balance` evens out over the hosts. */
export interface BalanceSettings {
  /** Promised amounts, or those that workloads are expected to use. */
  readonly of: "reservation" | "expectedUse";
  /**
   * Each is evened out by itself: the sum of the used parts of its resources, each times its weight. One resource with
   * weight 1 is the usual case; several make a mixed load, e.g. `{ cpuMillicores: 2, cpuPressure: 1 }`.
   */
  readonly dimensions: readonly Readonly<Record<string, number>>[];
}

export const defaultBalance: BalanceSettings = { of: "reservation", dimensions: [{ cpuMillicores: 1 }, { memoryMiB: 1 }] };

/** What the objective `headroom` calls too much of a resource on a host that does not say itself what is safe. */
export interface HeadroomSettings {
  readonly resource: string;
  /** Safe use, per thousand of the capacity; `defaultSafeUsePermille` when absent. */
  readonly usePermille?: number;
  /** 1 when absent. */
  readonly weight?: number;
}

export const defaultHeadroom: readonly HeadroomSettings[] = [{ resource: "cpuMillicores" }, { resource: "memoryMiB" }];
export const defaultSafeUsePermille = 800;

/** What the objective `proportion` keeps: at least `target` units of `room` free for each free unit of `per`. */
export interface ProportionSettings {
  readonly room: string;
  readonly per: string;
  readonly target: number;
  /** 1 when absent. */
  readonly weight?: number;
}

/** Two MiB for each thousandth of a core. */
export const defaultProportion: readonly ProportionSettings[] = [{ room: "memoryMiB", per: "cpuMillicores", target: 2 }];

export interface PlanSettings {
  /** Over how many hours a saving must pay for the moves that bring it. */
  readonly paybackHours: number;
  /** Price of one second in which a workload does not serve, in micro-units. */
  readonly downtimeMicrosPerSecond: number;
  /** Price of touching a workload at all, in micro-units: what a move must at least save within the payback time. */
  readonly moveMicros: number;
  /**
   * Least improvement, per thousand of what it improves, for which a placement that is not proved to be the best moves
   * anything; `defaultMinimumGainPermille` when absent.
   */
  readonly minimumGainPermille?: number;
  /** `defaultBalance` when absent. */
  readonly balance?: BalanceSettings;
  /** `defaultHeadroom` when absent. */
  readonly headroom?: readonly HeadroomSettings[];
  /** `defaultProportion` when absent. */
  readonly proportion?: readonly ProportionSettings[];
}

export const defaultObjectives: readonly ObjectiveLevel[] = [
  { terms: [{ objective: "shoulds", weight: 1 }] },
  { terms: [{ objective: "money", weight: 1 }] },
  { terms: [{ objective: "moving", weight: 1 }] },
  { terms: [{ objective: "balance", weight: 1 }] },
  { terms: [{ objective: "power", weight: 1 }] },
  { terms: [{ objective: "carbon", weight: 1 }] },
];

export const defaultMinimumGainPermille = 5;

export const defaultSettings: PlanSettings = { paybackHours: 720, downtimeMicrosPerSecond: 100, moveMicros: 10_000 };

/** Who must approve a plan before it may be carried out. */
export interface ApprovalRule {
  /** How many different people, not counting its author. */
  readonly approvers: number;
  /** Of them, at least so many with each of these roles. */
  readonly roles: Readonly<Record<string, number>>;
  /** After so long an approval does not count any more. */
  readonly validForMs: number;
  readonly commentNeeded: boolean;
}

/** Four eyes, for a day. */
export const defaultApprovalRule: ApprovalRule = { approvers: 1, roles: {}, validForMs: 86_400_000, commentNeeded: false };

/** A fleet with its changes already applied, its policies, and what is better. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** UTC instant that expiries and windows are compared with; null when the scenario does not say. */
  readonly asOf: string | null;
  readonly fleet: Fleet;
  readonly policies: readonly PolicyDocument[];
  readonly objectives: readonly ObjectiveLevel[];
  readonly settings: PlanSettings;
  /** `defaultApprovalRule` when absent. */
  readonly approval?: ApprovalRule;
  /** What is said about time; `defaultSimulation` when absent. */
  readonly simulation?: Simulation;
  /** What is said about money beyond prices; `defaultFinance` when absent. */
  readonly finance?: Finance;
  /** Each change that was applied, in words. */
  readonly changes: readonly string[];
}
