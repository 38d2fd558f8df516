import type { TSchema } from "typebox";
import { selectorSchema } from "../policies/index.ts";
import { hostChoice, workloadChoice } from "./changes/choice.ts";
import { applicationSchema, hostSchema, hostTypeSchema, pricesSchema, serviceSchema, siteSchema, workloadSchema } from "./fields/fleet.ts";
import { policySchema } from "./fields/policy.ts";
import { documentSchema } from "./schema.ts";
import { studySchema } from "./studies/schema.ts";

/** Nouns that occur in several places: published once, by name. */
const named: Readonly<Record<string, unknown>> = {
  Application: applicationSchema, Host: hostSchema, HostChoice: hostChoice, HostType: hostTypeSchema, Policy: policySchema, Prices: pricesSchema,
  Selector: selectorSchema, Service: serviceSchema, Site: siteSchema, Workload: workloadSchema, WorkloadChoice: workloadChoice,
};
const nameByText = new Map(Object.entries(named).map(([name, schema]) => [JSON.stringify(schema), name]));

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const where = "https://stowage.dev/schemas";

/**
 * The format as JSON Schema 2020-12, for other programs. Definitions that refer to themselves move to the top, where
 * every validator finds them.
 */
export function scenarioSchema(): Readonly<Record<string, unknown>> {
  return published("https://json-schema.org/draft/2020-12/schema", "scenario.schema.json", "$defs");
}

/** The same for editors, whose language servers read draft-07. */
export function editorSchema(): Readonly<Record<string, unknown>> {
  return published("http://json-schema.org/draft-07/schema#", "scenario.draft-07.schema.json", "definitions");
}

/** The format of studies, for programs and editors. */
export function studyFileSchema(): Readonly<Record<string, unknown>> {
  return published("https://json-schema.org/draft/2020-12/schema", "study.schema.json", "$defs", "Stowage study", studySchema);
}

function published(
  dialect: string, file: string, definitionsKey: "$defs" | "definitions", title = "Stowage scenario", schema: TSchema = documentSchema,
): Readonly<Record<string, unknown>> {
  const definitions: Record<string, Json> = {};
  const root = hoist(JSON.parse(JSON.stringify(schema)) as Json, definitions, definitionsKey);
  return { $schema: dialect, $id: `${where}/${file}`, title, ...(root as Readonly<Record<string, Json>>), [definitionsKey]: definitions };
}

/** Moves nested `$defs` and the named schemas to the top and points references there. */
function hoist(node: Json, definitions: Record<string, Json>, definitionsKey: string): Json {
  if (Array.isArray(node)) return node.map((item: Json) => hoist(item, definitions, definitionsKey));
  if (typeof node !== "object" || node === null) return node;
  const name = nameByText.get(JSON.stringify(node));
  if (name !== undefined) {
    if (!Object.hasOwn(definitions, name)) {
      definitions[name] = null; // taken, before its inside is looked at
      definitions[name] = hoistMembers(node, definitions, definitionsKey);
    }
    return { $ref: `#/${definitionsKey}/${name}` };
  }
  return hoistMembers(node, definitions, definitionsKey);
}

function hoistMembers(node: object, definitions: Record<string, Json>, definitionsKey: string): Json {
  const made: Record<string, Json> = {};
  for (const [key, value] of Object.entries(node) as [string, Json][]) {
    if (key === "$defs" && isDefinitions(value)) {
      for (const [name, definition] of Object.entries(value)) {
        if (Object.hasOwn(definitions, name)) continue;
        definitions[name] = null;
        const { $id: _, ...rest } = definition as Readonly<Record<string, Json>>;
        definitions[name] = hoist(rest, definitions, definitionsKey);
      }
    } else {
      made[key] = key === "$ref" && typeof value === "string" ? `#/${definitionsKey}/${value}` : hoist(value, definitions, definitionsKey);
    }
  }
  return made;
}

function isDefinitions(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
