import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../policies/index.ts";
import { changeKinds } from "../../scenarios/changes/catalogue.ts";
import { editorSchema, scenarioSchema, studyFileSchema } from "../../scenarios/index.ts";
import { smallFleet } from "./small-fleet.ts";

const schemaFile = async (name: string): Promise<unknown> => JSON.parse(await readFile(new URL(`../../schemas/${name}`, import.meta.url), "utf8"));
const compiled = [
  ["2020-12", new Ajv2020({ strict: false }).compile(scenarioSchema())],
  ["draft-07", new Ajv({ strict: false }).compile(editorSchema())],
] as const;

describe("published schemas", () => {
  it("are up to date; `npm run schemas` writes them", async () => {
    expect(await schemaFile("scenario.schema.json")).toEqual(scenarioSchema());
    expect(await schemaFile("study.schema.json")).toEqual(studyFileSchema());
    expect(await schemaFile("scenario.draft-07.schema.json")).toEqual(editorSchema());
  });

  it.each(compiled)("%s accepts the small fleet", (_, validate) => {
    expect(validate(smallFleet)).toBe(true);
  });

  it.each([
    ["an unknown key", { ...smallFleet, sties: [] }],
    ["a negative number", { ...smallFleet, sites: [{ id: "a", carbonGramsPerKWh: -1 }] }],
    ["an unknown entry", { ...smallFleet, policies: [{ id: "p", require: { sprea: {} } }] }],
    ["an unknown parameter", { ...smallFleet, policies: [{ id: "p", require: { spread: { kye: "rack" } } }] }],
    ["a broken condition", { ...smallFleet, policies: [{ id: "p", select: { hosts: { where: { all: [{ fact: "id" }] } } }, require: "capacity" }] }],
    ["an unknown change", { ...smallFleet, changes: [{ maintenence: { hosts: ["h1"] } }] }],
  ])("refuse %s", (_, document) => {
    for (const [, validate] of compiled) expect(validate(document)).toBe(false);
  });

  it("know every entry of the catalogue and every change", () => {
    const text = JSON.stringify(scenarioSchema());
    for (const name of [...Object.keys(catalogue), ...Object.keys(changeKinds)]) expect(text).toContain(`"required":["${name}"]`);
  });

  it("describe every field of the format", () => {
    const bare: string[] = [];
    const look = (node: unknown, way: string): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (key === "properties" && typeof value === "object" && value !== null) {
          for (const [name, field] of Object.entries(value)) if (!isDescribed(field)) bare.push(`${way}.${name}`);
        }
        look(value, `${way}/${key}`);
      }
    };
    const { require: _, ...rest } = scenarioSchema();
    // Parameters of catalogue entries and conditions are described on their own pages.
    look({ ...rest, $defs: Object.fromEntries(Object.entries(rest["$defs"] as object).filter(([name]) => !["Policy", "Condition", "Selector"].includes(name))) }, "");
    expect(bare.filter((way) => !/HostChoice|WorkloadChoice|changes\/items\/anyOf\/\d+\.\w+$/.test(way))).toEqual([]);
  });
});

function isDescribed(field: unknown): boolean {
  if (typeof field !== "object" || field === null) return false;
  if ("description" in field || "$ref" in field) return true;
  return "anyOf" in field && Array.isArray(field.anyOf) && field.anyOf.some(isDescribed);
}
