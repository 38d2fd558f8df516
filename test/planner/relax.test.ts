import { describe, expect, it } from "vitest";
import { Random } from "../../model/random.ts";
import type { Scenario } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { buildProblem } from "../../planner/build-problem.ts";
import { findConflict, type Conflict } from "../../planner/conflict.ts";
import { planScenario } from "../../planner/plan.ts";
import { relaxations, relaxed } from "../../planner/relax.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { figuresOf, placedNow } from "../../reports/index.ts";
import { parseScenarioText } from "../../scenarios/index.ts";
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
      const { totalMicrosPerHour: now } = figuresOf(placedNow(indexFleet(scenario.fleet))).cost;
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
        expect(way.priceMicrosPerHour, `seed ${seed}, ${way.words}`).toBe(isWhole ? plan.hourlyCostAfterMicros - now : null);
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

  it("has its price: what the bill would be above the bill of now, cheapest first", async () => {
    const box = { site: "home", capacity: { memoryMiB: 100 }, layers: { libvirt: "9" } };
    const { scenario, diagnostics } = parseScenarioText(JSON.stringify({
      apiVersion: "stowage/v1", name: "dear", sites: [{ id: "home" }],
      hosts: [
        { id: "h1", ...box, prices: { onMicrosPerHour: 1_000_000 } }, { id: "h2", ...box, prices: { onMicrosPerHour: 3_000_000 } },
        { id: "h3", ...box, powerManaged: true, state: "off", prices: { onMicrosPerHour: 2_000_000 } },
      ],
      workloads: [
        { id: "a", layer: "libvirt", host: "h1", reservation: { memoryMiB: 60 } }, { id: "b", layer: "libvirt", host: "h2", reservation: { memoryMiB: 60 } },
        { id: "new", layer: "libvirt", reservation: { memoryMiB: 60 } },
      ],
      policies: [{ id: "not-there", title: "Not on h3", select: { workloads: { everything: true } }, require: { ban: { hosts: { ids: ["h3"] } } } }],
    }), "dear.json");
    expect(diagnostics).toEqual([]);
    if (scenario === null) throw new Error("no scenario");
    const index = indexFleet(scenario.fleet);
    const { constraints } = await compilePolicies(scenario, index);
    const conflict = await findConflict(buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" }), options);
    expect(conflict).toMatchObject({ proved: true, minimal: true });
    if (conflict === null) throw new Error("no conflict");
    const ways = await relaxations(scenario, conflict, options);
    expect(ways.map(({ words, enough, priceMicrosPerHour }) => [words, enough, priceMicrosPerHour])).toEqual([
      ["do without workload a", true, 0],
      ["do without workload b", true, 0],
      ["do without workload new", true, 0],
      ["add a host like h1 on site home", true, 1_000_000],
      ["add a host like h3 on site home", true, 2_000_000],
      ["relax policy not-there (Not on h3) from must to audit", true, 2_000_000],
      ["add a host like h2 on site home", true, 3_000_000],
    ]);
  });

  it("never is to lift a ban on delocalised placement, though that would be enough", async () => {
    const box = { capacity: { memoryMiB: 100 }, layers: { libvirt: "9" } };
    const { scenario } = parseScenarioText(JSON.stringify({
      apiVersion: "stowage/v1", name: "ban", sites: [{ id: "home" }, { id: "cloud", kind: "external" }],
      hosts: [{ id: "h1", site: "home", ...box }, { id: "c1", site: "cloud", ...box }],
      workloads: ["a", "b"].map((id) => ({ id, layer: "libvirt", reservation: { memoryMiB: 60 } })),
      policies: [{ id: "stay", select: { workloads: { everything: true } }, require: "offsite-ban" }],
    }), "ban.json");
    if (scenario === null) throw new Error("no scenario");
    const index = indexFleet(scenario.fleet);
    const { constraints } = await compilePolicies(scenario, index);
    const conflict = await findConflict(buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" }), options);
    expect(conflict?.elements).toContainEqual({ kind: "policy", policy: "stay" });
    const ways = conflict === null ? [] : await relaxations(scenario, conflict, options);
    expect(ways.map(({ change }) => change.kind).sort()).toEqual(["add-host", "add-host", "drop-workload", "drop-workload"]);
  });
});
