export { buildProblem } from "./build-problem.ts";
export { findConflict, type Conflict, type ConflictOptions, type Element } from "./conflict.ts";
export { explainer, type Candidate, type Explainer, type Explanation, type Objection } from "./explain.ts";
export { planScenario } from "./plan.ts";
export { firstObjectiveLevel, mustsLevel, unplacedLevel, type Problem, type Score, type Solution } from "./problem.ts";
export { relaxations, type Relaxation, type RelaxationChange } from "./relax.ts";
export { ScoreOverflow } from "./score.ts";
export type { EngineChoice, PlanRequest } from "./target.ts";
