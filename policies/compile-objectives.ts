import type { ObjectiveLevel, ObjectiveName, Scenario } from "../model/scenario.ts";
import { currentHosts, type FleetIndex } from "../model/snapshot.ts";
import type { Objective, ObjectiveContext } from "./objective.ts";
import { balance } from "./objectives/balance.ts";
import { carbon } from "./objectives/carbon.ts";
import { money } from "./objectives/money.ts";
import { moving } from "./objectives/moving.ts";
import { power } from "./objectives/power.ts";

const makers: Readonly<Record<ObjectiveName, (context: ObjectiveContext) => Objective>> = { balance, carbon, money, moving, power };

/** One level of what is better: a weighted sum of objectives and, with `shouldsWeight`, of broken shoulds. */
export interface CompiledLevel {
  readonly name: string;
  readonly shouldsWeight: number;
  readonly terms: readonly { readonly objective: Objective; readonly weight: number }[];
}

/** The levels of a scenario over dense indices, in the order in which they are compared. */
export function compileObjectives(scenario: Pick<Scenario, "objectives" | "settings">, index: FleetIndex): readonly CompiledLevel[] {
  const context = objectiveContext(scenario, index);
  return scenario.objectives.map((level) => compileLevel(level, context));
}

/** One objective by name, e.g. to state a plan's power whatever the levels are. */
export function objectiveNamed(name: ObjectiveName, context: ObjectiveContext): Objective {
  return makers[name](context);
}

/** What objectives are computed from. */
export function objectiveContext({ settings }: Pick<Scenario, "settings">, index: FleetIndex): ObjectiveContext {
  return { index, current: currentHosts(index), settings, hostAt: (h) => index.hosts[h] ?? null };
}

function compileLevel({ terms }: ObjectiveLevel, context: ObjectiveContext): CompiledLevel {
  let shouldsWeight = 0;
  const compiled: { objective: Objective; weight: number }[] = [];
  for (const { objective, weight } of terms) {
    if (objective === "shoulds") shouldsWeight += weight;
    else compiled.push({ objective: objectiveNamed(objective, context), weight });
  }
  return { name: terms.map(({ objective }) => objective).join(" + "), shouldsWeight, terms: compiled };
}
