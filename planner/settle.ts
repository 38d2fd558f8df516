import { currentInstant, settledInstant } from "../model/snapshot.ts";
import { totalAmount, type Constraint } from "../policies/constraint.ts";
import type { Problem } from "./problem.ts";

/** For each must about places that a placement breaks: how much it is broken now and how much it would be. */
export function settle(problem: Problem, hostOf: Int32Array): readonly { readonly constraint: Constraint; readonly before: number; readonly after: number }[] {
  const now = currentInstant(problem.index);
  const then = settledInstant(problem.index, hostOf);
  return problem.constraints.filter(({ strength }) => strength === "must").flatMap((constraint) => {
    const after = totalAmount(constraint.check(then));
    return after === 0 ? [] : [{ constraint, before: totalAmount(constraint.check(now)), after }];
  });
}
