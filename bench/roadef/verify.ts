import { settledInstant } from "../../model/snapshot.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel, type Problem } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import type { Evaluation } from "./evaluate.ts";

/** How many broken rules are told at most. */
const toldMax = 10;

/** Why a placement is no solution: what the evaluator, the forms and the checks of our rules say, and where they differ. */
export function faultsOf(problem: Problem, placement: Int32Array, { violations, cost }: Evaluation): readonly string[] {
  const score = scoreOf(problem, placement);
  const instant = settledInstant(problem.index, placement);
  const broken = problem.constraints.flatMap((constraint) => constraint.check(instant).map((violation) => constraint.explain(violation)));
  const [musts, unplaced, ours] = [score[mustsLevel], score[unplacedLevel], score[firstObjectiveLevel]];
  return [
    ...violations.slice(0, toldMax),
    ...broken.slice(0, toldMax),
    ...(musts === 0 ? [] : [`our forms find musts broken by ${musts}`]),
    ...(unplaced === 0 ? [] : [`${unplaced} processes have no machine`]),
    ...(ours === cost.total ? [] : [`our score is ${ours}, the evaluator's cost is ${cost.total}`]),
  ];
}
