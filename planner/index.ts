export { hourlyBill } from "./assemble.ts";
export { buildProblem } from "./build-problem.ts";
export { findConflict, type Conflict, type ConflictOptions, type Element } from "./conflict.ts";
export { explainer, reasonsAgainst, type Candidate, type Explainer, type Explanation, type Objection } from "./explain.ts";
export { planScenario, type EngineChoice, type PlanRequest } from "./plan.ts";
export { compareScores, type Problem, type Score, type Solution } from "./problem.ts";
export { relaxations, type Relaxation } from "./relax.ts";
