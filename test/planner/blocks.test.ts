import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { placeInBlocks } from "../../planner/blocks.ts";
import { compareScores, mustsLevel, type Problem } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import { State } from "../../planner/state.ts";
import { randomProblem } from "./random-problem.ts";

/** Hosts of 100; by host what the workloads on it need, and where each of them may go besides. */
function fleet(contents: readonly (readonly number[])[], mayGo: (host: number) => readonly number[]): Problem {
  const homes = contents.flatMap((sizes, h) => sizes.map(() => h));
  const made = randomProblem(new Random(1), { hosts: contents.length, workloads: homes.length, musts: 0, shoulds: 0 });
  const members = Int32Array.from(homes.keys());
  const rows = contents.map((_, h) => Uint8Array.from(contents, (__, to) => Number(mayGo(h).includes(to))));
  return {
    ...made, wanted: members, current: Int32Array.from(homes), shoulds: [], levels: [],
    musts: [
      ...contents.map((_, h) => ({ kind: "fill" as const, members, sizes: Float64Array.from(contents.flat()), hosts: Int32Array.of(h), limit: 100 })),
      ...homes.map((h, workload) => ({ kind: "allow" as const, workload, allowed: rows[h] ?? new Uint8Array(0) })),
    ],
  };
}

function placed(problem: Problem, from: ArrayLike<number>): State {
  const state = new State(problem);
  state.load(from);
  placeInBlocks(state);
  return state;
}

describe("placing in blocks", () => {
  it.each([
    ["two full hosts change all that they hold", [[30, 30, 37], [50, 47], []], (h: number) => [[1, 2], [0, 2], [2]][h] ?? [], [1, 1, 1, 0, 0]],
    ["a circle of full hosts goes round", [[60, 37], [40, 57], [97]], (h: number) => [(h + 1) % 3], [1, 1, 2, 2, 0]],
    ["who finds no host together goes apart, the largest first where the least is left", [[40, 30], [55], [65]], (h: number) => (h === 0 ? [1, 2] : [h]), [1, 2, 1, 2]],
    ["who fits nowhere is nowhere", [[90, 20], [40], [40]], (h: number) => (h === 0 ? [1, 2] : [h]), [-1, 1, 1, 2]],
  ] as const)("%s", (_, contents, mayGo, expected) => {
    const problem = fleet(contents, mayGo);
    expect([...placed(problem, problem.current.map((h, w) => (expected[w] === h ? h : -1))).hostOf]).toEqual(expected);
  });

  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))("breaks no more than before and leaves those alone who stay, seed %i", (seed) => {
    const random = new Random(seed);
    const problem = randomProblem(random, { hosts: random.between(2, 9), workloads: random.between(3, 40), musts: random.below(5), shoulds: 2 });
    const from = problem.current.map((h) => (random.chance(600) ? h : -1));
    const before = new State(problem);
    before.load(from);
    const without = new State(problem);
    without.load(from.map((h, w) => (h === problem.current[w] ? h : -1)));
    const after = placed(problem, from);
    expect(after.score[mustsLevel]).toBeLessThanOrEqual(without.score[mustsLevel] ?? 0);
    expect(compareScores(after.score, scoreOf(problem, after.hostOf))).toBe(0);
    for (const w of problem.wanted) if (before.hostOf[w] === problem.current[w]) expect(after.hostOf[w]).toBe(before.hostOf[w]);
  });
});
