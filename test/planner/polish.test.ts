import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { pullEveryoneBack, tryPairs } from "../../planner/polish.ts";
import { compareScores, type Problem } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import { State } from "../../planner/state.ts";
import type { Form } from "../../policies/form.ts";
import { randomProblem } from "./random-problem.ts";

/** One workload of 1 on each host of 1, as `current` says, and nothing else that matters. */
function fullHosts(current: readonly number[], more: readonly Form[] = []): Problem {
  const members = Int32Array.from(current, (_, w) => w);
  const sizes = new Float64Array(current.length).fill(1);
  const fills = current.map((_, h): Form => ({ kind: "fill", members, sizes, hosts: Int32Array.of(h), limit: 1 }));
  const made = randomProblem(new Random(1), { hosts: current.length, workloads: current.length, musts: 0, shoulds: 0 });
  return { ...made, current: Int32Array.from(current), wanted: members, musts: [...fills, ...more], shoulds: [], levels: [] };
}

const go = (problem: Problem, hostOf: readonly number[]): State => {
  const state = new State(problem);
  state.load(hostOf);
  return state;
};

describe("the way back", () => {
  it("takes two that changed places for nothing", () => {
    const state = go(fullHosts([0, 1, 2]), [1, 0, 2]);
    pullEveryoneBack(state, () => false);
    expect([...state.hostOf]).toEqual([0, 1, 2]);
  });

  it("takes a group that can only go together", () => {
    const domainOfHost = Int32Array.of(0, 0, 1, 1);
    const together: Form = { kind: "together", members: Int32Array.of(0, 1), domainOfHost, domainCount: 2 };
    const problem = { ...fullHosts([0, 1, -1, -1], [together]), wanted: Int32Array.of(0, 1) };
    const state = go(problem, [2, 3, -1, -1]);
    pullEveryoneBack(state, () => false);
    expect([...state.hostOf]).toEqual([0, 1, -1, -1]);
  });

  it("leaves a move that earns something", () => {
    const cheaper = { kind: "linear" as const, name: "money", unit: "micros", at: (_: number, h: number) => (h === 0 ? 5 : 1), on: () => 0 };
    const problem = { ...fullHosts([0, -1]), wanted: Int32Array.of(0), levels: [{ name: "money", shouldsWeight: 0, terms: [{ objective: cheaper, weight: 1 }] }] };
    const state = go(problem, [1, -1]);
    pullEveryoneBack(state, () => false);
    expect(state.hostOf[0]).toBe(1);
  });
});

describe("pairs", () => {
  it("change places when neither can move alone", () => {
    const away = { kind: "linear" as const, name: "money", unit: "micros", at: (w: number, h: number) => (w === h ? 5 : 1), on: () => 0 };
    const problem = { ...fullHosts([0, 1]), levels: [{ name: "money", shouldsWeight: 0, terms: [{ objective: away, weight: 1 }] }] };
    const state = go(problem, [0, 1]);
    expect(tryPairs(state, () => false)).toBe(true);
    expect([...state.hostOf]).toEqual([1, 0]);
  });

  it("never make a placement worse", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const problem = randomProblem(new Random(seed), { hosts: 4, workloads: 6, musts: 6, shoulds: 4 });
      const state = go(problem, [...problem.current]);
      const before = state.score.slice();
      tryPairs(state, () => false);
      expect(compareScores(state.score, before)).toBeLessThanOrEqual(0);
      expect([...state.score]).toEqual([...scoreOf(problem, state.hostOf)]);
    }
  });
});
