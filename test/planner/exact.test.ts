import { describe, expect, it } from "vitest";
import type { Clock } from "../../model/clock.ts";
import { Random } from "../../model/random.ts";
import { solveExactly } from "../../planner/exact/index.ts";
import type { EngineOptions } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import { arbitraryProblem, enumerate } from "./exact-problems.ts";

/** A clock that stands still: the solver's own limits never cut a small problem short. */
const clock: Clock = { nowMs: () => 0 };
const options: EngineOptions = { seed: 1, timeMs: 60_000, clock, stopped: () => false };

describe("the exact engine", () => {
  for (let seed = 1; seed <= 80; seed++) {
    it(`finds and proves the optimum of random problem ${seed}, level by level`, async () => {
      const problem = arbitraryProblem(new Random(seed), { hosts: 4, workloads: 5, forms: 6 });
      const best = enumerate(problem);
      const solution = await solveExactly(problem, options);
      expect([...solution.score]).toEqual([...best.score]);
      expect([...scoreOf(problem, solution.hostOf)]).toEqual([...best.score]);
      expect(solution.claim).toEqual({ kind: "optimal" });
      expect(solution.bounds).toEqual([...best.score]);
    });
  }
});
