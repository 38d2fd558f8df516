import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { indexFleet } from "../../model/snapshot.ts";
import { catalogue, compilePolicies, runPolicyTests } from "../../policies/index.ts";
import { parseScenarioText } from "../../scenarios/index.ts";

const folder = new URL("../../docs/policies/", import.meta.url);
const pages = readdirSync(folder).filter((name) => name.endsWith(".md")).sort();
const text = (page: string): string => readFileSync(new URL(page, folder), "utf8");
const blocks = (page: string): readonly string[] => [...text(page).matchAll(/^```yaml\n([\s\S]*?)^```$/gmu)].map(([, yaml]) => yaml ?? "");

describe.each(pages.flatMap((page) => blocks(page).map((yaml, i) => [`docs/policies/${page}, example ${i + 1}`, page, yaml] as const)))("%s", (_, page, yaml) => {
  it("is a scenario whose policies compile and pass their own tests", async () => {
    const { scenario, diagnostics } = parseScenarioText(yaml, page.replace(".md", ".yaml"));
    expect(diagnostics).toEqual([]);
    if (scenario === null) throw new Error(`${page} is refused without a diagnostic`);
    const index = indexFleet(scenario.fleet);
    const compiled = await compilePolicies(scenario, index);
    expect(compiled.diagnostics).toEqual([]);
    expect(runPolicyTests(scenario, index, compiled.constraints).filter(({ passed }) => !passed)).toEqual([]);
  });
});

describe.each(Object.keys(catalogue))("the page of %s", (name) => {
  it("has an example with the entry and a test in it", () => {
    const page = `${name}.md`;
    expect(pages).toContain(page);
    const { scenario } = parseScenarioText(blocks(page).join("\n"), `${name}.yaml`);
    const own = scenario?.policies.filter(({ require: { entry } }) => entry === name) ?? [];
    expect(own.length).toBeGreaterThan(0);
    expect(own.flatMap(({ tests }) => tests).length).toBeGreaterThan(0);
  });
});
