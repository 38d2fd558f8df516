import { stripVTControlCharacters } from "node:util";
import type { Holds, PolicyDocument } from "../../model/policy.ts";
import type { PolicyTestResult } from "../../policies/index.ts";
import { countWords } from "./diagnostics.ts";
import type { Paint } from "./paint.ts";
import { renderTable, wrap } from "./table.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
}

/** What the catalogue tells about an entry. */
export interface EntryView {
  readonly name: string;
  readonly meaning: string;
  readonly subject: string;
  readonly holds: { readonly default: Holds; readonly allowed: readonly Holds[] };
}

/** The catalogue: one entry, one formal line. */
export function renderCatalogue(entries: readonly EntryView[], { paint, columns }: View): string {
  const blocks = entries.map(({ name, meaning }) => `${paint.bold(name)}\n${wrap(meaning, columns, "  ")}`);
  return `${blocks.join("\n")}\n\n${countWords(entries.length, "entry", "entries")}; \`stowage policies show ENTRY\` tells more.\n`;
}

/** One entry with its parameters. */
export function renderEntry(
  { name, meaning, subject, holds, parameters }: EntryView & { readonly parameters: Readonly<Record<string, unknown>> }, { paint, columns }: View,
): string {
  const rows = parametersOf(parameters).map(({ key, type, required, description }) => [key, type, required ? "yes" : "", description]);
  const heads = ["parameter", "type", "needed", "meaning"];
  const table = rows.length === 0 ? "  none" : renderTable(heads.map((head) => ({ head })), wrapLast(rows, heads, columns));
  const lines = [
    paint.bold(name), wrap(meaning, columns, "  "), "",
    `  ${paint.dim("selects")}  ${subject}`,
    `  ${paint.dim("holds")}    ${holds.default}${holds.allowed.length > 1 ? ` (or ${holds.allowed.filter((each) => each !== holds.default).join(", ")})` : " only"}`,
    "", paint.bold("Parameters"), table, "", `The manual's page: docs/policies/${name}.md`,
  ];
  return `${lines.join("\n")}\n`;
}

interface ParameterView {
  readonly key: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

function parametersOf(schema: Readonly<Record<string, unknown>>): readonly ParameterView[] {
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  return Object.entries((schema.properties ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>).map(([key, property]) => ({
    key, required: required.includes(key), type: typeWords(property),
    description: typeof property.description === "string" ? property.description : "",
  }));
}

function typeWords(property: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(property.anyOf)) return property.anyOf.some((each) => isSelector(each)) ? "selector" : "one of several";
  const type = typeof property.type === "string" ? property.type : "any";
  const range = [property.minimum, property.maximum].filter((limit) => limit !== undefined).map(String);
  return range.length === 2 ? `${type} ${range.join("..")}` : type === "array" ? "list" : type;
}

function isSelector(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && "properties" in schema &&
    typeof schema.properties === "object" && schema.properties !== null && "everything" in schema.properties;
}

/** Breaks the last cell of each row into lines that fit beside the other cells. */
function wrapLast(rows: readonly (readonly string[])[], heads: readonly string[], columns: number): readonly (readonly string[])[] {
  const used = heads.slice(0, -1).reduce((sum, head, i) =>
    sum + 2 + rows.reduce((widest, row) => Math.max(widest, stripVTControlCharacters(row[i] ?? "").length), head.length), 2);
  return rows.flatMap((row) => {
    const lines = wrap(row.at(-1) ?? "", Math.max(30, columns - used), "").split("\n");
    const [before, below] = [row.slice(0, -1), heads.slice(1).map(() => "")];
    return lines.map((line, i) => (i === 0 ? before : below).concat(line));
  });
}

/** The policies of a scenario, in a table. */
export function renderPolicies(policies: readonly PolicyDocument[], { paint, columns }: View): string {
  if (policies.length === 0) return "The scenario has no policies of its own; the built-in rules hold.\n";
  const rows = policies.map(({ id, enabled, strength, weight, require, title, exceptions, tests }) => [
    id, enabled ? strengthWords(strength, weight, paint) : paint.dim("off"), require.entry,
    String(exceptions.length), String(tests.length), title,
  ]);
  const heads = ["policy", "strength", "requires", "exceptions", "tests", "title"];
  const table = renderTable(heads.map((head) => ({ head, align: ["exceptions", "tests"].includes(head) ? "right" : "left" })), wrapLast(rows, heads, columns));
  return `${table}\n`;
}

function strengthWords(strength: PolicyDocument["strength"], weight: number, paint: Paint): string {
  return strength === "must" ? paint.bold("must") : strength === "should" ? `should (${weight})` : paint.dim("audit");
}

/** The outcome of the tests inside the policies. */
export function renderPolicyTests(results: readonly PolicyTestResult[], untested: readonly string[], { paint, columns }: View): string {
  const lines = results.map(({ policy, test, passed, words }) =>
    wrap(`${passed ? paint.green("✓") : paint.red("✗")} ${policy}: ${test}${passed ? "" : ` (${words})`}`, columns, "  "));
  const failures = results.filter(({ passed }) => !passed).length;
  const summary = failures === 0 ? paint.green(`${countWords(results.length, "test")} passed`) : paint.red(`${failures} of ${countWords(results.length, "test")} failed`);
  const without = untested.length === 0 ? [] : [wrap(`Without tests: ${untested.join(", ")}.`, columns, "")];
  return `${[...lines, `${summary}.`, ...without].join("\n")}\n`;
}
