import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { compareScores, type Problem, type Score } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import { search } from "../../planner/search.ts";
import { State } from "../../planner/state.ts";
import { randomProblem } from "./random-problem.ts";

/** The best score of all placements, by trying them all. */
function bestOfAll(problem: Problem): Score {
  const state = new State(problem);
  const best = state.score.slice();
  const visit = (depth: number): void => {
    const w = problem.wanted[depth];
    if (w === undefined) {
      state.settle();
      if (compareScores(state.score, best) < 0) best.set(state.score);
      return;
    }
    for (let h = -1; h < state.hostCount; h++) {
      if (state.hostOf[w] !== h) state.move(w, h);
      visit(depth + 1);
      state.forget();
    }
    if (state.hostOf[w] !== -1) state.move(w, -1);
  };
  visit(0);
  return best;
}

const clock = { nowMs: () => 0 };

function problemOf(seed: number, homes = false): Problem {
  const random = new Random(seed);
  return randomProblem(random, {
    hosts: random.between(2, 5), workloads: random.between(3, 6), musts: random.between(0, 6), shoulds: random.between(0, 5), homes,
  });
}

describe("search on small problems", () => {
  it("finds the true optimum of at least 95 in a hundred", () => {
    const missed: string[] = [];
    const count = 80;
    for (let seed = 1; seed <= count; seed++) {
      const problem = problemOf(seed);
      const { score } = search(problem, { seed, iterations: 40_000, timeMs: 1e9, clock, stopped: () => false });
      const best = bestOfAll(problem);
      expect(compareScores(score, best), `seed ${seed} is better than everything`).toBeGreaterThanOrEqual(0);
      if (compareScores(score, best) > 0) missed.push(`seed ${seed}: ${score.join(" ")} instead of ${best.join(" ")}`);
    }
    expect(missed.length, missed.join("\n")).toBeLessThanOrEqual(count * 0.05);
  });

  it("finds the true optimum where sizes count at home, and claims no bound above it", () => {
    const missed: number[] = [];
    for (let seed = 700; seed < 740; seed++) {
      const problem = problemOf(seed, true);
      const { score, bounds } = search(problem, { seed, iterations: 20_000, timeMs: 1e9, clock, stopped: () => false });
      const best = bestOfAll(problem);
      if (compareScores(score, best) !== 0) missed.push(seed);
      else bounds.forEach((bound, level) => expect(bound ?? 0, `seed ${seed}, level ${level}`).toBeLessThanOrEqual(best[level] ?? 0));
    }
    expect(missed.length, missed.join(", ")).toBeLessThanOrEqual(2);
  });

  it("knows from the totals that no placement is below a limit, and stops", () => {
    const base = problemOf(4);
    const workloads = base.index.workloads.length;
    const problem: Problem = {
      ...base, musts: [], shoulds: [], wanted: Int32Array.from({ length: workloads }, (_, w) => w),
      levels: [{ name: "headroom", shouldsWeight: 0, terms: [{ weight: 3, objective: {
        kind: "over", name: "headroom", unit: "MiB", sizes: new Float64Array(workloads).fill(5), limits: Float64Array.from(base.index.hosts, (_, h) => (h === 0 ? 7 : 0)) } }] }],
    };
    const { score, bounds, claim } = search(problem, { seed: 1, iterations: 40_000, timeMs: 1e9, clock, stopped: () => false });
    const least = 3 * (5 * workloads - 7);
    expect([bounds[2], score[2], claim]).toEqual([least, least, { kind: "optimal" }]);
  });

  it("finds the true optimum under a failover must", () => {
    const missed: number[] = [];
    for (let seed = 500; seed < 520; seed++) {
      const random = new Random(seed);
      const problem = randomProblem(random, { hosts: random.between(2, 3), workloads: random.between(3, 4), musts: 2, shoulds: 2, survive: true });
      const { score } = search(problem, { seed, iterations: 6000, timeMs: 1e9, clock, stopped: () => false });
      if (compareScores(score, bestOfAll(problem)) !== 0) missed.push(seed);
    }
    expect(missed.length, missed.join(", ")).toBeLessThanOrEqual(1);
  });

  it("reports the score that its placement has", () => {
    for (let seed = 200; seed < 220; seed++) {
      const problem = problemOf(seed);
      const { hostOf, score } = search(problem, { seed, iterations: 5000, timeMs: 1e9, clock, stopped: () => false });
      expect([...score]).toEqual([...scoreOf(problem, hostOf)]);
    }
  });
});
