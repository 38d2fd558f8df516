import { scenarioSchema } from "./publish.ts";

/** A JSON Schema as far as this page reads it. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly const?: string | boolean;
  readonly enum?: readonly (string | boolean)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** The page of the manual that names every key of a scenario: made from the published schema, so that it misses none. */
export function referencePage(): string {
  const { $defs = {}, properties = {}, required = [] } = scenarioSchema() as Schema;
  const { changes, ...others } = properties;
  const section = (name: string, schema: Schema): string => sectionOf(name, schema, $defs);
  return [
    "# Every key of a scenario",
    "Made from the published schema by `npm run schemas`; [planner.md](planner.md) explains how to use them. Keys in bold are needed.\n`a[].b` is the key `b` of each item in the list `a`.",
    section("A scenario file", { properties: others, required, description: "The keys of a file; lists of several files are joined." }),
    section("Changes", { properties: { ...Object.assign({}, ...(changes?.items?.anyOf ?? []).map((change) => change.properties)) as Record<string, Schema> },
      description: "What `changes` may list, each item with one of these keys." }),
    ...Object.entries($defs).map(([name, schema]) => section(name, schema)),
  ].join("\n\n").concat("\n");
}

type Definitions = Readonly<Record<string, Schema>>;

function sectionOf(name: string, schema: Schema, definitions: Definitions): string {
  const rows = rowsOf(schema, "", definitions);
  const table = ["| key | value | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  return [`## ${name}`, ...(schema.description === undefined ? [] : [schema.description]), table].join("\n\n");
}

/** A row for each key, and below it the keys inside. The one key of a choice means what the choice means. */
function rowsOf(schema: Schema, path: string, definitions: Definitions): readonly string[] {
  const rowsIn = ({ properties = {}, required = [] }: Schema, choice?: string): readonly string[] => Object.entries(properties).flatMap(([key, value]) => {
    const here = `${path}${key}`;
    const shown = required.includes(key) ? `**\`${here}\`**` : `\`${here}\``;
    const meaning = value.description ?? choice ?? meaningWithin(value, definitions);
    return [`| ${shown} | ${valueWords(value)} | ${meaning.replaceAll("|", "\\|")} |`, ...rowsBelow(value, here, definitions)];
  });
  return [...new Set([schema, ...(schema.anyOf ?? [])].flatMap((each) => rowsIn(each, each === schema ? undefined : each.description)))];
}

/** Said by what the value refers to, or by one of the forms that it may take. */
function meaningWithin({ $ref, anyOf = [] }: Schema, definitions: Definitions): string {
  const referred = $ref === undefined ? undefined : definitions[$ref.split("/").at(-1) ?? ""]?.description;
  return referred ?? anyOf.find(({ description }) => description !== undefined)?.description ?? "";
}

function rowsBelow(schema: Schema, path: string, definitions: Definitions): readonly string[] {
  const values = Object.values(schema.patternProperties ?? {});
  return [
    ...rowsOf(schema, `${path}.`, definitions),
    ...(schema.items === undefined ? [] : rowsOf(schema.items, `${path}[].`, definitions)),
    ...values.flatMap((value) => rowsOf(value, `${path}.NAME.`, definitions)),
  ];
}

function valueWords(schema: Schema): string {
  const { $ref, type, items, anyOf, minimum, maximum } = schema;
  if ($ref !== undefined) {
    const name = $ref.split("/").at(-1) ?? "";
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (anyOf !== undefined) return [...new Set(anyOf.map(valueWords))].join(" or ");
  if (items !== undefined) return `list of ${valueWords(items)}`;
  if (schema.patternProperties !== undefined) return `names with ${[...new Set(Object.values(schema.patternProperties).map(valueWords))].join(" or ")}`;
  switch (type) {
    case "integer": return `whole number${minimum === undefined || maximum === undefined ? "" : `, ${grouped(minimum)} to ${grouped(maximum)}`}`;
    case "boolean": return "`true` or `false`";
    case "object": return "keys below";
    case "string": return "text";
    case "null": return "`null`";
    case undefined: default: return type ?? "any value";
  }
}

function grouped(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
