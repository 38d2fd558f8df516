import { expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { scoreOf } from "../../planner/score.ts";
import { State } from "../../planner/state.ts";
import { randomProblem } from "./random-problem.ts";

/** A random move that changes something, or null when the draw names none. */
function draw(random: Random, state: State): { workload: number; to: number } | null {
  const workload = random.pick([...state.problem.wanted]);
  const to = random.chance(150) ? -1 : random.below(state.hostCount);
  return state.hostOf[workload] === to ? null : { workload, to };
}

it.each([false, true])("counts every random move of every kind of form and objective as from scratch, with homes: %s", (homes) => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = new Random(seed);
    const problem = randomProblem(random, { hosts: random.between(2, 7), workloads: random.between(3, 14), musts: 9, shoulds: 9, homes });
    const state = new State(problem);
    expect([...state.score], `seed ${seed}, nobody placed`).toEqual([...scoreOf(problem, state.hostOf)]);
    for (let step = 0; step < 60; step++) {
      const move = draw(random, state);
      if (move === null) continue;
      const before = state.score.slice();
      state.weighMusts(move.workload, move.to);
      state.weighLevels();
      const change = state.change.slice();
      state.commit();
      const scratch = scoreOf(problem, state.hostOf);
      expect([...state.score], `seed ${seed}, step ${step}`).toEqual([...scratch]);
      expect([...change].map((value, l) => value + (before[l] ?? 0)), `seed ${seed}, step ${step}`).toEqual([...scratch]);
    }
  }
});

it("takes back any number of moves", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const problem = randomProblem(random, { hosts: 5, workloads: 10, musts: 9, shoulds: 5 });
    const state = new State(problem);
    state.load(problem.current);
    const [hostOf, score, guide] = [state.hostOf.slice(), state.score.slice(), state.guide];
    const mark = state.mark();
    for (let step = 0; step < 50; step++) {
      const move = draw(random, state);
      if (move !== null) state.move(move.workload, move.to);
    }
    state.undoTo(mark);
    expect(state.hostOf).toEqual(hostOf);
    expect(state.score).toEqual(score);
    expect(state.guide).toBeCloseTo(guide, 6);
  }
});

it.each([[7, false], [8, true], [9, true]])("is exact after a hundred thousand moves, seed %i, with homes: %s", (seed, homes) => {
  const random = new Random(seed);
  const problem = randomProblem(random, { hosts: 30, workloads: 200, musts: 40, shoulds: 40, homes });
  const state = new State(problem);
  for (let step = 0; step < 100_000; step++) {
    const move = draw(random, state);
    if (move !== null) state.move(move.workload, move.to);
    state.forget();
  }
  expect([...state.score]).toEqual([...scoreOf(problem, state.hostOf)]);
  const guide = state.guide;
  state.weighGuide();
  expect(guide).toBeCloseTo(state.guide, 4);
});

it("keeps the lists of workloads on each host", () => {
  const random = new Random(11);
  const problem = randomProblem(random, { hosts: 4, workloads: 12, musts: 3, shoulds: 0 });
  const state = new State(problem);
  for (let step = 0; step < 500; step++) {
    const move = draw(random, state);
    if (move !== null) state.move(move.workload, move.to);
    for (let h = 0; h < state.hostCount; h++) {
      const listed: number[] = [];
      for (let w = state.first[h] ?? -1; w >= 0; w = state.next[w] ?? -1) listed.push(w);
      const there = [...problem.wanted].filter((w) => state.hostOf[w] === h);
      expect(listed.sort((a, b) => a - b)).toEqual(there);
      expect(state.population[h]).toBe(there.length);
    }
  }
});

it("never enters a forbidden pair when it loads a placement", () => {
  const problem = randomProblem(new Random(3), { hosts: 3, workloads: 5, musts: 0, shoulds: 0 });
  const workload = problem.wanted[0] ?? 0;
  const state = new State(problem, [{ workload, host: 1 }]);
  state.load(new Int32Array(5).fill(1));
  expect(state.hostOf[workload]).toBe(-1);
  expect(state.mayEnter(workload, 1)).toBe(false);
});
