import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Scenario } from "../../model/scenario.ts";
import { parseScenarioText, type ScenarioDocument } from "../../scenarios/index.ts";

/** Two sites, three hosts, a shop of three workloads: the base that tests alter. */
export const smallFleet = {
  apiVersion: "stowage/v1",
  name: "small",
  sites: [{ id: "paris" }, { id: "cloud", kind: "external" }],
  hostTypes: {
    r640: { capacity: { cpuMillicores: 32_000, memoryMiB: 65_536, storageMiB: 1_048_576 }, layers: { libvirt: "9.0.0" }, prices: { onMicrosPerHour: 90_001 } },
  },
  hosts: [
    { id: "h1", site: "paris", type: "r640", domains: { rack: "r1" }, labels: { pool: "web" } },
    { id: "h2", site: "paris", type: "r640", domains: { rack: "r2" }, powerManaged: true },
    { id: "c1", site: "cloud", type: "r640", domains: { rack: "r9" } },
  ],
  applications: [
    { id: "front", needs: { cpuMillicores: 1001, memoryMiB: 2048 } },
    { id: "base", needs: { cpuMillicores: 2000, memoryMiB: 8192, storageMiB: 10_240 } },
  ],
  workloads: [
    { id: "front-1", layer: "libvirt", applications: ["front"], host: "h1", replicaGroup: "front", labels: { tier: "front" } },
    { id: "front-2", layer: "libvirt", applications: ["front"], host: "h2", replicaGroup: "front", labels: { tier: "front" } },
    { id: "base-1", layer: "libvirt", applications: ["base"], host: "h1", labels: { tier: "db" } },
  ],
  services: [
    { id: "shop", applications: ["front", "base"], startOrder: [{ application: "front", needs: "base" }], redundancy: [{ application: "front", minInstances: 2, minHosts: 2 }] },
  ],
  policies: [
    { id: "apart", title: "Fronts on different hosts", select: { workloads: { labels: { tier: "front" } } }, require: "spread" },
    { id: "base-stays", select: { workloads: { ids: ["base-1"] } }, require: { fence: { hosts: { ids: ["h1", "h2"] } } } },
  ],
} as const satisfies ScenarioDocument;

/** The small fleet with some keys replaced or added. */
export function smallFleetWith(changed: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...smallFleet, ...changed }, null, 1);
}

/** A text that must load; its diagnostics are in the error when it does not. */
export function scenarioFrom(text: string, fileName = "test.json"): Scenario {
  const { scenario, diagnostics } = parseScenarioText(text, fileName);
  if (scenario === null) throw new Error(diagnostics.map(asLine).join("\n"));
  return scenario;
}

/** `code line:column path message`, as the tables of the tests have it. */
export function asLine({ code, line, column, path, message }: Diagnostic): string {
  return `${code} ${line}:${column} ${path} | ${message}`;
}
