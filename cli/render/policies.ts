import type { Holds, PolicyDocument } from "../../model/policy.ts";
import type { PolicyTestResult } from "../../policies/index.ts";
import { countWords } from "./diagnostics.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { wrap } from "./text.ts";

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
  return `${blocks.join("\n")}\n\n${wrap(`${countWords(entries.length, "entry", "entries")}; \`stowage policies show ENTRY\` tells more.`, columns, "")}\n`;
}

/** One entry with its parameters. */
export function renderEntry(
  { name, meaning, subject, holds, parameters }: EntryView & { readonly parameters: Readonly<Record<string, unknown>> }, { paint, columns }: View,
): string {
  const rows = parametersOf(parameters).map(({ key, type, required, description }) => [key, type, required ? "yes" : "", description]);
  const heads = [{ head: "parameter" }, { head: "type" }, { head: "needed" }, { head: "meaning", wraps: 24, below: true as const }];
  const table = rows.length === 0 ? "  none" : renderTable(heads, rows, columns);
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

/** A must that the fleet states by itself. */
export interface BuiltInView {
  readonly id: string;
  readonly title: string;
  readonly requires: string;
  readonly holds: Holds;
}

/** The policies of a scenario, in a table, and below them what its fleet states by itself. */
export function renderPolicies(policies: readonly PolicyDocument[], builtIn: readonly BuiltInView[], { paint, columns }: View): string {
  const own = policies.length === 0 ? "The scenario has no policies of its own.\n" : policyTable(policies, { paint, columns });
  const table = renderTable([{ head: "built-in must", wraps: 20 }, { head: "requires", wraps: 11 }, { head: "title", wraps: 24 }],
    builtIn.map(({ id, requires, title }) => [id, requires, title]), columns);
  return builtIn.length === 0 ? own : `${own}\n${table}\n`;
}

function policyTable(policies: readonly PolicyDocument[], { paint, columns }: View): string {
  const rows = policies.map(({ id, enabled, strength, weight, require, title, exceptions, tests }) => [
    id, enabled ? strengthWords(strength, weight, paint) : paint.dim("off"), require.entry,
    String(exceptions.length), String(tests.length), title,
  ]);
  return `${renderTable([
    { head: "policy" }, { head: "strength" }, { head: "requires", wraps: 11 },
    { head: "exceptions", align: "right", dropRank: 2 }, { head: "tests", align: "right", dropRank: 1 },
    { head: "title", wraps: 24 },
  ], rows, columns)}\n`;
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
