import { describe, expect, it } from "vitest";
import { Annealer } from "../../../planner/flat/anneal.ts";
import { GroupRules } from "../../../planner/flat/group-rules.ts";
import type { FlatProblem } from "../../../planner/flat/problem.ts";
import { reachOf } from "../../../planner/flat/reach.ts";
import { Record } from "../../../planner/flat/record.ts";
import { FlatState } from "../../../planner/flat/state.ts";
import { firstObjectiveLevel, mustsLevel } from "../../../planner/problem.ts";
import { scoreOf } from "../../../planner/score.ts";
import { instance } from "./instances.ts";

describe("the tables of a problem", () => {
  it("cost what the problem costs, and keep its rules when it does, after any moves", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { problem, flat, random } = seed % 4 === 0 ? instance(seed, 20, 4, 18) : instance(seed);
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

  it.each([["a table", Infinity], ["lists of members", 0]])("keep those of one group apart, however many they are, by %s", (_, cellsMax) => {
    for (let seed = 1; seed <= 20; seed++) {
      const { flat, random } = instance(700 + seed, 24, 5, seed % 2 === 0 ? 20 : 4);
      const hostOf = flat.home.slice();
      const rules = new GroupRules(flat, hostOf, cellsMax);
      rules.load(hostOf);
      const groupOf = flat.apart?.groupOf ?? new Int32Array(flat.workloadCount).fill(-1);
      const meets = (w: number, host: number, except = -1): boolean =>
        (groupOf[w] as number) >= 0 && groupOf.some((group, other) => group === groupOf[w] && other !== w && other !== except && hostOf[other] === host);
      for (let move = 0; move < 200; move++) {
        const [p, q, to] = [random.below(flat.workloadCount), random.below(flat.workloadCount), random.below(flat.hostCount)];
        const [a, b] = [hostOf[p] as number, hostOf[q] as number];
        if (a !== b) {
          expect(rules.allowsReplace(p, q, b), `seed ${seed}`).toBe(!meets(p, b, q));
          expect(rules.allowsSwap(p, q, a, b), `seed ${seed}`).toBe(!meets(p, b, q) && !meets(q, a, p));
        }
        if (a === to) continue;
        expect(rules.allows(p, to), `seed ${seed}`).toBe(!meets(p, to));
        if (meets(p, to)) continue;
        rules.move(p, a, to);
        hostOf[p] = to;
      }
    }
  });

  it("reach the hosts on which a workload fits beside what is always counted there", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { flat } = instance(800 + seed, seed % 2 === 0 ? 40 : 6, 30);
      const { rowOf, wordCount, bits, starts, hosts, counts } = reachOf(flat);
      for (let w = 0; w < flat.workloadCount; w++) {
        const expected = Array.from({ length: flat.hostCount }, (_, h) => h).filter((h) => h === flat.home[w] || fitsBesideHomes(flat, w, h));
        const row = rowOf[w] as number;
        const reached = Array.from({ length: flat.hostCount }, (_, h) => h)
          .filter((h) => row < 0 || ((bits[row * wordCount + (h >> 5)] as number) >>> (h & 31) & 1) === 1);
        expect(reached, `seed ${seed}, workload ${w}`).toEqual(expected);
        expect(counts[w]).toBe(expected.length - 1);
        const list = [...hosts.subarray(starts[w], starts[w + 1])];
        if (list.length > 0) expect(list).toEqual(expected.filter((h) => h !== flat.home[w]));
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

/** By its definition: each hard limit has room beside those who are at home there and count on both ends. */
function fitsBesideHomes(flat: FlatProblem, w: number, h: number): boolean {
  for (let d = 0; d < flat.dimensionCount; d++) {
    const cell = h * flat.dimensionCount + d;
    let room = flat.hardLimits[cell] as number;
    if (d < flat.bothEndsCount) flat.home.forEach((home, other) => { if (home === h) room -= flat.sizes[other * flat.dimensionCount + d] as number; });
    if ((flat.sizes[w * flat.dimensionCount + d] as number) > room) return false;
  }
  return true;
}
