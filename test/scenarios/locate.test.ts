import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { parseScenarioTexts } from "../../scenarios/index.ts";

const base = `apiVersion: stowage/v1
name: base
objectives: [{ terms: [{ objective: money }] }]
sites: [{ id: p }]
services:
  - { id: "s].x", applications: [] }
policies:
  - id: "a]b"
    require: { spread: { key: rack } }
  - { id: "a", require: lonely }
`;
const overlay = `apiVersion: stowage/v1
objectives: [{ terms: [{ objective: headroom }] }]
services: [{ id: s, applications: [a], redundancy: [{ application: a, minInstances: 2, minHosts: 2 }] }]
applications: [{ id: a }]
`;

/** File, line and column of what is said about a path after loading. */
function placeOf(path: string): string {
  const loaded = parseScenarioTexts([{ text: base, fileName: "base.yaml" }, { text: overlay, fileName: "overlay.yaml" }]);
  expect(loaded.diagnostics).toEqual([]);
  const said: Diagnostic = { code: "out-of-range", severity: "warning", file: null, line: null, column: null, path, message: "", advice: "" };
  const [found] = loaded.locate([said]);
  return [found?.file, found?.line, found?.column].join(":");
}

describe("what is found after loading is told with file and line", () => {
  it.each([
    ["a policy", "policies[a].require", "base.yaml:10:25"],
    ["a policy with brackets in its id", "policies[a]b].require.spread.key", "base.yaml:9:31"],
    ["a service", "services[s].redundancy[0]", "overlay.yaml:3:53"],
    ["a service with brackets in its id", "services[s].x].applications", "base.yaml:6:33"],
    ["the objectives that count", "objectives", "overlay.yaml:2:13"],
    ["a level of them", "objectives[0].terms[0]", "overlay.yaml:2:24"],
    ["a policy that no file has", "policies[new].require", "::"],
    ["what only begins like objectives", "objectivesOf", "::"],
  ])("%s", (_, path, place) => expect(placeOf(path)).toBe(place));
});
