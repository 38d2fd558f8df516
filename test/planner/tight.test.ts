import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { generateScenario, parseScenarioText } from "../../scenarios/index.ts";

/** A tight fleet of the size that the benchmark gives to a seed. */
function tightText(seed: number): string {
  const random = new Random(seed);
  const hosts = random.between(100, 1000);
  return JSON.stringify(generateScenario({
    seed, hosts, workloads: hosts * random.between(4, 16), policies: Math.ceil((hosts * random.between(50, 600)) / 1000), tight: true,
  }));
}

describe("a tight fleet is repaired in full", () => {
  it.each([
    [67, "where whole hosts must be packed"],
    [185, "where no schedule reaches the first target, and one reaches it in blocks"],
    [212, "where the spare room must be kept until everybody else has gone"],
    [564, "where both must be done"],
  ])("seed %i, %s", async (seed) => {
    const { scenario } = parseScenarioText(tightText(seed), "tight.json");
    if (scenario === null) throw new Error("broken invariant: the generator made an invalid scenario");
    const index = indexFleet(scenario.fleet);
    const { constraints } = await compilePolicies(scenario, index);
    const plan = await planScenario({
      scenario, index, constraints, mode: "repair", engine: "auto", seed: 1, timeMs: 1e9, clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs: null,
    });
    expect(plan.levels[0]?.after).toBe(0);
    expect([plan.unplaced, plan.unreached]).toEqual([[], []]);
    expect(plan.levels[2]).toMatchObject({ name: "moves", after: plan.moves.length, bound: plan.moves.length });
    expect(verifyPlan({ index, constraints, plan, startsAtMs: null })).toMatchObject({ ok: true });
  });
});
