import { describe, expect, it } from "vitest";
import { indexFleet } from "../../model/snapshot.ts";
import { objectiveContext, objectiveTerms } from "../../policies/compile-objectives.ts";
import { parseScenarioText, serializeScenario } from "../../scenarios/index.ts";

const fleet = (balance: string): string => `
apiVersion: stowage/v1
name: balance
resources: [{ name: pressure }]
sites: [{ id: s }]
hosts:
  - { id: h1, site: s, layers: { libvirt: "1" }, capacity: { cpuMillicores: 1000, memoryMiB: 1000, pressure: 100 } }
  - { id: h2, site: s, layers: { libvirt: "1" }, capacity: { cpuMillicores: 3000, memoryMiB: 1000, pressure: 100 } }
workloads:
  - { id: a, layer: libvirt, reservation: { cpuMillicores: 800, memoryMiB: 100 }, expectedUse: { cpuMillicores: 400, pressure: 30 }, host: h1 }
${balance}
`;

function dimensionsOf(text: string): readonly { resource: string; targetPpm: number; onFirst: number; onSecond: number }[] {
  const { scenario, diagnostics } = parseScenarioText(text, "balance.yaml");
  expect(diagnostics).toEqual([]);
  if (scenario === null) throw new Error("refused");
  const again = parseScenarioText(JSON.stringify(serializeScenario(scenario)), "again.json").scenario;
  expect(again?.settings).toEqual(scenario.settings);
  const index = indexFleet(scenario.fleet);
  const [balance] = objectiveTerms("balance", objectiveContext(scenario, index)).map(({ objective }) => objective);
  if (balance?.kind !== "balance") throw new Error("no balance");
  return balance.dimensions.map(({ resource, targetPpm, ppm }) => ({ resource, targetPpm, onFirst: ppm(0, 0), onSecond: ppm(0, 1) }));
}

describe("what balance evens out", () => {
  it("is reserved processors and memory, each by itself, when nothing is said", () => {
    expect(dimensionsOf(fleet(""))).toEqual([
      { resource: "cpuMillicores", targetPpm: 200_000, onFirst: 800_000, onSecond: 266_667 },
      { resource: "memoryMiB", targetPpm: 50_000, onFirst: 100_000, onSecond: 100_000 },
    ]);
  });

  it("may be a mixture of expected uses, each with its weight", () => {
    expect(dimensionsOf(fleet("settings: { balance: { of: expectedUse, dimensions: [{ cpuMillicores: 2, pressure: 1 }] } }"))).toEqual([
      { resource: "cpuMillicores + pressure", targetPpm: 2 * 100_000 + 150_000, onFirst: 2 * 400_000 + 300_000, onSecond: 2 * 133_333 + 300_000 },
    ]);
  });

  it("must name at least one dimension", () => {
    const { scenario, diagnostics } = parseScenarioText(fleet("settings: { balance: { of: expectedUse, dimensions: [] } }"), "balance.yaml");
    expect(scenario).toBeNull();
    expect(diagnostics[0]?.path).toBe("settings.balance.dimensions");
  });

  it.each(["settings: { balance: 5 }", "settings: null", "settings: { balance: { of: expectedUse, dimensions: [null, 3, [1]] } }", "settings: [balance]"])("is refused without harm when it is %s", (wrong) => {
    expect(parseScenarioText(fleet(wrong), "balance.yaml").scenario).toBeNull();
  });

  it("names resources that exist", () => {
    const { diagnostics } = parseScenarioText(fleet("settings: { balance: { of: reservation, dimensions: [{ presure: 1 }] } }"), "balance.yaml");
    expect(diagnostics.map(({ code, path }) => [code, path])).toEqual([["unknown-key", "settings.balance.dimensions[0].presure"]]);
  });
});
