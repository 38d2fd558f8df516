import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { claimOf } from "../../planner/claim.ts";
import { construct } from "../../planner/construct.ts";
import { lowerBounds } from "../../planner/bound.ts";
import { MoveMix } from "../../planner/move-mix.ts";
import { MoveContext } from "../../planner/moves/context.ts";
import { focusOf } from "../../planner/moves/focus.ts";
import { compareScores, mustsLevel, type Problem, type Score } from "../../planner/problem.ts";
import { scoreOf } from "../../planner/score.ts";
import { State } from "../../planner/state.ts";
import { randomProblem } from "./random-problem.ts";

const never = (): boolean => false;
const { kinds } = new MoveMix(new Random(1));

describe.each(kinds.map((kind) => [kind.name, kind] as const))("the move %s", (_, kind) => {
  it("changes something, keeps the score exact, enters no forbidden pair and is undone", () => {
    let changed = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const problem = randomProblem(random, { hosts: 6, workloads: 15, musts: 8, shoulds: 3 });
      const forbidden = [...problem.wanted].map((workload) => ({ workload, host: random.below(6) }));
      const state = new State(problem, forbidden);
      state.load(Int32Array.from(problem.current, () => random.below(6)));
      const context = new MoveContext(state, random);
      const [before, score] = [state.hostOf.slice(), state.score.slice()];
      for (let i = 0; i < 10; i++) {
        context.focus = focusOf(state);
        const mark = state.mark();
        kind.propose(context);
        changed += Number(state.mark() > mark);
      }
      expect([...state.score], `seed ${seed}`).toEqual([...scoreOf(problem, state.hostOf)]);
      for (const { workload, host } of forbidden) expect(state.hostOf[workload], `seed ${seed}`).not.toBe(host);
      state.undoTo(0);
      expect(state.hostOf).toEqual(before);
      expect(state.score).toEqual(score);
    }
    expect(changed).toBeGreaterThan(0);
  });
});

describe("construction", () => {
  it("breaks no must that leaving somebody out can keep", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const problem = randomProblem(new Random(seed), { hosts: 5, workloads: 20, musts: 0, shoulds: 2 });
      const state = new State(problem);
      construct(state, new Random(seed), new Int32Array(20).fill(0), never);
      expect(state.score[mustsLevel], `seed ${seed}`).toBe(0);
    }
  });

  it("leaves everybody in place when nothing is wrong", () => {
    const problem = { ...randomProblem(new Random(9), { hosts: 3, workloads: 6, musts: 0, shoulds: 0 }), musts: [], levels: [] };
    const start = Int32Array.from({ length: 6 }, (_, w) => (problem.wanted.includes(w) ? w % 3 : -1));
    const state = new State(problem);
    construct(state, new Random(1), start, never);
    expect([...state.hostOf]).toEqual([...start]);
  });

  it("places a thousand new workloads among ten thousand without breaking a must", () => {
    const random = new Random(4);
    const problem = randomProblem(random, { hosts: 500, workloads: 10_000, musts: 0, shoulds: 0 });
    const state = new State(problem);
    construct(state, random, problem.current.map((h, w) => (w % 10 === 0 ? -1 : h)), never);
    expect(state.score[mustsLevel]).toBe(0);
    expect(state.hostOf.filter((h) => h >= 0).length).toBeGreaterThan(9000);
  });
});

/** The best score of all placements, by trying them all. */
function bestOfAll(problem: Problem): Score {
  const state = new State(problem);
  const best = state.score.slice();
  const visit = (depth: number): void => {
    const w = problem.wanted[depth];
    if (w === undefined) {
      if (compareScores(state.score, best) < 0) best.set(state.score);
      return;
    }
    for (let h = -1; h < state.hostCount; h++) {
      if (state.hostOf[w] !== h) state.move(w, h);
      visit(depth + 1);
    }
    if (state.hostOf[w] !== -1) state.move(w, -1);
    state.forget();
  };
  visit(0);
  return best;
}

describe("a lower bound", () => {
  it("is never above the optimum", () => {
    for (let seed = 1; seed <= 80; seed++) {
      const random = new Random(seed);
      const problem = randomProblem(random, { hosts: 3, workloads: 5, musts: random.below(4), shoulds: 2 });
      const best = bestOfAll(problem);
      const bounds = lowerBounds(new State(problem), best);
      bounds.forEach((bound, level) => {
        if (bound !== null) expect(bound, `seed ${seed}, level ${level}`).toBeLessThanOrEqual(best[level] ?? 0);
      });
    }
  });

  it.each([
    ["what the cheapest host costs each", { limits: [9, 9], prices: [1, 3], on: [0, 0], bound: 3 }],
    ["what it costs to go elsewhere where the cheapest is full", { limits: [2, 9], prices: [1, 3], on: [0, 0], bound: 5 }],
    ["a share of being on that fills the host", { limits: [3, 3], prices: [1, 1], on: [12, 15], bound: 15 }],
    ["the part of a host that is needed, rounded up", { limits: [4, 4], prices: [0, 0], on: [10, 10], bound: 8 }],
  ] as const)("counts %s", (_, { limits, prices, on, bound }) => {
    const made = randomProblem(new Random(1), { hosts: 2, workloads: 3, musts: 0, shoulds: 0 });
    const hosts = made.index.hosts.map((host) => ({ ...host, state: "on" as const, powerManaged: true }));
    const members = Int32Array.of(0, 1, 2);
    const sizes = new Float64Array(3).fill(1);
    const objective = { kind: "linear" as const, name: "money", unit: "micros", at: (_w: number, h: number) => prices[h] ?? 0, on: (h: number) => on[h] ?? 0 };
    const problem: Problem = {
      ...made, index: { ...made.index, hosts }, wanted: members, current: new Int32Array(3).fill(-1), shoulds: [],
      musts: limits.map((limit, h) => ({ kind: "fill", members, sizes, hosts: Int32Array.of(h), limit })),
      levels: [{ name: "money", shouldsWeight: 0, terms: [{ objective, weight: 1 }] }],
    };
    expect(lowerBounds(new State(problem), bestOfAll(problem))).toEqual([0, 0, bound]);
  });
});

describe("the claim", () => {
  it.each([
    ["is optimal when every level stands at its bound", [0, 0, 70], [0, 0, 70], { kind: "optimal" }],
    ["says how far above the bound the first such level is, rounded up", [0, 0, 1001, 9], [0, 0, 900, 0], { kind: "within", permille: 113 }],
    ["is modest without a bound", [0, 0, 70], [0, 0, null], { kind: "best-found" }],
    ["is modest when somebody is left out who might be placed", [0, 1, 70], [0, 0, 70], { kind: "best-found" }],
    ["is modest above a bound of nothing", [0, 0, 3], [0, 0, 0], { kind: "best-found" }],
  ] as const)("%s", (_, score, bounds, claim) => {
    expect(claimOf(Float64Array.from(score), bounds)).toEqual(claim);
  });
});
