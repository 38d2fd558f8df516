import type { ObjectiveLevel } from "../model/scenario.ts";
import type { ObjectivesDocument } from "./fields/policy.ts";

/** Levels of a document with their weights filled in. */
export function levelsOf(levels: ObjectivesDocument): readonly ObjectiveLevel[] {
  return levels.map(({ terms }) => ({ terms: terms.map(({ objective, weight }) => ({ objective, weight: weight ?? 1 })) }));
}
