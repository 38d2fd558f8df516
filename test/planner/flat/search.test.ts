import { describe, expect, it } from "vitest";
import { flatten } from "../../../planner/flat/flatten.ts";
import { searchIslands } from "../../../planner/flat/islands.ts";
import { searchFlat } from "../../../planner/flat/search.ts";
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

describe("problems of another shape", () => {
  const { problem } = instance(600);
  it.each([
    ["somebody is nowhere yet", { current: problem.current.map((h, w) => (w === 0 ? -1 : h)) }],
    ["there are two levels", { levels: [...problem.levels, ...problem.levels] }],
    ["there is a should", { shoulds: problem.musts.slice(0, 1).map((form) => ({ form, weight: 1 })) }],
    ["somebody is to be removed", { wanted: problem.wanted.slice(1) }],
  ])("are left to the general search when %s", (_, change) => expect(flatten({ ...problem, ...change })).toBeNull());
});
