import { describe, expect, it } from "vitest";
import { Annealer } from "../../../planner/flat/anneal.ts";
import { reachOf } from "../../../planner/flat/reach.ts";
import { Record } from "../../../planner/flat/record.ts";
import { FlatState } from "../../../planner/flat/state.ts";
import { firstObjectiveLevel, mustsLevel } from "../../../planner/problem.ts";
import { scoreOf } from "../../../planner/score.ts";
import { instance } from "./instances.ts";

describe("the tables of a problem", () => {
  it("cost what the problem costs, and keep its rules when it does, after any moves", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { problem, flat, random } = instance(seed);
      const state = new FlatState(flat, flat.home);
      for (let move = 0; move < 40; move++) {
        const w = random.below(flat.workloadCount);
        const to = random.below(flat.hostCount);
        if (to !== state.hostOf[w] && state.groups.allows(w, to)) state.move(w, to);
        const score = scoreOf(problem, state.hostOf);
        expect([state.cost, state.isFeasible], `seed ${seed}`).toEqual([score[firstObjectiveLevel], score[mustsLevel] === 0]);
      }
    }
  });

  it("weigh hosts as they are after the move", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { flat, random } = instance(100 + seed);
      const state = new FlatState(flat, flat.home);
      state.setPenalties(new Float64Array(flat.dimensionCount).fill(7));
      for (let move = 0; move < 40; move++) {
        const [p, q] = [random.below(flat.workloadCount), random.below(flat.workloadCount)];
        const [a, b] = [state.hostOf[p] as number, state.hostOf[q] as number];
        if (a === b) continue;
        const spent = (ask: () => void): number => {
          state.budget[0] = 1e12;
          ask();
          return 1e12 - state.budget[0];
        };
        const [left, right] = [spent(() => state.affordsExchange(p, q)), spent(() => state.affordsExchange(q, p))];
        const [alone, joined] = [spent(() => state.affordsLeaving(p)), spent(() => state.affordsArriving(p, b))];
        state.move(p, b);
        expect([state.hostCost(a), state.hostCost(b)], `seed ${seed}`).toEqual([alone, joined]);
        state.move(q, a);
        expect([state.hostCost(a), state.hostCost(b)], `seed ${seed}`).toEqual([left, right]);
      }
    }
  });

  it("count what annealing does, and remember the best placement that keeps every rule", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { problem, flat, random } = instance(200 + seed);
      const state = new FlatState(flat, flat.home);
      const record = new Record(state);
      const before = record.cost;
      state.setPenalties(new Float64Array(flat.dimensionCount).fill(20));
      const annealer = new Annealer(state, reachOf(flat), record, random, new Float64Array(flat.dimensionCount).fill(1));
      annealer.nearPenalty = annealer.spreadPenalty = 200;
      annealer.run(50, 0, { swap: 200, peerSwap: 200, replace: 200, goHome: 100, comeHome: 100 }, 3000);
      record.keep();
      const fresh = new FlatState(flat, state.hostOf);
      expect([state.cost, state.isFeasible, [...state.overload()]], `seed ${seed}`).toEqual([fresh.cost, fresh.isFeasible, [...fresh.overload()]]);
      const score = scoreOf(problem, record.hostOf);
      expect([score[firstObjectiveLevel], score[mustsLevel]], `seed ${seed}`).toEqual([record.cost, 0]);
      expect(record.cost, `seed ${seed}`).toBeLessThanOrEqual(before);
    }
  });
});
