import { generateInstance } from "../../../bench/roadef/generate.ts";
import { problemOf } from "../../../bench/roadef/problem.ts";
import { Random } from "../../../model/random.ts";
import { flatten } from "../../../planner/flat/flatten.ts";
import type { FlatProblem } from "../../../planner/flat/problem.ts";
import type { Problem } from "../../../planner/problem.ts";

export interface Instance {
  readonly problem: Problem;
  readonly flat: FlatProblem;
  readonly random: Random;
}

/** A random problem of the shape that the tables hold; services have at most `largest` processes. */
export function instance(seed: number, machines = 6, services = 10, largest = 4): Instance {
  const random = new Random(seed);
  const { model, original } = generateInstance(random, {
    machines, resources: random.between(1, 4), services, largest, locations: 4, neighbourhoods: 3, balances: random.below(3), movedPermille: 300,
  });
  const problem = problemOf(model, original);
  const flat = flatten(problem);
  if (flat === null) throw new Error(`seed ${seed} has another shape`);
  return { problem, flat, random };
}
