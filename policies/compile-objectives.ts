import type { ObjectiveLevel, ObjectiveName, Scenario } from "../model/scenario.ts";
import { currentHosts, type FleetIndex } from "../model/snapshot.ts";
import type { Objective, ObjectiveContext, ObjectiveTerm } from "./objective.ts";
import { balance } from "./objectives/balance.ts";
import { carbon } from "./objectives/carbon.ts";
import { headroom } from "./objectives/headroom.ts";
import { money } from "./objectives/money.ts";
import { mostMoved } from "./objectives/most-moved.ts";
import { moving } from "./objectives/moving.ts";
import { power } from "./objectives/power.ts";
import { proportion } from "./objectives/proportion.ts";

/** Some are one sum, some are several with a weight each. */
const makers: Readonly<Record<ObjectiveName, (context: ObjectiveContext) => Objective | readonly ObjectiveTerm[]>> = {
  balance, carbon, headroom, money, "most-moved": mostMoved, moving, power, proportion,
};

/** One level of what is better: a weighted sum of objectives and, with `shouldsWeight`, of broken shoulds. */
export interface CompiledLevel {
  readonly name: string;
  readonly shouldsWeight: number;
  readonly terms: readonly ObjectiveTerm[];
}

/** The levels of a scenario over dense indices, in the order in which they are compared. */
export function compileObjectives(scenario: Pick<Scenario, "objectives" | "settings">, index: FleetIndex): readonly CompiledLevel[] {
  const context = objectiveContext(scenario, index);
  return scenario.objectives.map((level) => compileLevel(level, context));
}

/** What an objective's name stands for, e.g. to state a plan's power whatever the levels are. */
export function objectiveTerms(name: ObjectiveName, context: ObjectiveContext): readonly ObjectiveTerm[] {
  const made = makers[name](context);
  return "kind" in made ? [{ objective: made, weight: 1 }] : made;
}

/** What objectives are computed from. */
export function objectiveContext({ settings }: Pick<Scenario, "settings">, index: FleetIndex): ObjectiveContext {
  return { index, current: currentHosts(index), settings, hostAt: (h) => index.hosts[h] ?? null };
}

function compileLevel({ terms }: ObjectiveLevel, context: ObjectiveContext): CompiledLevel {
  return {
    name: terms.map(({ objective }) => objective).join(" + "),
    shouldsWeight: terms.reduce((sum, { objective, weight }) => sum + (objective === "shoulds" ? weight : 0), 0),
    terms: terms.flatMap(({ objective, weight }) =>
      (objective === "shoulds" ? [] : objectiveTerms(objective, context).map((term) => ({ objective: term.objective, weight: weight * term.weight })))),
  };
}
