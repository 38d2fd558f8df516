import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import type { Scenario } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { buildProblem } from "../../planner/build-problem.ts";
import { findConflict, type Conflict } from "../../planner/conflict.ts";
import { planScenario } from "../../planner/plan.ts";
import { relaxations, relaxed } from "../../planner/relax.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { smallScenario } from "./small-scenario.ts";

const clock = { nowMs: () => 0 };
const options = { seed: 1, timeMs: 20_000, clock, stopped: () => false };

/** Small scenarios in which something cannot be met, with the conflict. */
async function troubled(count: number): Promise<readonly { readonly seed: number; readonly scenario: Scenario; readonly conflict: Conflict }[]> {
  const found: { seed: number; scenario: Scenario; conflict: Conflict }[] = [];
  for (let seed = 1; found.length < count; seed++) {
    const { scenario, index } = smallScenario(new Random(seed), 1);
    const { constraints, diagnostics } = await compilePolicies(scenario, index);
    if (diagnostics.some(({ severity }) => severity === "error")) continue;
    const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
    const conflict = await findConflict(problem, options);
    if (conflict !== null) found.push({ seed, scenario, conflict });
  }
  return found;
}

describe("a way out of a conflict, tried by taking it", () => {
  it("is enough exactly when a plan places everything, verified, at the price it names", { timeout: 120_000 }, async () => {
    let enough = 0;
    for (const { seed, scenario, conflict } of await troubled(8)) {
      for (const way of await relaxations(scenario, conflict, options)) {
        const after = relaxed(scenario, way.change);
        const index = indexFleet(after.fleet);
        const { constraints } = await compilePolicies(after, index);
        const startsAtMs = Date.parse(after.asOf ?? "");
        const plan = await planScenario({
          scenario: after, index, constraints, mode: "optimise", engine: "auto", seed: 1, timeMs: 20_000, iterations: 200_000, clock, startsAtMs, stopped: () => false,
        });
        const { ok } = verifyPlan({ index, constraints, plan, startsAtMs });
        const isWhole = plan.placedCount === plan.wantedCount && plan.unplaced.length === 0 && plan.unreached.length === 0 && plan.levels[0]?.after === 0;
        expect(way.enough, `seed ${seed}, ${way.words}`).toBe(isWhole);
        expect(way.priceMicrosPerHour, `seed ${seed}, ${way.words}`).toBe(isWhole ? plan.hourlyCostAfterMicros - plan.hourlyCostBeforeMicros : null);
        if (isWhole) expect(ok, `seed ${seed}, ${way.words}`).toBe(true);
        enough += Number(isWhole);
      }
    }
    expect(enough).toBeGreaterThan(1);
  });

  it("comes in order of price, those that are enough first, and never lifts a ban on delocalised placement", { timeout: 120_000 }, async () => {
    for (const { scenario, conflict } of await troubled(3)) {
      const ways = await relaxations(scenario, conflict, options);
      const prices = ways.map(({ priceMicrosPerHour }) => priceMicrosPerHour ?? Infinity);
      expect(prices).toEqual([...prices].sort((a, b) => a - b));
      for (const { change } of ways) {
        const entry = change.kind === "audit-policy" ? scenario.policies.find(({ id }) => id === change.policy)?.require.entry : "none";
        expect(entry).not.toBe("offsite-ban");
      }
    }
  });
});
