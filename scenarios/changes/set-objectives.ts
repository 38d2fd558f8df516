import { closed, type Written } from "../fields/common.ts";
import { objectivesSchema } from "../fields/policy.ts";
import { levelsOf } from "../objectives.ts";
import { decide, type ChangeKind } from "./change.ts";

const schema = closed({ objectives: objectivesSchema }, "What is better, from now on.");

/** What is better, from now on: the levels of the objective are replaced. */
export const setObjectives: ChangeKind<Written<typeof schema>> = {
  name: "setObjectives",
  meaning: "the levels of the objective are replaced",
  schema,

  apply({ objectives }, context) {
    const levels = levelsOf(objectives);
    const words = levels.map(({ terms }) => terms.map(({ objective, weight }) => (weight === 1 ? objective : `${weight} x ${objective}`)).join(" + ")).join(", then ");
    if (!decide(context, "the objectives", words, "objectives")) return null;
    context.draft.objectives = levels;
    return `objectives: ${words}`;
  },
};
