import type { PolicyId } from "../../model/ids.ts";
import type { PolicyDocument } from "../../model/policy.ts";
import { defaultSettings, type ObjectiveLevel, type PlanSettings } from "../../model/scenario.ts";
import { currentHosts, indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import type { Problem } from "../../planner/problem.ts";
import { constraintsOf } from "../../policies/compiled-constraint.ts";
import { catalogue, compileObjectives, type AnyConstraintKind, type Constraint } from "../../policies/index.ts";
import type { Part, Request } from "../../policies/constraint.ts";
import type { LinearObjective, ObjectiveTerm } from "../../policies/objective.ts";
import { fleetOf, locationKey, nameOf, neighbourhoodKey } from "./fleet.ts";
import type { RoadefModel } from "./model.ts";
import { FormatError } from "./scanner.ts";

/**
 * An instance as a problem of ours: entries of the catalogue, objectives of ours, one level that adds up all costs. What
 * cannot be broken is left out: services of one process are neither apart from anybody nor spread.
 */
export function problemOf(model: RoadefModel, original: Int32Array): Problem {
  const index = indexFleet(fleetOf(model, original));
  const constraints = constraintsFor(model, index);
  const current = currentHosts(index);
  return {
    index, current, constraints,
    wanted: Int32Array.from(current.keys()),
    musts: constraints.flatMap((constraint) => constraint.forms()),
    shoulds: [],
    levels: [{ name: "cost", shouldsWeight: 0, terms: [...ownTerms(model, index), ...movingTerms(model, current)] }],
  };
}

function constraintsFor(model: RoadefModel, index: FleetIndex): readonly Constraint[] {
  const membersOf: number[][] = Array.from({ length: model.serviceCount }, () => []);
  model.serviceOf.forEach((s, p) => membersOf[s]?.push(p));
  const groups = membersOf.map((members, s) => ({ name: nameOf("s", s), members: Int32Array.from(members) }));
  const apart = groups.filter(({ members }) => members.length > 1);
  const names = (transient: number): readonly string[] => index.resourceNames.filter((_, r) => model.transient[r] === transient);
  const capacity = (raw: { readonly resources: readonly string[]; readonly countBothEnds?: readonly string[] }): readonly Part<unknown>[] =>
    (raw.resources.length === 0 ? [] : partsOf(catalogue.capacity, { raw, hosts: Int32Array.from(index.hosts.keys()) }, index));
  return [
    ...constraints("capacity", catalogue.capacity, capacity({ resources: names(0) }), index),
    ...constraints("transient", catalogue.capacity, capacity({ resources: names(1), countBothEnds: names(1) }), index),
    ...constraints("conflict", catalogue.spread, partsOf(catalogue.spread, { raw: { atMost: 1 }, groups: apart }, index), index),
    ...constraints("spread", catalogue.spread, spreadParts(model, groups, index), index),
    ...constraints("dependency", catalogue.neighbourhood, dependencyParts(model, groups, index), index),
  ];
}

interface Group {
  readonly name: string;
  readonly members: Int32Array;
}

/** One request for all services that want the same number of locations. */
function spreadParts({ spreadMin }: RoadefModel, groups: readonly Group[], index: FleetIndex): readonly Part<unknown>[] {
  const byLeast = new Map<number, Group[]>();
  groups.forEach((group, s) => {
    const atLeast = spreadMin[s] ?? 0;
    if (atLeast > group.members.length) throw new FormatError([`service ${s} wants ${atLeast} locations, but has ${group.members.length} processes: no placement is allowed`]);
    if (atLeast > 1) byLeast.set(atLeast, [...(byLeast.get(atLeast) ?? []), group]);
  });
  return [...byLeast].flatMap(([atLeast, wanting]) => partsOf(catalogue.spread, { raw: { key: locationKey, atLeast }, groups: wanting }, index));
}

/** Each service near each that it depends on, one request for all that depend on the same; a service is always near itself. */
function dependencyParts({ dependencies: { offsets, targets } }: RoadefModel, groups: readonly Group[], index: FleetIndex): readonly Part<unknown>[] {
  const dependingOn: number[][] = groups.map(() => []);
  groups.forEach(({ members }, s) => {
    if (members.length > 0) for (const other of new Set(targets.subarray(offsets[s], offsets[s + 1]))) if (other !== s) dependingOn[other]?.push(s);
  });
  return groups.flatMap((needed, other) => partsOf(catalogue.neighbourhood, {
    raw: { key: neighbourhoodKey }, selected: { near: needed.members },
    groups: (dependingOn[other] ?? []).map((s) => ({ name: `${groups[s]?.name} near ${needed.name}`, members: groups[s]?.members ?? new Int32Array() })),
  }, index));
}

/** The parts of one policy, as the compiler asks an entry for them. */
function partsOf(entry: AnyConstraintKind, asked: Pick<Request<unknown>, "raw"> & Partial<Request<unknown>>, index: FleetIndex): readonly Part<unknown>[] {
  return entry.parts({
    workloads: new Int32Array(), hosts: new Int32Array(), services: new Int32Array(), groups: [], selected: {}, selectedLists: {}, index,
    settings: defaultSettings, excepted: { workloads: new Set(), hosts: new Set() }, otherMusts: () => [], ...asked,
  }) as readonly Part<unknown>[];
}

function constraints(id: string, entry: AnyConstraintKind, parts: readonly Part<unknown>[], index: FleetIndex): readonly Constraint[] {
  const document: PolicyDocument = {
    id: id as PolicyId, title: id, why: "A hard constraint of the challenge.", enabled: true, select: {}, require: { entry: entry.name, parameters: {} },
    strength: "must", weight: 1, holds: "at-end", mayBeEmpty: true, exceptions: [], tests: [],
  };
  return constraintsOf(document, entry, parts, index);
}

/** Load, balance and service moves: objectives that any scenario may have. */
function ownTerms(model: RoadefModel, index: FleetIndex): readonly ObjectiveTerm[] {
  const resource = (r: number): string => index.resourceNames[r] ?? "";
  const settings: PlanSettings = {
    ...defaultSettings,
    headroom: Array.from(model.loadWeight, (weight, r) => ({ resource: resource(r), weight })).filter(({ weight }) => weight > 0),
    proportion: model.balances.filter(({ weight }) => weight > 0).map(({ a, b, target, weight }) => ({ room: resource(b), per: resource(a), target, weight })),
  };
  const level: ObjectiveLevel = {
    terms: [{ objective: "headroom", weight: 1 }, { objective: "proportion", weight: 1 }, { objective: "most-moved", weight: model.weights.service }],
  };
  return compileObjectives({ objectives: [level], settings }, index).flatMap(({ terms }) => terms).filter(({ weight }) => weight > 0);
}

/** Process and machine moves: what a process costs away from its original machine, and what the way between the two costs. */
function movingTerms({ machineCount, moveCost, processMoveCost, weights }: RoadefModel, current: Int32Array): readonly ObjectiveTerm[] {
  const perMove = processMoveCost.map((cost) => weights.process * cost);
  const objective: LinearObjective = {
    kind: "linear", name: "moves", unit: "units", on: () => 0,
    at(w, h) {
      const from = current[w] as number;
      return (h === from ? 0 : (perMove[w] as number)) + weights.machine * (moveCost[from * machineCount + h] as number);
    },
    structure: { perMove, between: { row: current, values: moveCost, weight: weights.machine } },
  };
  return [{ objective, weight: 1 }];
}
