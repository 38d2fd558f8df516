import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { settledInstant } from "../../model/snapshot.ts";
import { hourlyBill } from "../../planner/assemble.ts";
import { buildProblem } from "../../planner/build-problem.ts";
import { explainer, reasonsAgainst } from "../../planner/explain.ts";
import type { Problem } from "../../planner/problem.ts";
import { totalAmount, type Constraint } from "../../policies/constraint.ts";
import { compilePolicies } from "../../policies/index.ts";
import { smallScenario } from "./small-scenario.ts";

/** A small fleet with policies whose diagnostics do not matter here, and a random placement of what is wanted. */
async function drawn(seed: number): Promise<{ readonly problem: Problem; readonly placement: Int32Array }> {
  const random = new Random(seed);
  const { scenario, index } = smallScenario(random, 5);
  const { constraints } = await compilePolicies(scenario, index);
  const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
  const placement = Int32Array.from(index.workloads, ({ desired }) =>
    (desired === "removed" || random.chance(150) ? -1 : random.below(index.hosts.length)));
  return { problem, placement };
}

function moved(placement: Int32Array, w: number, h: number): Int32Array {
  const hostOf = Int32Array.from(placement);
  hostOf[w] = h;
  return hostOf;
}

/** Policies of the constraints that are broken more in one placement than in all the others, by `check`. */
function worse({ index, constraints }: Problem, there: Int32Array, ...others: readonly Int32Array[]): readonly string[] {
  const amount = (constraint: Constraint, hostOf: Int32Array): number => totalAmount(constraint.check(settledInstant(index, hostOf)));
  const found = constraints.filter((constraint) => constraint.strength !== "audit" &&
    amount(constraint, there) > Math.min(...others.map((hostOf) => amount(constraint, hostOf))));
  return found.map(({ policy }) => policy).sort();
}

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);

describe("an explanation, tried by doing what it says", () => {
  it("objects to a host exactly when a rule is broken more there than here or without the workload", async () => {
    let objections = 0;
    for (const seed of seeds) {
      const { problem, placement } = await drawn(seed);
      const questions = explainer(problem, placement);
      for (const w of problem.wanted) {
        const without = moved(placement, w, -1);
        const { candidates, objectionsHere, host } = questions.explain(w);
        expect(candidates.length, `seed ${seed}`).toBe(problem.index.hosts.length - Number(host !== null));
        for (const candidate of candidates) {
          const there = moved(placement, w, problem.index.hostIndex.get(candidate.host) ?? -1);
          const found = candidate.objections.map(({ policy }) => policy).sort();
          expect(found, `seed ${seed}, workload ${w} on ${candidate.host}`).toEqual(worse(problem, there, placement, without));
          expect(candidate.notAsked).toEqual([]);
          objections += found.length;
        }
        if (host !== null) expect(objectionsHere.map(({ policy }) => policy).sort(), `seed ${seed}`).toEqual(worse(problem, placement, without));
      }
    }
    expect(objections).toBeGreaterThan(500);
  });

  it("prices a host at what the bill then changes by", async () => {
    for (const seed of seeds) {
      const { problem, placement } = await drawn(seed);
      const { index } = problem;
      const before = hourlyBill(index, placement, "planned");
      for (const w of problem.wanted) {
        for (const { host, costDifferenceMicrosPerHour } of explainer(problem, placement).explain(w).candidates) {
          const after = hourlyBill(index, moved(placement, w, index.hostIndex.get(host) ?? -1), "planned");
          expect(costDifferenceMicrosPerHour, `seed ${seed}, workload ${w} on ${host}`).toBe(after - before);
        }
      }
    }
  });

  it("names as kept only policies that are not broken in any part that concerns it", async () => {
    let kept = 0;
    for (const seed of seeds) {
      const { problem, placement } = await drawn(seed);
      const instant = settledInstant(problem.index, placement);
      for (const w of problem.wanted) {
        const { rulesKept, objectionsHere } = explainer(problem, placement).explain(w);
        kept += rulesKept.length;
        for (const { policy } of objectionsHere) expect(rulesKept.some((rule) => rule.startsWith(`${policy}: `)), `seed ${seed}`).toBe(false);
        for (const { policy, workloads, check } of ownRules(problem, w)) {
          if (workloads !== null && check(instant) > 0) expect(rulesKept.some((rule) => rule.startsWith(`${policy}: `)), `seed ${seed} ${policy}`).toBe(false);
        }
      }
    }
    expect(kept).toBeGreaterThan(100);
  });

  it("says the same twice, and leaves nothing behind between questions", async () => {
    const { problem, placement } = await drawn(7);
    const questions = explainer(problem, placement);
    const first = [...problem.wanted].map((w) => questions.explain(w));
    expect([...problem.wanted].map((w) => questions.explain(w))).toEqual(first);
    expect([...problem.wanted].map((w) => explainer(problem, placement).explain(w))).toEqual(first);
  });

  it("has no candidates for what is to be removed, and says so", async () => {
    for (const seed of seeds) {
      const { problem, placement } = await drawn(seed);
      problem.index.workloads.forEach(({ desired }, w) => {
        if (desired === "removed") expect(explainer(problem, placement).explain(w)).toMatchObject({ desired: "removed", candidates: [], objectionsHere: [] });
      });
    }
  });

  it("counts for an unplaced workload the hosts that each must rules out", async () => {
    let reasonCount = 0;
    for (const seed of seeds) {
      const { problem, placement } = await drawn(seed);
      const reasons = reasonsAgainst(problem, placement);
      for (const w of problem.wanted) {
        if (placement[w] !== -1) continue;
        const { candidates } = explainer(problem, placement).explain(w);
        for (const reason of reasons(w)) {
          const [, policy = "", count, total] = /^(.*) rules out (\d+) of (\d+) hosts, e\.g\. ./.exec(reason) ?? [];
          const against = candidates.filter(({ objections }) => objections.some((each) => each.policy === policy && each.strength === "must"));
          expect([Number(count), Number(total)], `seed ${seed} ${reason}`).toEqual([against.length, candidates.length]);
          reasonCount++;
        }
      }
    }
    expect(reasonCount).toBeGreaterThan(20);
  });
});

/** Rules about a workload itself, with how much each is broken. */
function ownRules({ constraints }: Problem, w: number): readonly { policy: string; workloads: Int32Array | null; check: (instant: Parameters<Constraint["check"]>[0]) => number }[] {
  return constraints.filter(({ workloads, strength }) => strength !== "audit" && workloads?.includes(w) === true)
    .map((constraint) => ({ policy: constraint.policy, workloads: constraint.workloads, check: (instant) => totalAmount(constraint.check(instant)) }));
}
