import type { Mode } from "../model/plan.ts";
import type { ObjectiveLevel, PlanSettings } from "../model/scenario.ts";
import { currentHosts, type FleetIndex } from "../model/snapshot.ts";
import type { AllowForm, Form } from "../policies/form.ts";
import { compileObjectives, type Constraint } from "../policies/index.ts";
import type { Objective } from "../policies/objective.ts";
import type { Level, Problem } from "./problem.ts";

/** What the scenario and the mode make of constraints: the problem that an engine solves. */
export function buildProblem(input: {
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
  readonly objectives: readonly ObjectiveLevel[];
  readonly settings: PlanSettings;
  readonly mode: Mode;
}): Problem {
  const { index, constraints, mode } = input;
  const current = currentHosts(index);
  const aboutPlaces = constraints.filter((constraint) => !constraint.aboutTheWay);
  const musts = aboutPlaces.filter(({ strength }) => strength === "must").flatMap((constraint) => constraint.forms());
  return {
    index,
    current,
    wanted: Int32Array.from(index.workloads.flatMap((workload, w) => (workload.desired === "removed" ? [] : [w]))),
    musts: mode === "place" ? [...musts, ...stayForms(index, current)] : musts,
    shoulds: aboutPlaces
      .filter(({ strength }) => strength === "should")
      .flatMap((constraint) => constraint.forms().map((form) => ({ form, weight: constraint.weight }))),
    levels: levelsOf(input, current),
    constraints: aboutPlaces,
  };
}

/** In the mode `place` nothing that has a host leaves it. */
function stayForms(index: FleetIndex, current: Int32Array): readonly AllowForm[] {
  const onlyHost = new Map<number, Uint8Array>();
  return [...current].flatMap((h, w) => {
    if (h < 0 || index.workloads[w]?.desired === "removed") return [];
    const allowed = onlyHost.get(h) ?? new Uint8Array(index.hosts.length);
    allowed[h] = 1;
    onlyHost.set(h, allowed);
    return [{ kind: "allow" as const, workload: w, allowed }];
  });
}

/** Repairs and evacuations put the number of moves before everything else; the scenario's own order comes after. */
function levelsOf(
  { index, objectives, settings, mode }: { index: FleetIndex; objectives: readonly ObjectiveLevel[]; settings: PlanSettings; mode: Mode },
  current: Int32Array,
): readonly Level[] {
  const own = compileObjectives({ objectives, settings }, index);
  if (mode === "optimise" || mode === "place") return own;
  return [{ name: "moves", shouldsWeight: 0, terms: [{ objective: displaced(current), weight: 1 }], countsLeavers: true }, ...own];
}

function displaced(current: Int32Array): Objective {
  return {
    kind: "linear",
    name: "moves",
    unit: "moves",
    at: (w, h) => ((current[w] ?? -1) >= 0 && current[w] !== h ? 1 : 0),
    on: () => 0,
  };
}

/** Forms of the given constraints' policies only; for what-if questions about rules. */
export function mustForms(constraints: readonly Constraint[]): readonly Form[] {
  return constraints.filter(({ strength, aboutTheWay }) => strength === "must" && !aboutTheWay).flatMap((constraint) => constraint.forms());
}
