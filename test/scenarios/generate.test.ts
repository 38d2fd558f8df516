import { describe, expect, it } from "vitest";
import { currentInstant, indexFleet, type FleetIndex } from "../../model/snapshot.ts";
import type { Scenario } from "../../model/scenario.ts";
import { compilePolicies, type Constraint } from "../../policies/index.ts";
import { generateScenario, parseScenarioText, type GenerateOptions } from "../../scenarios/index.ts";

async function loaded(options: GenerateOptions): Promise<{ scenario: Scenario; index: FleetIndex; constraints: readonly Constraint[] }> {
  const { scenario, diagnostics } = parseScenarioText(JSON.stringify(generateScenario(options)), "generated.json");
  expect(diagnostics.map(({ path, message }) => `${path}: ${message}`)).toEqual([]);
  if (scenario === null) throw new Error("the generated scenario was refused");
  const index = indexFleet(scenario.fleet);
  const compiled = await compilePolicies(scenario, index);
  expect(compiled.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message)).toEqual([]);
  return { scenario, index, constraints: compiled.constraints };
}

function brokenMusts(index: FleetIndex, constraints: readonly Constraint[]): readonly string[] {
  const now = currentInstant(index);
  return constraints.filter(({ strength, aboutTheWay }) => strength === "must" && !aboutTheWay)
    .flatMap((constraint) => constraint.check(now).map((violation) => `${constraint.id}: ${constraint.explain(violation)}`));
}

function memory(of: readonly { capacity?: Record<string, number>; reservation?: Record<string, number> }[]): number {
  return of.reduce((sum, { capacity, reservation }) => sum + ((capacity ?? reservation)?.["memoryMiB"] ?? 0), 0);
}

const sizes = [
  { name: "one host", hosts: 1, workloads: 3, policies: 2 },
  { name: "a handful", hosts: 4, workloads: 15, policies: 6 },
  { name: "more policies than services", hosts: 6, workloads: 20, policies: 40 },
  { name: "a hundred hosts", hosts: 100, workloads: 1000, policies: 60 },
  { name: "a full fleet", hosts: 30, workloads: 400, policies: 30, fillPermille: 850 },
  { name: "many sites", hosts: 60, workloads: 300, policies: 30, sites: 6 },
] as const;

describe("a generated fleet", () => {
  it.each(sizes)("of $name loads, and its present placement keeps every must", async (options) => {
    for (const seed of [1, 2, 3]) {
      const { scenario, index, constraints } = await loaded({ seed, ...options });
      expect(scenario.fleet.hosts).toHaveLength(options.hosts);
      expect(scenario.fleet.workloads).toHaveLength(options.workloads);
      expect(brokenMusts(index, constraints)).toEqual([]);
    }
  });

  it("is the same for the same options, and another for another seed", () => {
    const options = { hosts: 20, workloads: 150, policies: 20 };
    expect(JSON.stringify(generateScenario({ seed: 7, ...options }))).toBe(JSON.stringify(generateScenario({ seed: 7, ...options })));
    expect(JSON.stringify(generateScenario({ seed: 8, ...options }))).not.toBe(JSON.stringify(generateScenario({ seed: 7, ...options })));
  });

  it("has mixed policies, about as many as asked for", () => {
    const { policies = [] } = generateScenario({ seed: 1, hosts: 100, workloads: 1000, policies: 60 });
    const entries = new Set(policies.map(({ require }) => (typeof require === "string" ? require : Object.keys(require)[0])));
    expect(policies).toHaveLength(60);
    expect(entries.size).toBeGreaterThanOrEqual(10);
  });

  it("is about as full as asked for, with some hosts nearly empty", () => {
    const { hosts = [], workloads = [] } = generateScenario({ seed: 1, hosts: 200, workloads: 2000, policies: 10, fillPermille: 500 });
    const filled = memory(workloads) / memory(hosts);
    expect(filled).toBeGreaterThan(0.4);
    expect(filled).toBeLessThan(0.55);
    const counts = hosts.map(({ id }) => workloads.filter(({ host }) => host === id).length);
    expect(counts.filter((count) => count <= 2).length).toBeGreaterThan(10);
  });

  it("places every workload at the size of a large provider", () => {
    const { workloads = [], hosts = [] } = generateScenario({ seed: 1, hosts: 5000, workloads: 50_000, policies: 60 });
    expect(hosts).toHaveLength(5000);
    expect(workloads.filter(({ host }) => host === undefined)).toEqual([]);
  });

  it.each([["close-site", "closeSite"], ["maintenance", "maintenance"]] as const)("may ask the question %s", (change, key) => {
    const document = generateScenario({ seed: 1, hosts: 12, workloads: 60, policies: 5, change });
    expect(Object.keys(document.changes?.[0] ?? {})).toEqual([key]);
    const { scenario } = parseScenarioText(JSON.stringify(document), "generated.json");
    expect(scenario?.changes).toHaveLength(1);
  });
});

describe("a tight fleet", () => {
  it("fills every host but one to 95 % and breaks exactly the rules of its circles", async () => {
    const { scenario, index, constraints } = await loaded({ seed: 3, hosts: 12, workloads: 60, policies: 10, tight: true });
    const used = new Map<string, number>();
    for (const { host, reservation } of scenario.fleet.workloads) used.set(host ?? "", (used.get(host ?? "") ?? 0) + (reservation["memoryMiB"] ?? 0));
    expect([...used.values()].map((memory) => Math.floor((memory * 1000) / 131_072))).toEqual(Array.from({ length: 11 }, () => 949));
    expect(used.has("h012")).toBe(false);
    const broken = new Set(brokenMusts(index, constraints).map((words) => words.split(/[/:]/u)[0]));
    expect(broken.size).toBe(10);
    expect([...broken].every((id) => id?.startsWith("circle-") === true)).toBe(true);
  });

  it("closes every circle: each host hands on to one and takes from one", () => {
    for (const policies of [0, 1, 2, 9, 17, 30]) {
      const { policies: rules = [] } = generateScenario({ seed: 5, hosts: 25, workloads: 100, policies, tight: true });
      const from = rules.map(({ title = "" }) => title.split(" ")[3] ?? "");
      const to = rules.map(({ title = "" }) => title.split(" ").at(-1) ?? "");
      expect(new Set(from).size).toBe(rules.length);
      expect([...to].sort()).toEqual([...from].sort());
      expect(rules.length).toBe(policies < 2 ? 0 : Math.min(policies, 24));
    }
  });
});
