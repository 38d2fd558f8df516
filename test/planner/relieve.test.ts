import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { relieve } from "../../planner/relieve.ts";
import { mustsLevel, type Problem } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import { State } from "../../planner/state.ts";
import type { Form } from "../../policies/form.ts";
import { randomProblem } from "./random-problem.ts";

/** Workloads of these sizes on hosts of these limits, as `current` says. */
function hostsWith(limits: readonly number[], sizes: readonly number[], current: readonly number[], more: readonly Form[] = []): Problem {
  const members = Int32Array.from(sizes, (_, w) => w);
  const shared = { members, sizes: Float64Array.from(sizes) };
  const fills = limits.map((limit, h): Form => ({ kind: "fill", ...shared, hosts: Int32Array.of(h), limit }));
  const made = randomProblem(new Random(1), { hosts: limits.length, workloads: sizes.length, musts: 0, shoulds: 0 });
  return { ...made, current: Int32Array.from(current), wanted: members, musts: [...fills, ...more], shoulds: [], levels: [] };
}

function relieved(problem: Problem): { readonly state: State; readonly moved: readonly number[] } {
  const state = new State(problem);
  state.load(problem.current);
  relieve(state, new Random(1), () => false);
  return { state, moved: [...problem.wanted].filter((w) => state.hostOf[w] !== problem.current[w]) };
}

const twoApart = (members: readonly number[], hosts: number): Form => ({
  kind: "pack", members: Int32Array.from(members), sizes: new Float64Array(members.length).fill(1),
  domainOfHost: Int32Array.from({ length: hosts }, (_, h) => h), limits: new Float64Array(hosts).fill(1),
});

describe("an overloaded host", () => {
  it.each<[string, Problem, readonly number[]]>([
    ["the one that is enough, the smallest of those", hostsWith([10, 10], [2, 5, 4, 3], [0, 0, 0, 0]), [2]],
    ["the largest first when none is enough", hostsWith([5, 10, 10], [9, 8, 1, 1], [0, 0, 0, 0]), [0, 1]],
    ["two when one cannot be enough", hostsWith([4, 10, 10], [4, 4, 4], [0, 0, 0]), [0, 1]],
    ["nobody when all fits", hostsWith([10, 10], [5, 5], [0, 0]), []],
    ["the next best when the best fits nowhere", hostsWith([10, 3], [4, 5, 3, 1], [0, 0, 0, 0]), [2]],
    ["who may stand beside those that are there", hostsWith([4, 9, 9], [3, 2, 4, 4], [0, 0, 1, 2], [twoApart([1, 2, 3], 3)]), [0]],
  ])("gives away %s", (_, problem, wanted) => {
    const { state, moved } = relieved(problem);
    expect(moved).toEqual(wanted);
    expect(state.score[mustsLevel]).toBe(0);
  });

  it("gives to hosts that nobody leaves, if there are any", () => {
    const { state } = relieved(hostsWith([10, 10, 10], [6, 5, 6, 5, 4], [0, 0, 1, 1, 2]));
    expect([...state.hostOf].filter((h) => h === 2)).toHaveLength(2);
  });

  it("never ends with more broken than before, and keeps the score exact", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const problem = randomProblem(random, { hosts: 6, workloads: 18, musts: 6, shoulds: 2 });
      const state = new State(problem);
      state.load(Int32Array.from(problem.current, () => random.below(6)));
      const before = state.guide;
      relieve(state, random, () => false);
      expect(state.guide, `seed ${seed}`).toBeLessThanOrEqual(before + 1e-6);
      expect([...state.score], `seed ${seed}`).toEqual([...scoreOf(problem, state.hostOf)]);
    }
  });
});
