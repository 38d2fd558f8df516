import type { Fleet } from "./fleet.ts";
import type { PolicyDocument } from "./policy.ts";

/** The names of the objectives that a level may hold. */
export const objectiveNames = ["money", "moving", "balance", "power", "carbon"] as const;
export type ObjectiveName = (typeof objectiveNames)[number];

/** Levels are compared in order, the first that differs decides; inside a level the weighted sum counts. */
export interface ObjectiveLevel {
  readonly terms: readonly { readonly objective: ObjectiveName | "shoulds"; readonly weight: number }[];
}

export interface PlanSettings {
  /** Over how many hours a saving must pay for the moves that bring it. */
  readonly paybackHours: number;
  /** Price of one second in which a workload does not serve, in micro-units. */
  readonly downtimeMicrosPerSecond: number;
  /** Price of touching a workload at all, in micro-units: what a move must at least save within the payback time. */
  readonly moveMicros: number;
}

export const defaultObjectives: readonly ObjectiveLevel[] = [
  { terms: [{ objective: "shoulds", weight: 1 }] },
  { terms: [{ objective: "money", weight: 1 }] },
  { terms: [{ objective: "moving", weight: 1 }] },
  { terms: [{ objective: "balance", weight: 1 }] },
  { terms: [{ objective: "power", weight: 1 }] },
  { terms: [{ objective: "carbon", weight: 1 }] },
];

export const defaultSettings: PlanSettings = { paybackHours: 720, downtimeMicrosPerSecond: 100, moveMicros: 10_000 };

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
  /** Each change that was applied, in words. */
  readonly changes: readonly string[];
}
