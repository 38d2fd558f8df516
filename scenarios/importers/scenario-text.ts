import { Lexer } from "yaml";
import type { ScenarioDocument } from "../schema.ts";
import { lexemeLimit } from "../yaml-text.ts";

/** Files of YAML are read up to this size. */
const yamlBytesMax = 8 * 1_048_576;

/** A scenario as JSON. */
export function scenarioJson(document: ScenarioDocument): string {
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** A scenario as YAML with one line for each thing, more tightly written where it is large; null when it would be more than YAML is read of. */
export function scenarioYaml(document: ScenarioDocument): string | null {
  return [flow, JSON.stringify].map((write) => yamlLines(document, write)).find(isReadable) ?? null;
}

function yamlLines(document: ScenarioDocument, write: (value: unknown) => string): string {
  const lines = Object.entries(document).flatMap(([key, value]) => {
    if (!Array.isArray(value)) return [`${key}: ${write(value)}`];
    return value.length === 0 ? [] : ["", `${key}:`, ...value.map((item) => `  - ${write(item)}`)];
  });
  return `${lines.join("\n")}\n`;
}

function isReadable(text: string): boolean {
  return Buffer.byteLength(text) <= yamlBytesMax && piecesOf(text) <= lexemeLimit;
}

function piecesOf(text: string): number {
  let pieces = 0;
  const lexemes = new Lexer().lex(text);
  while (pieces <= lexemeLimit && lexemes.next().done !== true) pieces++;
  return pieces;
}

/** A value on one line. */
function flow(value: unknown): string {
  if (typeof value === "string") return isPlainWord(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${isPlainWord(key) ? key : JSON.stringify(key)}: ${flow(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** A text that no reader of YAML, old or new, takes for something else. */
function isPlainWord(text: string): boolean {
  return /^[A-Za-z_][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
}
