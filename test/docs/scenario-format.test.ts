import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { indexFleet } from "../../model/snapshot.ts";
import { catalogue } from "../../policies/index.ts";
import { operatorsByType } from "../../policies/condition.ts";
import { factsOf } from "../../policies/selection-facts.ts";
import { parseScenarioText, scenarioSchema } from "../../scenarios/index.ts";
import { referencePage } from "../../scenarios/reference-page.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const page = readFileSync(`${docs}scenario-format.md`, "utf8");
const policyPage = readFileSync(`${docs}policies/README.md`, "utf8");

/** Every key that some object of the schema may have. */
function keysOf(node: unknown): ReadonlySet<string> {
  const keys = new Set<string>();
  const look = (each: unknown): void => {
    if (typeof each !== "object" || each === null) return;
    if ("properties" in each && typeof each.properties === "object" && each.properties !== null && !Array.isArray(each.properties)) {
      for (const key of Object.keys(each.properties)) keys.add(key);
    }
    for (const value of Object.values(each)) look(value);
  };
  look(node);
  return keys;
}

it("is what the schema says: `npm run schemas` writes it again", () => {
  expect(page).toBe(referencePage());
});

it("names every key of the published schema", () => {
  const keys = keysOf(scenarioSchema());
  expect(keys.size).toBeGreaterThan(150);
  const named = new Set([...page.matchAll(/`([^`]+)`/g)].flatMap(([, path = ""]) => path.split(/\[\]\.|\./)));
  expect([...keys].filter((key) => !named.has(key))).toEqual([]);
});

it("gives every key a meaning", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| --- "));
  expect(rows.length).toBeGreaterThan(150);
  expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
});

it("links only to parts of itself that exist", () => {
  const heads = new Set([...page.matchAll(/^## (.*)$/gm)].map(([, head = ""]) => `#${head.toLowerCase().replaceAll(" ", "-")}`));
  expect([...page.matchAll(/\]\((#[^)]+)\)/g)].map(([, link = ""]) => link).filter((link) => !heads.has(link))).toEqual([]);
});

it.each(Object.values(catalogue).map(({ name, parameters }) => [name, parameters] as const))("the page of %s names its parameters", (name, parameters) => {
  const own = readFileSync(`${docs}policies/${name}.md`, "utf8");
  const keys = Object.keys((parameters as { readonly properties?: object }).properties ?? {});
  expect(keys.filter((key) => !own.includes(`\`${key}\``))).toEqual([]);
});

const labelled = `apiVersion: stowage/v1
name: facts
sites: [{ id: home, labels: { country: fr } }]
hosts: [{ id: h1, site: home, domains: { rack: r1 }, labels: { pool: web }, capacity: { cpuMillicores: 1, memoryMiB: 1 }, layers: { libvirt: "9" } }]
applications: [{ id: web, title: Web, needs: {} }]
workloads: [{ id: w1, layer: libvirt, applications: [web], host: h1, labels: { tier: web } }]
services: [{ id: shop, applications: [web], labels: { owner: ann } }]
`;

/** The words of the row about a key of conditions. */
function wordsOf(key: string): ReadonlySet<string> {
  const row = page.split("\n").find((line) => line.startsWith(`| **\`${key}\`** | text | `)) ?? "";
  return new Set(row.split(/[ ,;:()]+/).map((word) => word.replace(/\.$/, "")));
}

it.each(["workloads", "hosts", "services"] as const)("the catalogue's page names every fact about %s", (sort) => {
  const { scenario, diagnostics } = parseScenarioText(labelled, "facts.yaml");
  expect(diagnostics).toEqual([]);
  const names = scenario === null ? [] : [...factsOf(indexFleet(scenario.fleet), sort).keys()];
  const general = names.map((name) => name.replace(/^(label|siteLabel|domain)\..*$/, "$1.NAME")).filter((name) => !/^(storageMiB|networkMbps)$/.test(name));
  expect(general.length).toBeGreaterThan(3);
  expect(general.filter((name) => !policyPage.includes(`\`${name}\``))).toEqual([]);
  // The same for the row `fact` of a condition, and the operators beside it.
  const [told, operatorsTold] = [wordsOf("fact"), wordsOf("operator")];
  expect(general.filter((name) => !told.has(name))).toEqual([]);
  expect(Object.values(operatorsByType).flat().filter((name) => !operatorsTold.has(name))).toEqual([]);
});
