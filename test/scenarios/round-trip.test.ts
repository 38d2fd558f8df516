import { assert, property, sample, integer, record, constantFrom, array, oneof, nat, tuple } from "fast-check";
import { stringify } from "yaml";
import { describe, expect, it } from "vitest";
import { generateScenario, loadScenario, parseScenarioText, serializeScenario } from "../../scenarios/index.ts";
import { scenarioFrom, smallFleet, smallFleetWith } from "./small-fleet.ts";

const options = record({ seed: nat(1_000_000), hosts: integer({ min: 1, max: 8 }), workloads: integer({ min: 0, max: 25 }), policies: integer({ min: 0, max: 12 }) });

describe("a scenario that is written and read again", () => {
  it("is the same, in JSON and in YAML", () => {
    assert(property(options, (chosen) => {
      const first = scenarioFrom(JSON.stringify(generateScenario(chosen)));
      const written = serializeScenario(first);
      expect(scenarioFrom(JSON.stringify(written))).toEqual({ ...first, changes: [] });
      expect(scenarioFrom(stringify(written), "again.yaml")).toEqual({ ...first, changes: [] });
    }), { seed: 20_261_121, numRuns: 15 });
  });

  it("holds its changes", () => {
    const changes = [{ copyService: { service: "shop" } }, { hostFailure: { hosts: ["c1"] } }, { removeHosts: { hosts: ["h1"] } }, { setPolicy: { id: "apart", strength: "audit" } }];
    const first = scenarioFrom(smallFleetWith({ changes, resources: [{ name: "gpuCount", unit: "cards" }], objectives: [{ terms: [{ objective: "carbon" }] }], asOf: "2026-01-01T00:00:00Z" }));
    expect(scenarioFrom(JSON.stringify(serializeScenario(first)))).toEqual({ ...first, changes: [] });
  });

  it("does not depend on the order of lists or keys", () => {
    const turned = { ...smallFleet, hosts: smallFleet.hosts.toReversed(), workloads: smallFleet.workloads.toReversed(), sites: smallFleet.sites.toReversed(), applications: smallFleet.applications.toReversed() };
    const reversedKeys = Object.fromEntries(Object.entries(turned).toReversed());
    expect(scenarioFrom(JSON.stringify(reversedKeys))).toEqual(scenarioFrom(JSON.stringify(smallFleet)));
  });
});

/** A small edit of a text: characters taken out, put in, or exchanged. */
const edit = record({
  at: nat(1_000_000), remove: nat(6),
  insert: oneof(constantFrom("", "\"", "{", "}", "[", "]", ",", ":", "-", "\n", "\t", " ", "&a ", "*a", "!!x ", "1e400", "-1", "0.5", "null", "true", "\\", "#", "'", "|", "%", "__proto__", "\u0000", "\uFEFF", "\u{1F600}", "- - -"), constantFrom("hosts:", "id: h1", "~", "<<: ", "? ", "---\n")),
});

function mutated(text: string, edits: readonly { at: number; remove: number; insert: string }[]): string {
  return edits.reduce((now, { at, remove, insert }) => {
    const start = at % (now.length + 1);
    return now.slice(0, start) + insert + now.slice(start + remove);
  }, text);
}

describe("a text with faults in it", () => {
  const json = smallFleetWith({ changes: [{ growService: { service: "shop", factorPermille: 1200 } }] });
  const yaml = stringify(JSON.parse(json));

  it.each([["fuzz.json", json], ["fuzz.yaml", yaml]])("never throws: %s gives a scenario or an error", (name, text) => {
    assert(property(array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      const { scenario, diagnostics } = parseScenarioText(mutated(text, edits), name);
      expect(scenario !== null || diagnostics.some(({ severity }) => severity === "error")).toBe(true);
      for (const { message, advice, line } of diagnostics) {
        expect(message).toMatch(/\.$/);
        expect(advice).not.toBe("");
        expect(line === null || line >= 1).toBe(true);
      }
    }), { seed: 4711, numRuns: 150 });
  });

  it("never throws on bytes of any kind", async () => {
    const flips = sample(array(tuple(nat(100_000), nat(255)), { minLength: 1, maxLength: 4 }), { seed: 99, numRuns: 60 });
    for (const flip of flips) {
      const bytes = Buffer.from(yaml);
      for (const [at, value] of flip) bytes[at % bytes.length] = value;
      const { scenario, diagnostics } = await loadScenario(["-"], {
        files: { sizeBytes: () => Promise.resolve(null), read: () => Promise.resolve(bytes), list: () => Promise.resolve([]), identity: (file) => Promise.resolve(file) },
      });
      expect(scenario !== null || diagnostics.some(({ severity }) => severity === "error")).toBe(true);
    }
  });
});
