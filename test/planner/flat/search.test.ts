import { describe, expect, it } from "vitest";
import { flatten } from "../../../planner/flat/flatten.ts";
import { searchIslands } from "../../../planner/flat/islands.ts";
import type { FlatProblem } from "../../../planner/flat/problem.ts";
import { moveShareOf, searchFlat } from "../../../planner/flat/search.ts";
import { firstObjectiveLevel, mustsLevel } from "../../../planner/problem.ts";
import { scoreOf } from "../../../planner/score.ts";
import { instance } from "./instances.ts";

const patient = { timeMs: 1e9, clock: { nowMs: () => 0 }, stopped: () => false };

describe("annealing over tables", () => {
  it("finds a placement that costs what it says, the same for the same seed", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { problem, flat } = instance(300 + seed);
      const found = searchFlat(flat, { ...patient, seed, iterations: 40_000 });
      const score = scoreOf(problem, found.hostOf);
      expect([score[firstObjectiveLevel], score[mustsLevel]], `seed ${seed}`).toEqual([found.cost, 0]);
      expect(searchFlat(flat, { ...patient, seed, iterations: 40_000 })).toEqual(found);
    }
  });

  it("finds the cheapest of all placements of small fleets", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { problem, flat } = instance(400 + seed, 3, 3);
      const found = searchFlat(flat, { ...patient, seed, iterations: 60_000 });
      let least = Infinity;
      const placement = new Int32Array(flat.workloadCount);
      for (let code = 0; code < flat.hostCount ** flat.workloadCount; code++) {
        for (let w = 0, rest = code; w < placement.length; w++, rest = Math.floor(rest / flat.hostCount)) placement[w] = rest % flat.hostCount;
        const score = scoreOf(problem, placement);
        if (score[mustsLevel] === 0) least = Math.min(least, score[firstObjectiveLevel] ?? Infinity);
      }
      expect(found.cost, `seed ${seed}`).toBe(least);
    }
  });

  it("gives the same answer on two threads whatever their speed, and improves on the placement of now", async () => {
    const { problem, flat } = instance(500, 10, 30);
    const reported: number[] = [];
    const options = { ...patient, seed: 1, iterations: 200_000, improved: (cost: number) => void reported.push(cost) };
    const found = await searchIslands(flat, 2, options);
    expect(reported.at(-1)).toBe(found.cost);
    expect(reported).toEqual([...new Set(reported)].sort((a, b) => b - a));
    const again = await searchIslands(flat, 2, options);
    expect(again).toEqual(found);
    const now = scoreOf(problem, problem.current);
    const score = scoreOf(problem, found.hostOf);
    expect([score[firstObjectiveLevel], score[mustsLevel]]).toEqual([found.cost, 0]);
    expect(found.cost).toBeLessThan(now[firstObjectiveLevel] ?? 0);
  });
});

/** Two hosts, one dimension in which a unit above the soft limit costs 3; everybody is at home on the first host. */
function fleet(softLimits: readonly number[], sizes: readonly number[]): FlatProblem {
  return {
    workloadCount: sizes.length, hostCount: 2, dimensionCount: 1, bothEndsCount: 0, sizes: Float64Array.from(sizes), softLimits: Float64Array.from(softLimits),
    softWeights: Float64Array.of(3), hardLimits: Float64Array.of(100, 100), home: new Int32Array(sizes.length), perMove: new Float64Array(sizes.length),
    between: null, apart: null, spread: null, near: null, mostMoved: null, allowed: null,
  };
}

describe("what being away costs once loads cost no more than they must", () => {
  // A workload of 5 units on average, so a load of 15; the second one is away.
  it.each([
    ["one host is too full, the other is not", fleet([5, 5], [4, 6]), [0, 1], 3 + 7, null],
    ["what is too much is a small part of what can be saved", fleet([5, 5], [4, 6]), [0, 1], 3 + 27, 27 / 15],
    ["all is too much anywhere", fleet([2, 3], [4, 6]), [0, 1], 15 + 4, 4 / 15],
    ["room is left", fleet([6, 6], [4, 6]), [0, 1], 7, 7 / 15],
    ["nothing limits", fleet([Infinity, Infinity], [4, 6]), [0, 1], 7, 7 / 15],
    ["nobody is away", fleet([10, 5], [4, 6]), [0, 0], 0, null],
  ])("is known when %s", (_, problem, hostOf, cost, expected) => {
    expect(moveShareOf(problem, { hostOf: Int32Array.from(hostOf), cost })).toBe(expected);
  });
});

describe("problems of another shape", () => {
  const { problem } = instance(600);
  it.each([
    ["somebody is nowhere yet", { current: problem.current.map((h, w) => (w === 0 ? -1 : h)) }],
    ["there are two levels", { levels: [...problem.levels, ...problem.levels] }],
    ["there is a should", { shoulds: problem.musts.slice(0, 1).map((form) => ({ form, weight: 1 })) }],
    ["somebody is to be removed", { wanted: problem.wanted.slice(1) }],
  ])("are left to the general search when %s", (_, change) => expect(flatten({ ...problem, ...change })).toBeNull());
});
