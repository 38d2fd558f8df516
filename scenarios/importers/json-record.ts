import path from "node:path";
import { readJson } from "../json-text.ts";
import { Problems } from "../problem.ts";
import { readText } from "./csv-sheet.ts";
import type { ImportLog } from "./import-log.ts";
import type { Origin } from "./inventory.ts";
import { unitOf } from "./table.ts";
import { UnreadableImport } from "./unreadable.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** As many as the hosts and machines that are taken. */
const objectsMax = 250_000;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a JSON file; what speaks against it is thrown. */
export async function readJsonFile(file: string): Promise<unknown> {
  const problems = new Problems();
  const source = readJson(await readText(file), file, problems);
  const error = problems.diagnostics().find(({ severity }) => severity === "error");
  if (error !== undefined) throw new UnreadableImport(error.code, error.line === null ? error.message : `Line ${error.line}: ${error.message}`, error.advice);
  return source?.value ?? null;
}

/** The objects of a list, wherever the tool puts it: the list itself, or below one of these keys. */
export function objectsOf(value: unknown, ...keys: readonly string[]): readonly JsonObject[] | null {
  const list = Array.isArray(value) ? value : isObject(value) ? keys.map((key) => value[key]).find((found) => Array.isArray(found)) : undefined;
  if (!Array.isArray(list)) return null;
  if (list.length > objectsMax) throw new UnreadableImport("file-too-large", `A list has ${list.length} entries; the limit is ${objectsMax}.`, "Split it.");
  return list.filter(isObject);
}

/** The first of these fields that is a text or a number, as text; empty when there is none. */
export function wordOf(value: JsonObject, ...names: readonly string[]): string {
  for (const name of names) {
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (typeof found === "string" || typeof found === "number") return String(found);
  }
  return "";
}

/** Reads the fields of one object; what cannot be read is told and left out. Fields are found by path: `flavor.vcpus`. */
export class JsonRecord {
  readonly origin: Origin;
  readonly #value: JsonObject;
  readonly #log: ImportLog;

  constructor(value: JsonObject, file: string, index: number, subject: string, log: ImportLog) {
    [this.#value, this.#log] = [value, log];
    this.origin = { source: path.basename(file), row: index + 1, subject };
  }

  /** The first of these that is there. */
  find(...names: readonly string[]): { readonly name: string; readonly value: unknown } | null {
    for (const name of names) {
      const value = Object.hasOwn(this.#value, name) ? this.#value[name] : valueAt(this.#value, name);
      if (value !== undefined && value !== null && value !== "") return { name, value };
    }
    return null;
  }

  text(...names: readonly string[]): string {
    const value = this.find(...names)?.value;
    return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  }

  /** A whole number from 0, times a factor (a unit), rounded up; null when there is none. */
  amount(max: number, factor: number, ...names: readonly string[]): number | null {
    const found = this.find(...names);
    if (found === null) return null;
    const value = typeof found.value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(found.value) ? Number(found.value) : found.value;
    const reason = typeof value !== "number" || !Number.isFinite(value) ? "no number" : value < 0 ? "negative" : value * factor > max ? `above ${max}, which no machine has` : null;
    if (reason === null) return Math.ceil(Number(value) * factor);
    this.#log.note(this.origin, "skipped", { field: found.name, found: typeof value === "number" ? String(value) : JSON.stringify(value), reason });
    return null;
  }

  /** An amount in MiB whose unit ends its name: `memory_gb`; `otherwise` MiB where it does not say. */
  mebibytes(max: number, otherwise: number, ...names: readonly string[]): number | null {
    const found = this.find(...names);
    return found === null ? null : this.amount(max, unitOf(found.name).mebibytes ?? otherwise, found.name);
  }

  /** Tells that it is left out, and why. */
  skip(reason: string): void {
    this.#log.note(this.origin, "skipped", { reason });
  }
}

function valueAt(value: JsonObject, name: string): unknown {
  let at: unknown = value;
  for (const part of name.split(".")) {
    if (!isObject(at) || !Object.hasOwn(at, part)) return undefined;
    at = at[part];
  }
  return at;
}
