import { describe, expect, it } from "vitest";
import { evaluate } from "../../../bench/roadef/evaluate.ts";
import { generateInstance, type GeneratedInstance } from "../../../bench/roadef/generate.ts";
import { readModel } from "../../../bench/roadef/model.ts";
import { problemOf } from "../../../bench/roadef/problem.ts";
import { faultsOf } from "../../../bench/roadef/verify.ts";
import { Random } from "../../../model/random.ts";
import { firstObjectiveLevel, mustsLevel, unplacedLevel } from "../../../planner/problem.ts";
import { scoreOf } from "../../../planner/score.ts";
import { State } from "../../../planner/state.ts";

function randomInstance(random: Random): GeneratedInstance {
  return generateInstance(random, {
    machines: random.between(2, 10), resources: random.between(1, 4), services: random.between(1, 12), largest: 4, locations: 4, neighbourhoods: 3,
    balances: random.below(3), movedPermille: 300,
  });
}

describe("an instance as a problem of ours", () => {
  it("costs and allows what the evaluator says, wherever processes are", () => {
    for (let seed = 1; seed <= 80; seed++) {
      const random = new Random(seed);
      const { model, original, answer } = randomInstance(random);
      const problem = problemOf(model, original);
      const anywhere = original.map((home) => (random.chance(300) ? random.below(model.machineCount) : home));
      for (const placement of [original, answer, anywhere]) {
        const { violations, cost } = evaluate(model, original, placement);
        const score = scoreOf(problem, placement);
        expect([score[firstObjectiveLevel], score[unplacedLevel], (score[mustsLevel] ?? 0) > 0], `seed ${seed}`).toEqual([cost.total, 0, violations.length > 0]);
      }
    }
  });

  it("follows random moves with the evaluator", () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = new Random(1000 + seed);
      const { model, original } = randomInstance(random);
      const problem = problemOf(model, original);
      const state = new State(problem);
      state.load(original);
      for (let step = 0; step < 60; step++) {
        const [workload, to] = [random.below(model.processCount), random.below(model.machineCount)];
        if (state.hostOf[workload] !== to) state.move(workload, to);
        const { violations, cost } = evaluate(model, original, state.hostOf);
        expect(state.score[firstObjectiveLevel], `seed ${seed}, step ${step}`).toBe(cost.total);
        expect((state.score[mustsLevel] ?? 0) > 0, `seed ${seed}, step ${step}`).toBe(violations.length > 0);
      }
    }
  });

  it("has tables that say what its linear objective says", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { model, original } = randomInstance(new Random(2000 + seed));
      const [objective] = problemOf(model, original).levels.flatMap(({ terms }) => terms.flatMap((term) => (term.objective.kind === "linear" ? [term.objective] : [])));
      const { perMove, between } = objective?.structure ?? { perMove: new Float64Array(), between: null };
      for (let w = 0; w < model.processCount; w++) {
        for (let h = 0; h < model.machineCount; h++) {
          const own = original[w] === h ? 0 : (perMove[w] ?? 0);
          expect(own + (between?.weight ?? 0) * (between?.values[(between.row[w] ?? 0) * model.machineCount + h] ?? 0)).toBe(objective?.at(w, h));
        }
      }
    }
  });

  it("leaves out what cannot be broken: one process alone, and a service that needs itself", () => {
    const model = readModel(new TextEncoder().encode("1 0 1  2 0 0 9 9 0 0 0 1 9 9 0 0  2 1 1 0 0 0  2 0 1 1 1 1 1  0  1 1 1"));
    expect(problemOf(model, Int32Array.of(0, 1)).constraints.map(({ policy }) => policy)).toEqual(["capacity", "capacity"]);
  });

  it("refuses a service that wants more locations than it has processes", () => {
    const model = readModel(new TextEncoder().encode("1 0 1  2 0 0 9 9 0 0 0 1 9 9 0 0  1 2 0  1 0 1 1  0  1 1 1"));
    expect(() => problemOf(model, Int32Array.of(0))).toThrow("service 0 wants 2 locations, but has 1 processes: no placement is allowed");
  });
});

describe("verifying a solution", () => {
  it("finds nothing where evaluator, forms and checks agree, and all that is broken where they do not", () => {
    let broken = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(3000 + seed);
      const { model, original, answer } = randomInstance(random);
      const problem = problemOf(model, original);
      expect(faultsOf(problem, answer, evaluate(model, original, answer)), `seed ${seed}`).toEqual([]);
      const together = new Int32Array(model.processCount);
      const judged = evaluate(model, original, together);
      const faults = faultsOf(problem, together, judged);
      expect(faults.length > 0).toBe(judged.violations.length > 0);
      broken += Number(faults.length > 0);
    }
    expect(broken).toBeGreaterThan(20);
  });

  it("says when our score and the evaluator's cost differ", () => {
    const { model, original, answer } = randomInstance(new Random(4));
    const judged = evaluate(model, original, answer);
    const wrong = { ...judged, cost: { ...judged.cost, total: judged.cost.total + 1 } };
    expect(faultsOf(problemOf(model, original), answer, wrong)).toEqual([`our score is ${judged.cost.total}, the evaluator's cost is ${judged.cost.total + 1}`]);
  });
});
