import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { indexFleet } from "../../../model/snapshot.ts";
import { compilePolicies } from "../../../policies/index.ts";
import { importers, importFleet, type ImportedFleet, type ImportEntry } from "../../../scenarios/importers/index.ts";
import { parseScenarioText, scenarioJson, scenarioYaml } from "../../../scenarios/index.ts";
import type { Diagnostic } from "../../../model/diagnostic.ts";

const folder = mkdtempSync(path.join(tmpdir(), "stowage-import-"));
let count = 0;

/** A file for a test to name, in a folder of its own. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const own = path.join(folder, String(count++));
  mkdirSync(own);
  writeFileSync(path.join(own, name), content);
  return path.join(own, name);
}

/** Files in one folder. */
export function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const own = path.join(folder, String(count++), name);
  mkdirSync(own, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(own, file), content);
  return own;
}

export interface Choices { readonly labels?: readonly string[]; readonly columns?: Readonly<Record<string, string>> }

export async function imported(kind: string, inputs: readonly string[], { labels = [], columns = {} }: Choices = {}): Promise<{ readonly fleet: ImportedFleet | null; readonly diagnostics: readonly Diagnostic[] }> {
  const importer = importers[kind];
  if (importer === undefined) throw new Error(`no importer ${kind}`);
  return importFleet(importer, inputs, { labels, columns, name: "fleet", title: "A fleet", vcpuPerCore: 4 });
}

/** An import that must succeed, into a scenario that is valid as JSON and as YAML, policies included. */
export async function importedSoundly(kind: string, inputs: readonly string[], choices: Choices = {}): Promise<ImportedFleet> {
  const { fleet, diagnostics } = await imported(kind, inputs, choices);
  if (fleet === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const fromJson = parseScenarioText(scenarioJson(fleet.document), "fleet.json");
  const fromYaml = parseScenarioText(scenarioYaml(fleet.document) ?? "", "fleet.yaml");
  const scenario = fromJson.scenario;
  const found = scenario === null ? [] : (await compilePolicies(scenario, indexFleet(scenario.fleet))).diagnostics;
  const problems = [...fromJson.diagnostics, ...fromYaml.diagnostics, ...found].filter(({ severity }) => severity === "error");
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
  if (JSON.stringify(scenario) !== JSON.stringify(fromYaml.scenario)) throw new Error("YAML and JSON say different things");
  return fleet;
}

/** Entries about a subject, as `outcome field: found -> became`. */
export function told({ entries }: ImportedFleet, wanted: (entry: ImportEntry) => boolean): readonly string[] {
  return entries.filter(wanted).map(({ outcome, field, found, became }) => `${outcome} ${field}: ${found} -> ${became}`);
}
