import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { assert } from "../model/assert.ts";
import { counted } from "../model/counted.ts";
import type { DiagnosticCode } from "../model/diagnostic.ts";
import { didYouMean, windowPatterns } from "../policies/index.ts";
import { subjectOf } from "./checks.ts";
import { patternMeanings } from "./fields/common.ts";
import { shown, type Path, type Problems, type Source } from "./problem.ts";
import { documentSchema } from "./schema.ts";

/** The parts of JSON Schema that the schemas of scenarios and of the catalogue use. */
interface SchemaNode {
  readonly $ref?: string;
  /** The name of a definition. */
  readonly $id?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** What the pattern means, after "it": `must be a path from the root`. */
  readonly meaning?: string;
  readonly title?: string;
  readonly description?: string;
}

/** All that schemas say. What is not among these would be passed over in silence. */
const keywords: ReadonlySet<string> = new Set<keyof SchemaNode>([
  "$ref", "$id", "$defs", "anyOf", "enum", "const", "type", "properties", "patternProperties", "additionalProperties", "required", "minProperties", "maxProperties",
  "items", "minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength", "pattern", "meaning", "title", "description",
]);

/** Schemas whose keywords are known to be among those. */
const understood = new WeakSet<SchemaNode>();

/** Compiled when they are first needed: that takes as long as walking ten thousand values. */
const compiled = new Map<TSchema, { Check(value: unknown): boolean }>();

/** A document of fewer values is walked at once. */
const compileFrom = 10_000;

/**
 * Does a document have the shape of the format? The compiled schema decides on a large one; when it says no, and for a
 * small one, the slower explanation below looks for what is wrong, and where.
 */
export function hasShape(source: Source, problems: Problems, schema: TSchema = documentSchema): boolean {
  const isLarge = !holdsFewer(source.value, compileFrom);
  if (isLarge && compiledOf(schema).Check(source.value)) return true;
  const before = problems.errorCount;
  new Explanation(source, problems).look(schema, source.value, []);
  assert(!isLarge || problems.errorCount > before, "what the compiled schema refuses has a fault that can be told");
  return problems.errorCount === before;
}

function compiledOf(schema: TSchema): { Check(value: unknown): boolean } {
  const check = compiled.get(schema) ?? Compile(schema);
  compiled.set(schema, check);
  return check;
}

/** Are there fewer values than `limit` in a document? Looks at no more of them than that. */
function holdsFewer(document: unknown, limit: number): boolean {
  const waiting = [document];
  let seen = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    seen += 1;
    if (typeof value === "object" && value !== null) for (const inside of Object.values(value)) waiting.push(inside);
    if (seen + waiting.length >= limit) return false;
  }
  return true;
}

/** Where faults go. */
interface Sink {
  error(...fault: Parameters<Problems["error"]>): void;
}

/** Asks only whether a value fits. */
class Trial implements Sink {
  failed = false;
  error(): void {
    this.failed = true;
  }
}

/** Walks value and schema side by side and says what does not fit, in the words of the format. */
class Explanation {
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #definitions: Map<string, SchemaNode>;

  constructor(source: Source, sink: Sink, definitions = new Map<string, SchemaNode>()) {
    this.#source = source;
    this.#sink = sink;
    this.#definitions = definitions;
  }

  look(schema: SchemaNode, value: unknown, path: Path): void {
    understand(schema);
    for (const [name, node] of Object.entries(schema.$defs ?? {})) this.#definitions.set(name, node);
    if (schema.$ref !== undefined) {
      const target = this.#definitions.get(schema.$ref);
      if (target !== undefined) this.look(target, value, path);
    } else if (schema.anyOf !== undefined) {
      this.#lookAtUnion(schema.anyOf, value, path);
    } else if (schema.const !== undefined) {
      if (value !== schema.const) this.#wrongWord([schema.const], value, path);
    } else if (schema.enum !== undefined) {
      if (!schema.enum.includes(value)) this.#wrongWord(schema.enum, value, path);
    } else {
      this.#lookAtType(schema, value, path);
    }
  }

  #lookAtType(schema: SchemaNode, value: unknown, path: Path): void {
    switch (schema.type) {
      case "object":
        if (kindOf(value) === "object") this.#lookAtObject(schema, value as Readonly<Record<string, unknown>>, path);
        else this.#wrongType("an object of keys and values", value, path, schema);
        break;
      case "array":
        if (Array.isArray(value)) this.#lookAtList(schema, value, path);
        else this.#wrongType("a list", value, path, schema);
        break;
      case "string":
        if (typeof value === "string") this.#lookAtText(schema, value, path);
        else this.#wrongType("a text", value, path, schema);
        break;
      case "integer": case "number":
        if (typeof value === "number") this.#lookAtNumber(schema, value, path);
        else this.#wrongType(`a whole number ${range(schema)}`, value, path);
        break;
      case "boolean":
        if (typeof value !== "boolean") this.#wrongType("true or false", value, path);
        break;
      case "null":
        if (value !== null) this.#wrongType("null", value, path);
        break;
      case undefined: // any value
        break;
      default:
        break;
    }
  }

  /** Reports the faults of the branch that was meant, by its keys and type; not those of all branches. */
  #lookAtUnion(branches: readonly SchemaNode[], value: unknown, path: Path): void {
    if (branches.some((branch) => this.#fits(branch, value, path))) return;
    // Which branch was meant matters to people only; a trial that asked again would double its work at every level.
    if (this.#sink instanceof Trial) {
      this.#sink.error();
      return;
    }
    const kind = kindOf(value);
    const fitting = branches.filter((branch) => kindsOf(this.#resolved(branch)).includes(kind));
    const [only] = fitting;
    if (only === undefined) {
      const kinds = [...new Set(branches.flatMap((branch) => kindsOf(this.#resolved(branch)).map((one) => kindWords[one] ?? one)))];
      this.#wrongType(kinds.join(", or "), value, path);
    } else if (fitting.length === 1) {
      this.look(only, value, path);
    } else if (kind === "object") {
      this.#lookAtKeyedUnion(fitting.map((branch) => this.#resolved(branch)), value as Readonly<Record<string, unknown>>, path);
    } else {
      const words = fitting.flatMap((branch) => branch.enum ?? (branch.const === undefined ? [] : [branch.const]));
      if (words.length > 0) this.#wrongWord(words, value, path);
      else this.look(only, value, path);
    }
  }

  #lookAtKeyedUnion(branches: readonly SchemaNode[], value: Readonly<Record<string, unknown>>, path: Path): void {
    const given = Object.keys(value);
    const meant = branches.map((branch) => ({ branch, score: given.filter((key) => branch.required?.includes(key)).length }))
      .filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
    const [best, second] = meant;
    const keys = branches.flatMap((branch) => branch.required ?? []);
    if (best === undefined) {
      const [wrong] = given;
      const code = isRequirement(path) ? "policy-unknown-entry" : "unknown-key";
      if (wrong === undefined) this.#add("missing-key", path, `is empty; it needs one of ${few(keys)}`, "Write exactly one of them.");
      else this.#add(code, [...path, wrong], `is unknown; expected is one of ${few(keys)}`, didYouMean(wrong, keys), true);
    } else if (second !== undefined && second.score === best.score) {
      const both = given.filter((key) => keys.includes(key));
      this.#add("not-allowed", path, `has ${both.map((key) => shown(key)).join(" and ")}; exactly one key is allowed`, "Write each as an item of its own, or keep one.");
    } else {
      this.look(best.branch, value, path);
    }
  }

  #lookAtObject(schema: SchemaNode, value: Readonly<Record<string, unknown>>, path: Path): void {
    const properties = schema.properties ?? {};
    this.#countKeys(schema, Object.keys(value).length, path);
    const missing = (schema.required ?? []).filter((key) => !Object.hasOwn(value, key));
    for (const key of missing) this.#add("missing-key", [...path, key], `is missing`, `Add ${key}${describe(properties[key])}.`);
    for (const [key, item] of Object.entries(value)) {
      const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
      if (known !== undefined) this.look(known, item, [...path, key]);
      else if (schema.patternProperties !== undefined) this.#lookAtEntry(schema, key, item, path);
      else if (schema.additionalProperties === false) {
        const free = Object.keys(properties).filter((name) => !Object.hasOwn(value, name));
        this.#add("unknown-key", [...path, key], "is not a key of the format", Object.keys(properties).length === 0 ? "It takes no parameters: remove the key." : didYouMean(key, free), true);
      }
    }
  }

  /** An entry of a map is described by its map. */
  #countKeys({ minProperties = 0, maxProperties = Number.POSITIVE_INFINITY }: SchemaNode, count: number, path: Path): void {
    if (count < minProperties) this.#add("out-of-range", path, `has ${counted(count, "key")}; at least ${minProperties} ${minProperties === 1 ? "is" : "are"} needed`, "Add some, or leave it out.");
    if (count > maxProperties) this.#add("out-of-range", path, `has ${counted(count, "key")}; at most ${maxProperties} ${maxProperties === 1 ? "is" : "are"} allowed`, "Remove some.");
  }

  #lookAtEntry(schema: SchemaNode, key: string, item: unknown, path: Path): void {
    const found = Object.entries(schema.patternProperties ?? {}).find(([pattern]) => new RegExp(pattern).test(key));
    if (found !== undefined) this.look({ ...schema.description === undefined ? {} : { description: schema.description }, ...found[1] }, item, [...path, key]);
    else this.#add("bad-format", [...path, key], "is not a fitting name: 1 to 253 characters, no control characters", "Choose another name.", true);
  }

  #lookAtList(schema: SchemaNode, value: readonly unknown[], path: Path): void {
    const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
    if (value.length < minItems) this.#add("out-of-range", path, `has ${value.length} items; at least ${minItems} ${minItems === 1 ? "is" : "are"} needed`, "Add some, or leave the key out.");
    if (value.length > maxItems) this.#add("out-of-range", path, `has ${value.length} items; at most ${maxItems} are allowed`, "Remove some.");
    if (items !== undefined) value.forEach((item, i) => this.look(items, item, [...path, i]));
  }

  #lookAtText(schema: SchemaNode, value: string, path: Path): void {
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, meaning } = schema;
    const length = Array.from(value).length;
    if (length < minLength) this.#add("out-of-range", path, `is ${shown(value)}; it must not be empty`, "Write a text, or leave the key out.");
    else if (length > maxLength) this.#add("out-of-range", path, `is ${shown(value)}, ${length} characters long; the limit is ${maxLength}`, "Choose a shorter one.");
    else if (pattern !== undefined && !new RegExp(pattern).test(value)) {
      this.#add("bad-format", path, `is ${shown(value)}; it ${patternMeanings[pattern] ?? windowPatterns[pattern] ?? meaning ?? `must match ${pattern}`}`, "Write it in that form.");
    }
  }

  #lookAtNumber(schema: SchemaNode, value: number, path: Path): void {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
    if (!Number.isFinite(value)) this.#add("not-finite", path, `is ${Number.isNaN(value) ? "not a number (NaN)" : "too large to be a number"}; it must be a whole number ${range(schema)}`, "Write the number out.");
    else if (value < minimum || value > maximum) this.#add("out-of-range", path, `is ${value}; it must be ${range(schema)}`, value < 0 ? "Negative amounts mean nothing here: write 0 or leave the key out." : "Check the unit, which the name of the key ends with.");
    else if (schema.type === "integer" && !Number.isInteger(value)) this.#add("not-integer", path, `is ${value}; it must be a whole number ${range(schema)}`, "Use the next whole number, or a smaller unit.");
  }

  #wrongWord(words: readonly unknown[], value: unknown, path: Path): void {
    const known = words.filter((word) => typeof word === "string");
    const code = isRequirement(path) ? "policy-unknown-entry" : "not-allowed";
    const advice = typeof value === "string" && known.length > 0 ? didYouMean(value, known) : `Write ${words.map(shown).join(" or ")}.`;
    this.#add(code, path, `is ${shown(value)}; it must be ${few(words.map((word) => (typeof word === "string" ? word : shown(word))))}`, advice);
  }

  #wrongType(expected: string, value: unknown, path: Path, schema?: SchemaNode): void {
    const advice = typeof value === "string" && /^-?[0-9.]+$/.test(value) && expected.startsWith("a whole number") ? "Remove the quotes: a text is not a number."
      : expected === "a text" && typeof value === "number" ? `Put it in quotes: "${value}", or "${value}${Number.isInteger(value) ? ".0" : "0"}" if that was written.`
      : expected === "a text" && typeof value === "boolean" ? `Put it in quotes: "${value}".` : `Write ${expected}${describe(schema)}.`;
    this.#add("wrong-type", path, `is ${shown(value)}; it must be ${expected}`, advice);
  }

  #fits(schema: SchemaNode, value: unknown, path: Path): boolean {
    const trial = new Trial();
    new Explanation(this.#source, trial, this.#definitions).look(schema, value, path);
    return !trial.failed;
  }

  #resolved(schema: SchemaNode): SchemaNode {
    return schema.$ref === undefined ? schema : (this.#definitions.get(schema.$ref) ?? schema);
  }

  #add(code: DiagnosticCode, path: Path, what: string, advice: string, onKey = false): void {
    this.#sink.error(code, { source: this.#source, path }, () => ({ message: `${subjectOf(this.#source.value, path)} ${what}.`, advice }), onKey);
  }
}

/** A keyword that this file does not know is a fault of the schema. */
function understand(schema: SchemaNode): void {
  if (understood.has(schema)) return;
  for (const key of Object.keys(schema)) assert(keywords.has(key), `schemas may say ${key}`);
  assert(typeof (schema.additionalProperties ?? false) === "boolean", "additional properties are allowed or not");
  understood.add(schema);
}

function isRequirement(path: Path): boolean {
  return path.length === 3 && path[0] === "policies" && path[2] === "require";
}

const kindWords: Readonly<Record<string, string>> = {
  object: "an object of keys and values", list: "a list", string: "a text", number: "a whole number", boolean: "true or false", null: "null",
};

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

/** The kinds of value that a branch can hold. */
function kindsOf(schema: SchemaNode): readonly string[] {
  if (schema.const !== undefined) return [kindOf(schema.const)];
  if (schema.enum !== undefined) return [...new Set(schema.enum.map(kindOf))];
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.flatMap(kindsOf))];
  switch (schema.type) {
    case undefined: return Object.keys(kindWords);
    case "array": return ["list"];
    case "integer": return ["number"];
    default: return [schema.type];
  }
}

function range({ minimum, maximum }: SchemaNode): string {
  if (minimum === undefined) return maximum === undefined ? "of any size" : `up to ${maximum}`;
  return maximum === undefined ? `from ${minimum} up` : `from ${minimum} to ${maximum}`;
}

function few(words: readonly string[]): string {
  if (words.length > 30) return `${words.slice(0, 30).join(", ")}, ...`;
  return words.length === 1 ? String(words[0]) : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function describe(schema: SchemaNode | undefined): string {
  return schema?.description === undefined ? "" : ` (${schema.description.replace(/\.$/, "")})`;
}
