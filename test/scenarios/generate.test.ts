import { describe, expect, it } from "vitest";
import type { HostId } from "../../model/ids.ts";
import { currentInstant, indexFleet, settledInstant, type FleetIndex, type Instant } from "../../model/snapshot.ts";
import type { Scenario } from "../../model/scenario.ts";
import { compilePolicies, type Constraint } from "../../policies/index.ts";
import { tightFleet } from "../../scenarios/generate/tight.ts";
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

function brokenMusts(constraints: readonly Constraint[], now: Instant): readonly string[] {
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
      expect(brokenMusts(constraints, currentInstant(index))).toEqual([]);
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

const tightSizes = [
  { name: "two hosts", hosts: 2, workloads: 3, policies: 4 },
  { name: "a dozen hosts", hosts: 12, workloads: 60, policies: 10 },
  { name: "few large workloads", hosts: 60, workloads: 180, policies: 40 },
  { name: "two sites and several spare hosts", hosts: 160, workloads: 1200, policies: 70 },
] as const;

describe("a tight fleet", () => {
  it.each(tightSizes)("of $name has an answer that keeps every must", async (options) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { index, constraints } = await loaded({ seed, ...options, tight: true });
      const { answer } = tightFleet({ seed, ...options, tight: true });
      const then = settledInstant(index, index.workloads.map(({ id }) => index.hostIndex.get(answer.get(id) as HostId) ?? -1));
      expect(brokenMusts(constraints, then)).toEqual([]);
    }
  });

  it.each(tightSizes)("of $name can be brought there by single moves into room", (options) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { document: { hosts = [], workloads = [] }, answer, way } = tightFleet({ seed, ...options, tight: true });
      const hostOf = new Map(workloads.map(({ id, host }) => [id, host ?? ""]));
      const sizeOf = new Map(workloads.map(({ id, reservation }) => [id, reservation?.["memoryMiB"] ?? 0]));
      const twins = new Map(workloads.map(({ id, replicaGroup }) => [id, replicaGroup]));
      const room = new Map(hosts.map(({ id, capacity }) => [id, capacity?.["memoryMiB"] ?? 0]));
      for (const [id, host] of hostOf) room.set(host, (room.get(host) ?? 0) - (sizeOf.get(id) ?? 0));
      for (const { workload, from, to } of way) {
        const size = sizeOf.get(workload) ?? 0;
        expect(hostOf.get(workload)).toBe(from);
        expect(room.get(to)).toBeGreaterThanOrEqual(size);
        const twin = twins.get(workload);
        if (twin !== undefined) expect([...hostOf].filter(([id, host]) => host === to && twins.get(id) === twin)).toEqual([]);
        hostOf.set(workload, to);
        room.set(to, (room.get(to) ?? 0) - size);
        room.set(from, (room.get(from) ?? 0) + size);
      }
      expect(hostOf).toEqual(answer);
    }
  });

  it("is 95 % full, and its full hosts 97 %", () => {
    for (const seed of [1, 2, 3]) {
      const { document: { hosts = [], workloads = [] }, answer } = tightFleet({ seed, hosts: 200, workloads: 2000, policies: 60, tight: true });
      const filled = memory(workloads) / memory(hosts);
      expect(filled).toBeGreaterThan(0.945);
      expect(filled).toBeLessThan(0.955);
      expect(new Set(answer.values()).size).toBe(196);
    }
  });

  it("asks for circles, for groups that change sites, and for empty hosts", () => {
    const fleets = Array.from({ length: 12 }, (_, seed) => generateScenario({ seed, hosts: 120, workloads: 960, policies: 40, tight: true }));
    const ids = fleets.flatMap(({ policies = [] }) => policies.map(({ id }) => id.split("-")[0]));
    expect(new Set(ids)).toEqual(new Set(["twins", "circle", "swap"]));
    expect(fleets.some(({ changes = [] }) => changes.length > 0)).toBe(true);
    expect(fleets.every(({ policies = [] }) => policies.length <= 40)).toBe(true);
  });

  it("breaks its rules now, each by somebody who is not where it belongs", async () => {
    const { index, constraints } = await loaded({ seed: 2, hosts: 60, workloads: 400, policies: 30, tight: true });
    const broken = new Set(brokenMusts(constraints, currentInstant(index)).map((words) => words.split(/[/:]/u)[0]));
    expect(broken.size).toBeGreaterThan(20);
    expect([...broken].every((id) => /^(circle|swap)-/u.test(id ?? "") || id === "built-in")).toBe(true);
  });
});
