import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Mode, Plan } from "../../model/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario } from "../../planner/index.ts";
import { compilePolicies, runPolicyTests, verifyPlan } from "../../policies/index.ts";
import { loadScenario } from "../../scenarios/index.ts";

const folder = fileURLToPath(new URL("../../scenarios/", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml")).sort();

async function loaded(name: string): Promise<Scenario> {
  const { scenario, diagnostics } = await loadScenario([`${folder}${name}`], {});
  expect(diagnostics).toEqual([]);
  if (scenario === null) throw new Error(`${name} was refused`);
  return scenario;
}

async function planned(name: string, mode: Mode): Promise<{ scenario: Scenario; plan: Plan; on: (workload: string) => string | undefined }> {
  const scenario = await loaded(name);
  const index = indexFleet(scenario.fleet);
  const { constraints } = await compilePolicies(scenario, index);
  const startsAtMs = scenario.asOf === null ? null : Date.parse(scenario.asOf);
  const plan = await planScenario({
    scenario, index, constraints, mode, engine: "search", seed: 1, timeMs: 60_000, iterations: 60_000,
    clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs,
  });
  const { ok, problems, violations } = verifyPlan({ index, constraints, plan, startsAtMs });
  expect([...problems, ...violations.filter(({ before }) => !before).map(({ words }) => words)]).toEqual([]);
  expect(ok).toBe(true);
  const target = new Map<string, string>(plan.target.map(({ workload, host }) => [workload, host]));
  return { scenario, plan, on: (workload) => target.get(workload) };
}

describe("every example", () => {
  it.each(files)("%s loads without a word, and its policies pass their own tests", async (name) => {
    const scenario = await loaded(name);
    const index = indexFleet(scenario.fleet);
    const { constraints, diagnostics } = await compilePolicies(scenario, index);
    expect(diagnostics).toEqual([]);
    const results = runPolicyTests(scenario, index, constraints);
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  it.each(files)("%s tells editors its schema in the first line", (name) => {
    expect(readFileSync(`${folder}${name}`, "utf8").split("\n")[0]).toBe("# yaml-language-server: $schema=../schemas/scenario.draft-07.schema.json");
  });
});

describe("the shop", () => {
  it("saves half of its bill with explained moves, and hosts go dark", async () => {
    const { plan, on } = await planned("e-commerce.yaml", "optimise");
    expect(plan.hourlyCostAfterMicros).toBeLessThan(0.6 * plan.hourlyCostBeforeMicros);
    expect(plan.moves.length).toBeGreaterThanOrEqual(5);
    expect(plan.moves.filter(({ reason }) => reason === "")).toEqual([]);
    expect(plan.actions.filter(({ action }) => action.kind === "shutdownHost").length).toBeGreaterThanOrEqual(3);
    expect([on("payment-1"), on("payment-2")].some((host) => host?.startsWith("cloud") === true)).toBe(false);
  });

  it("leaves Lyon when Lyon closes", async () => {
    const { plan } = await planned("close-site.yaml", "optimise");
    expect(plan.placedCount).toBe(12);
    expect(plan.target.filter(({ host }) => host.startsWith("lyo"))).toEqual([]);
  });

  it("cannot close Lyon and keep its database on two sites", async () => {
    const scenario = await loaded("close-site.yaml");
    const strict: Scenario = {
      ...scenario,
      policies: scenario.policies.map((policy) => (policy.id === "database-two-sites" ? Object.assign({}, policy, { strength: "must" as const }) : policy)),
    };
    const index = indexFleet(strict.fleet);
    const { constraints, diagnostics } = await compilePolicies(strict, index);
    expect(diagnostics).toEqual([]);
    const plan = await planScenario({
      scenario: strict, index, constraints, mode: "repair", engine: "exact", seed: 1, timeMs: 60_000,
      clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs: Date.parse(strict.asOf ?? ""),
    });
    expect(plan.claim).toEqual({ kind: "infeasible", proved: true });
  });

  it("brings everything back after the loss of a rack, and moves nothing else", async () => {
    const { plan } = await planned("rack-failure.yaml", "repair");
    expect(plan.placedCount).toBe(12);
    expect(plan.moves.map(({ workload, how }) => `${how} ${workload}`)).toEqual(["start catalogue-1", "start orders-db-1", "start payment-1", "start web-1"]);
  });

  it("copies a service under its own rules and moves nothing else", async () => {
    const { plan, on } = await planned("copy-service.yaml", "place");
    expect(plan.placedCount).toBe(19);
    expect(plan.moves.every(({ how }) => how === "copy")).toBe(true);
    const webs = ["web-1", "web-2", "web-3"].map((id) => on(`${id}-rehearsal`));
    expect(new Set(webs).size).toBe(3);
    expect(on("payment-1-rehearsal")?.startsWith("cloud")).toBe(false);
  });

  it("has room for 40 % more", async () => {
    const { plan } = await planned("growth.yaml", "optimise");
    expect(plan.placedCount).toBe(14);
    expect(plan.unplaced).toEqual([]);
  });
});

describe("the heterogeneous fleet", () => {
  it("puts each workload where its layer is, and lets the old host go dark", async () => {
    const { plan, on } = await planned("heterogeneous.yaml", "optimise");
    expect(on("images-2")).toBe("gpu-1");
    expect(["invoices-1", "invoices-2", "archive-1", "ledger-1", "files-1"].filter((id) => on(id)?.startsWith("new") !== true)).toEqual([]);
    expect(plan.actions.filter(({ action }) => action.kind === "shutdownHost").map(({ action }) => action)).toEqual([{ kind: "shutdownHost", host: "old-1" }]);
  });
});
