import { compareIds } from "../model/ids.ts";
import type { HostId, PolicyId, WorkloadId } from "../model/ids.ts";
import type { Figures } from "./figures.ts";
import type { RuleState } from "./rules.ts";

/** One of two things to compare: a scenario as it stands, or the fleet after a plan. */
export interface Side {
  readonly name: string;
  readonly currency: string;
  /** Null: the workload exists and is nowhere. */
  readonly hostOf: ReadonlyMap<WorkloadId, HostId | null>;
  readonly costMicrosPerHour: number;
  /** Null for a plan whose fleet is not at hand. */
  readonly figures: Figures | null;
  readonly rules: readonly RuleState[] | null;
  /** Null for scenarios. */
  readonly moves: number | null;
  readonly makespanMs: number | null;
}

/** A measure of both sides in one unit; null where a side cannot tell. */
export interface Measure {
  readonly name: string;
  readonly unit: "micros/h" | "milliwatts" | "milligrams/h" | "ms" | "count";
  readonly a: number | null;
  readonly b: number | null;
}

/** What is not the same: absent on a side means that the workload is unknown there. */
export interface PlaceDifference {
  readonly workload: WorkloadId;
  readonly a: HostId | null | "absent";
  readonly b: HostId | null | "absent";
}

/** How broken one rule is on each side; null where the side does not have the rule or cannot tell. */
export interface RuleDifference {
  readonly policy: PolicyId;
  readonly a: number | null;
  readonly b: number | null;
}

/** Two sides beside each other. */
export interface Comparison {
  readonly measures: readonly Measure[];
  readonly places: readonly PlaceDifference[];
  readonly samePlaces: number;
  readonly rules: readonly RuleDifference[];
}

/** Compares two sides: figures, then places, then rules, each in a fixed order. */
export function compareSides(a: Side, b: Side): Comparison {
  const { places, samePlaces } = comparePlaces(a, b);
  return { measures: measuresOf(a, b), places, samePlaces, rules: compareRules(a, b) };
}

function measuresOf(a: Side, b: Side): readonly Measure[] {
  const of = (name: string, unit: Measure["unit"], value: (side: Side) => number | null): Measure =>
    ({ name, unit, a: value(a), b: value(b) });
  return [
    of("cost", "micros/h", (side) => side.costMicrosPerHour),
    of("of which idle", "micros/h", (side) => side.figures?.cost.idleMicrosPerHour ?? null),
    of("power", "milliwatts", (side) => side.figures?.powerMilliwatts ?? null),
    of("carbon", "milligrams/h", (side) => side.figures?.carbonMilligramsPerHour ?? null),
    of("hosts on", "count", (side) => side.figures?.hostsOn ?? null),
    of("workloads placed", "count", (side) => [...side.hostOf.values()].filter((host) => host !== null).length),
    of("without a place", "count", (side) => [...side.hostOf.values()].filter((host) => host === null).length),
    of("rules broken", "count", (side) => side.rules?.filter(({ brokenAmount }) => brokenAmount > 0).length ?? null),
    of("moves", "count", (side) => side.moves),
    of("duration", "ms", (side) => side.makespanMs),
  ];
}

function comparePlaces(a: Side, b: Side): { places: readonly PlaceDifference[]; samePlaces: number } {
  const ids = [...new Set([...a.hostOf.keys(), ...b.hostOf.keys()])].sort(compareIds);
  const places = ids
    .map((workload): PlaceDifference => ({ workload, a: placeOn(a, workload), b: placeOn(b, workload) }))
    .filter((place) => place.a !== place.b);
  return { places, samePlaces: ids.length - places.length };
}

function placeOn(side: Side, workload: WorkloadId): HostId | null | "absent" {
  const host = side.hostOf.get(workload);
  return host === undefined ? "absent" : host;
}

function compareRules(a: Side, b: Side): readonly RuleDifference[] {
  if (a.rules === null && b.rules === null) return [];
  const amounts = (side: Side): ReadonlyMap<PolicyId, number> =>
    new Map((side.rules ?? []).map(({ policy, brokenAmount }) => [policy, brokenAmount]));
  const ofA = amounts(a);
  const ofB = amounts(b);
  return [...new Set([...ofA.keys(), ...ofB.keys()])]
    .sort(compareIds)
    .map((policy) => ({ policy, a: ofA.get(policy) ?? null, b: ofB.get(policy) ?? null }))
    .filter((rule) => rule.a !== rule.b || (rule.a ?? 0) > 0);
}
