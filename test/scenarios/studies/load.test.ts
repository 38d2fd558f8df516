import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadScenario, loadStudy, type InputFiles, type LoadedStudy } from "../../../scenarios/index.ts";

const folder = fileURLToPath(new URL("../../../scenarios/studies/", import.meta.url));

function loaded(text: string): Promise<LoadedStudy> {
  const bytes = new TextEncoder().encode(text);
  const files: InputFiles = { sizeBytes: () => Promise.resolve(bytes.length), read: () => Promise.resolve(bytes), list: () => Promise.resolve([]), identity: (path) => Promise.resolve(path) };
  return loadStudy("studies/s.yaml", { files });
}

const head = "apiVersion: stowage/study/v1\nname: s\n";
const one = `${head}scenarios: [{ name: a, files: [a.yaml, ../b.yaml, /c.yaml] }]\n`;

describe("loadStudy", () => {
  it("fills in what is not said, and finds files beside the study", async () => {
    const { study, diagnostics } = await loaded(one);
    expect(diagnostics).toEqual([]);
    expect(study).toEqual({
      name: "s", title: "", scenarios: [{ name: "a", title: "", files: ["studies/a.yaml", "b.yaml", "/c.yaml"] }],
      policies: [{ name: "as-is", title: "Policies as they are", files: [] }], seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      baseline: { scenario: "a", policies: "as-is" }, start: null, lengthMs: null, runway: false, whatIfs: [],
    });
  });

  it.each([
    ["a name given twice", `${head}scenarios: [{ name: a, files: [a.yaml] }, { name: a, files: [b.yaml] }]`, "scenarios[1].name", 3],
    ["a baseline that is not in the study", `${one}baseline: { scenario: b }`, "baseline.scenario", 4],
    ["a workload that one question moves twice", `${one}whatIfs: [{ name: q, moves: [{ workload: w, to: h }, { workload: w }] }]`, "whatIfs[0].moves[1].workload", 4],
    ["standard input in a scenario, which every run would have to read", `${head}scenarios: [{ name: a, files: [a.yaml, "-"] }]`, "scenarios[0].files[1]", 3],
    ["standard input among policies", `${one}policies: [{ name: p, files: ["-"] }]`, "policies[0].files[0]", 4],
    ["an unknown key", `${one}seed: 3`, "seed", 4],
    ["no scenario", `${head}scenarios: []`, "scenarios", 3],
    ["a length without unit", `${one}length: "4"`, "length", 4],
    ["a scenario in place of a study", "apiVersion: stowage/v1\nname: s\nscenarios: [{ name: a, files: [a] }]", "apiVersion", 1],
  ])("refuses %s, and says where", async (_, text, path, line) => {
    const { study, diagnostics } = await loaded(text);
    expect(study).toBeNull();
    expect(diagnostics.map((each) => [each.path, each.line])).toEqual([[path, line]]);
  });

  it.each(readdirSync(folder).filter((name) => name.endsWith(".yaml")))("finds the example %s sound, with all its scenarios", async (name) => {
    const { study, diagnostics } = await loadStudy(`${folder}${name}`);
    expect(diagnostics).toEqual([]);
    for (const { files } of study?.scenarios ?? []) for (const policies of study?.policies ?? []) {
      const { scenario, diagnostics: found } = await loadScenario([...files, ...policies.files]);
      expect(found).toEqual([]);
      expect(scenario).not.toBeNull();
    }
  });
});
