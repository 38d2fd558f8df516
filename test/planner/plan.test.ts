import { describe, expect, it } from "vitest";
import { fleetAfter } from "../../model/applied.ts";
import type { Mode, Plan } from "../../model/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { indexFleet } from "../../model/snapshot.ts";
import { planScenario, type EngineChoice } from "../../planner/index.ts";
import { compilePolicies, verifyPlan } from "../../policies/index.ts";
import { generateScenario, loadScenario, parseScenarioText } from "../../scenarios/index.ts";

interface Options {
  readonly mode?: Mode;
  readonly engine?: EngineChoice;
  readonly seed?: number;
}

/** Plans as the command line does, and refuses to go on with a plan that does not verify. */
async function planned(scenario: Scenario, { mode = "optimise", engine = "auto", seed = 1 }: Options = {}): Promise<Plan> {
  const index = indexFleet(scenario.fleet);
  const { constraints, diagnostics } = await compilePolicies(scenario, index);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const startsAtMs = scenario.asOf === null ? null : Date.parse(scenario.asOf);
  const plan = await planScenario({
    scenario, index, constraints, mode, engine, seed, timeMs: 600_000, iterations: 20_000,
    clock: { nowMs: () => 0 }, stopped: () => false, startsAtMs,
  });
  const verified = verifyPlan({ index, constraints, plan, startsAtMs });
  expect([...verified.problems, ...verified.violations.filter(({ before }) => !before).map(({ words }) => words)]).toEqual([]);
  return plan;
}

function parsed(text: string): Scenario {
  const { scenario, diagnostics } = parseScenarioText(text, "test.yaml", { asOf: "2026-11-21T00:00:00Z" });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  if (scenario === null) throw new Error("no scenario");
  return scenario;
}

async function example(name: string): Promise<Scenario> {
  const { scenario } = await loadScenario([`scenarios/${name}.yaml`], { asOf: "2026-11-21T00:00:00Z" });
  if (scenario === null) throw new Error(`no example ${name}`);
  return scenario;
}

function generated(seed: number, tight = false): Scenario {
  return parsed(JSON.stringify(generateScenario({ seed, hosts: 8, workloads: 30, policies: 6, tight })));
}

function after(scenario: Scenario, plan: Plan): Scenario {
  return { ...scenario, fleet: fleetAfter(scenario.fleet, new Map(plan.target.map(({ workload, host }) => [workload, host]))) };
}

const twoHosts = (hosts: string, workloads: string, rest = ""): string => `
apiVersion: stowage/v1
name: small
sites: [{ id: home, kind: internal, region: here }]
hostTypes:
  box: { capacity: { cpuMillicores: 8000, memoryMiB: 8192, storageMiB: 100000 }, layers: { libvirt: "9.0" }, powerManaged: true,
    prices: { onMicrosPerHour: 1000000, cpuMicrosPerCoreHour: 0, memoryMicrosPerGiBHour: 0, storageMicrosPerTiBHour: 0, transferMicrosPerGiB: 0 } }
hosts: [${hosts}]
applications: [{ id: app, needs: { cpuMillicores: 1000, memoryMiB: 2048, storageMiB: 1000 } }]
workloads: [${workloads}]
${rest}`;

/** A workload that fills a host, fenced to the other one by the policy under test. */
function full(id: string, host: string): string {
  return `{ id: ${id}, layer: libvirt, applications: [app], reservation: { memoryMiB: 8000 }, host: ${host} }`;
}

describe("a plan", () => {
  it.each(["e-commerce", "rack-failure", "heterogeneous", "growth"])("of the example %s is followed by a plan without moves", async (name) => {
    const scenario = await example(name);
    const plan = await planned(scenario, { engine: "search" });
    expect(plan.moves.length).toBeGreaterThan(0);
    expect((await planned(after(scenario, plan), { engine: "search" })).moves).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6])("of the generated fleet %i is followed by a plan without moves", async (seed) => {
    const scenario = generated(seed, seed % 2 === 0);
    const plan = await planned(scenario, { engine: "search" });
    expect((await planned(after(scenario, plan), { engine: "search" })).moves).toEqual([]);
  });

  it("is the same, byte for byte, for the same input and seed", async () => {
    for (const engine of ["search", "auto"] as const) {
      const [once, again] = [await planned(await example("heterogeneous"), { engine }), await planned(await example("heterogeneous"), { engine })];
      expect(JSON.stringify(again)).toBe(JSON.stringify(once));
    }
  });

  it("says optimal when the exact engine proved it, and empties a host that costs more than it serves", async () => {
    const plan = await planned(parsed(twoHosts("{ id: h1, site: home, type: box }, { id: h2, site: home, type: box }",
      "{ id: a, layer: libvirt, applications: [app], host: h1 }, { id: b, layer: libvirt, applications: [app], host: h2 }")));
    expect(plan.claim).toEqual({ kind: "optimal" });
    expect(plan.moves).toHaveLength(1);
    expect(plan.actions.map(({ action }) => action.kind)).toEqual(["migrate", "shutdownHost"]);
    expect([plan.hourlyCostBeforeMicros, plan.hourlyCostAfterMicros]).toEqual([2_000_000, 1_000_000]);
    expect(plan.moves[0]?.gainMicrosPerHour).toBe(1_000_000);
    expect(plan.moves[0]?.reason).toMatch(/^lets host h[12] be switched off$/);
  });

  it("repairs with the fewest moves and leaves savings alone", async () => {
    const scenario = parsed(twoHosts("{ id: h1, site: home, type: box, state: maintenance }, { id: h2, site: home, type: box }, { id: h3, site: home, type: box }",
      "{ id: a, layer: libvirt, applications: [app], host: h1 }, { id: b, layer: libvirt, applications: [app], host: h2 }, { id: c, layer: libvirt, applications: [app], host: h3 }"));
    const plan = await planned(scenario, { mode: "repair" });
    expect(plan.moves.map(({ workload }) => workload)).toEqual(["a"]);
    expect(plan.moves[0]?.reason).toContain("maintenance");
  });

  it("places what is new without touching the rest", async () => {
    const scenario = parsed(twoHosts("{ id: h1, site: home, type: box }, { id: h2, site: home, type: box }",
      "{ id: a, layer: libvirt, applications: [app], host: h1 }, { id: b, layer: libvirt, applications: [app], host: h2 }, { id: c, layer: libvirt, applications: [app] }"));
    const plan = await planned(scenario, { mode: "place" });
    expect(plan.moves.map(({ workload, how }) => [workload, how])).toEqual([["c", "start"]]);
  });

  it("places n of m and says why for each that has no place; nothing that runs is lost", async () => {
    const scenario = parsed(twoHosts("{ id: h1, site: home, type: box }",
      "{ id: a, layer: libvirt, applications: [app], host: h1 }, { id: big, layer: libvirt, applications: [app], reservation: { memoryMiB: 9000 } }"));
    const plan = await planned(scenario);
    expect(plan.claim).toEqual({ kind: "infeasible", proved: true });
    expect([plan.placedCount, plan.wantedCount]).toEqual([1, 2]);
    expect(plan.unplaced.map(({ workload }) => workload)).toEqual(["big"]);
    expect(plan.unplaced[0]?.reasons.join()).toMatch(/built-in\/capacity rules out 1 of 1 host,.*memoryMiB/);
    expect(plan.target).toEqual([{ workload: "a", host: "h1" }]);
  });

  it("keeps a workload that cannot leave a host in maintenance where it is, and says so", async () => {
    const scenario = parsed(twoHosts("{ id: h1, site: home, type: box, state: maintenance }", "{ id: a, layer: libvirt, applications: [app], host: h1 }"));
    const plan = await planned(scenario);
    expect(plan.claim).toEqual({ kind: "infeasible", proved: true });
    expect(plan.target).toEqual([{ workload: "a", host: "h1" }]);
    expect(plan.actions).toEqual([]);
    expect(plan.unplaced.map(({ workload }) => workload)).toEqual(["a"]);
    // Who is proved to have no place breaks a must where it stays, so the bound may not say that none need be broken.
    expect(plan.levels.slice(0, 2)).toEqual([
      { name: "broken musts", before: 1, after: 1, bound: 1 }, { name: "unplaced", before: 0, after: 0, bound: 0 },
    ]);
    expect(plan.levels.find(({ name }) => name === "money")?.bound).toBeNull();
  });

  it("goes as far as it safely can when no order of actions reaches the best placement", async () => {
    const scenario = parsed(twoHosts("{ id: h1, site: home, type: box }, { id: h2, site: home, type: box }", [full("a", "h1"), full("b", "h2")].join(", "), `
policies:
  - { id: a-there, title: a on h2, why: test, select: { workloads: { ids: [a] } }, require: { fence: { hosts: { ids: [h2] } } }, holds: at-end }
  - { id: b-there, title: b on h1, why: test, select: { workloads: { ids: [b] } }, require: { fence: { hosts: { ids: [h1] } } }, holds: at-end }
`));
    const plan = await planned(scenario);
    expect(plan.unreached.map(({ workload }) => workload)).toEqual(["a", "b"]);
    expect(plan.actions).toEqual([]);
    expect(plan.remarks.join()).toContain("no order of actions reaches it");
  });
});
