import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, type Document } from "yaml";
import { duplicateKey, reportSurvey } from "./json-text.ts";
import { depthLimit, forbiddenKeys } from "./plain-value.ts";
import { pathWords, printable, type Path, type Position, type Problems, type Source } from "./problem.ts";

/** More pieces than this take seconds to read; JSON reads twenty times as fast. */
export const lexemeLimit = 600_000;

/** How many values the aliases of a file may stand for, all together. */
const aliasValueLimit = 100_000;

/** How many errors of syntax are told: those after the first few are mostly its echo. */
const syntaxErrorsShown = 10;

/**
 * Reads YAML 1.2 with the core schema: one document, no duplicate keys, no tags of its own, bounded aliases. The text
 * is measured piece by piece while it is read, so that neither depth nor length can exhaust the machine.
 */
export function readYaml(text: string, file: string, problems: Problems): Source | null {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const composed = composeCheaply(text, lines);
  if (composed.kind === "refused") {
    problems.direct({ severity: "error", file, path: "", ...composed.problem, ...at(composed.offset), message: `${file} ${composed.problem.message}` });
    return null;
  }
  const [document, second] = composed.documents;
  if (second !== undefined) {
    problems.direct({
      code: "bad-syntax", severity: "error", file, ...at(second.contents?.range?.[0] ?? second.range[0]), path: "",
      message: `${file} holds ${composed.documents.length} YAML documents; one file is one document.`,
      advice: "Put each into a file of its own and name all the files: they are composed.",
    });
    return null;
  }
  const faults = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  for (const fault of faults.slice(0, syntaxErrorsShown)) {
    problems.direct({
      code: "bad-syntax", severity: "error", file, ...at(fault.pos[0]), path: "",
      message: `${file} is not valid YAML: ${printable(fault.message).split("\n", 1)[0]?.slice(0, 200)}.`,
      advice: fault.code === "TAB_AS_INDENT" ? "Indent with spaces: YAML does not allow tabs there." : "Correct the text at this place; quote texts that hold special characters.",
    });
  }
  if (document === undefined || faults.length > 0) return null;
  return convert(document, file, at, problems);
}

type Composed =
  | { readonly kind: "composed"; readonly documents: readonly Document.Parsed[] }
  | { readonly kind: "refused"; readonly offset: number; readonly problem: { readonly code: "too-deep" | "file-too-large"; readonly message: string; readonly advice: string } };

/** A text can have a million errors; without stack traces, which nobody reads, each costs next to nothing. */
function composeCheaply(text: string, lines: LineCounter): Composed {
  const kept = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return compose(text, lines);
  } finally {
    Error.stackTraceLimit = kept;
  }
}

/** Lexer, parser and composer in one pass, so that the meter can stop them before they have done harm. */
function compose(text: string, lines: LineCounter): Composed {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  // The schema is named, so that a %YAML 1.1 directive cannot make `no` a boolean. Duplicate keys are found below.
  const composer = new Composer({ schema: "core", resolveKnownTags: false, uniqueKeys: false, prettyErrors: false, merge: false, logLevel: "silent" });
  const meter = new DepthMeter();
  const documents: Document.Parsed[] = [];
  let [lexemes, offset] = [0, 0];
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > lexemeLimit) {
      return { kind: "refused", offset, problem: {
        code: "file-too-large", message: `has more than ${lexemeLimit} pieces of YAML; that is the limit.`,
        advice: "Write large fleets as JSON: the same keys, twenty times as fast.",
      } };
    }
    if (meter.isTooDeepAfter(lexeme)) {
      return { kind: "refused", offset, problem: {
        code: "too-deep", message: `nests lists and objects more than ${depthLimit} deep; the limit is ${depthLimit}.`,
        advice: "No field of a scenario needs such depth: look for an unclosed bracket or wrong indentation at this place.",
      } };
    }
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (!isMark(lexeme)) offset += lexeme.length;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  return { kind: "composed", documents };
}

/** Lexemes that stand for no text: document start, end of flow, scalar start, byte order mark. */
function isMark(lexeme: string): boolean {
  return lexeme === "\u0002" || lexeme === "\u0018" || lexeme === "\u001F" || lexeme === "\uFEFF";
}

/** An upper bound of the nesting, from the columns of the pieces alone. */
class DepthMeter {
  #flow = 0;
  /** Columns at which block lists and maps begin, increasing. Each can hold two levels: a map, and a list below its key. */
  readonly #columns: number[] = [];
  #column = 0;
  #atStart = true;

  isTooDeepAfter(lexeme: string): boolean {
    if (isMark(lexeme)) return false;
    if (lexeme === "[" || lexeme === "{") this.#flow++;
    if (lexeme === "]" || lexeme === "}") this.#flow = Math.max(0, this.#flow - 1);
    const isSpace = /^[ \t\r\n]/.test(lexeme) || lexeme.startsWith("#");
    if (this.#atStart && !isSpace && this.#flow === 0) {
      while ((this.#columns.at(-1) ?? -1) >= this.#column) this.#columns.pop();
      this.#columns.push(this.#column);
      this.#atStart = lexeme === "-" || lexeme === "?";
    }
    const newline = lexeme.lastIndexOf("\n");
    if (newline >= 0) {
      this.#column = lexeme.length - newline - 1;
      this.#atStart = true;
    } else {
      this.#column += lexeme.length;
    }
    return this.#flow > depthLimit || this.#columns.length > depthLimit;
  }
}

/** The plain value of a document, and where its parts stand. */
function convert(document: Document.Parsed, file: string, at: (offset: number) => Position, problems: Problems): Source | null {
  const anchors = new Map<string, unknown>();
  const open = new Set<unknown>();
  const way: (string | number)[] = [];
  const forbidden: Path[] = [];
  let [aliasDepth, aliasValues, refused] = [0, 0, false];
  /** The alias in the text under which all others are being written out. */
  let outermost: unknown = null;
  const refuse = (code: "too-deep" | "too-many-aliases" | "wrong-type", node: unknown, message: string, advice: string): undefined => {
    if (!refused || code === "wrong-type") problems.direct({ code, severity: "error", file, ...at(startOf(node)), path: pathWords(way), message, advice });
    refused ||= code !== "wrong-type";
    return undefined;
  };
  const value = (node: unknown): unknown => {
    if (refused) return undefined;
    if (aliasDepth > 0 && ++aliasValues > aliasValueLimit) {
      return refuse("too-many-aliases", outermost, `The aliases of ${file} stand for more than ${aliasValueLimit} values; that is the limit.`, "Write the values out, or use fewer aliases inside aliases.");
    }
    if (way.length > depthLimit) return refuse("too-deep", node, `${file} nests lists and objects more than ${depthLimit} deep; the limit is ${depthLimit}.`, "No field of a scenario needs such depth.");
    if (isAlias(node)) return aliased(node);
    if (typeof node === "object" && node !== null && "anchor" in node && typeof node.anchor === "string") anchors.set(node.anchor, node);
    if (isScalar(node)) return node.value;
    open.add(node);
    const made = isSeq(node) ? list(node.items) : isMap(node) ? object(node.items) : null;
    open.delete(node);
    return made;
  };
  const aliased = (node: { source: string }): unknown => {
    const target = anchors.get(node.source);
    if (target === undefined) return refuse("too-many-aliases", node, `The alias *${printable(node.source)} names no anchor before it.`, "Put the anchor &NAME before its aliases.");
    if (open.has(target)) return refuse("too-many-aliases", node, `The alias *${printable(node.source)} stands inside the value that it names, which would never end.`, "Write the value out.");
    if (aliasDepth++ === 0) outermost = node;
    const made = value(target);
    aliasDepth--;
    return made;
  };
  const list = (items: readonly unknown[]): unknown[] => items.map((item, i) => {
    way.push(i);
    const made = value(item);
    way.pop();
    return made;
  });
  const object = (items: readonly { key: unknown; value: unknown }[]): Record<string, unknown> => {
    const made: Record<string, unknown> = {};
    const first = new Map<string, unknown>();
    for (const item of items) {
      const key = keyText(item.key);
      if (key === null) {
        refuse("wrong-type", item.key, `${pathWords(way) || file}: a key is not a text.`, "Keys are names; quote them if they look like something else.");
        continue;
      }
      way.push(key);
      const earlier = first.get(key);
      if (forbiddenKeys.has(key)) forbidden.push([...way]);
      else if (earlier === undefined) made[key] = value(item.value);
      else problems.direct(duplicateKey(file, way, at(startOf(item.key)), at(startOf(earlier))));
      first.set(key, earlier ?? item.key);
      way.pop();
    }
    return made;
  };
  const root = value(document.contents);
  const source: Source = { file, value: root, positions: (wanted) => wanted.map(({ path, onKey }) => positionOf(document, path, onKey, at)) };
  reportSurvey(source, { forbidden, broken: [] }, problems);
  return refused ? null : source;
}

/** The text of a key: what was written, also when it looks like a number or a boolean. */
function keyText(key: unknown): string | null {
  if (!isScalar(key)) return null;
  if (typeof key.value === "string") return key.value;
  return typeof key.source === "string" && key.source !== "" ? key.source : null;
}

function startOf(node: unknown): number {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range) ? Number(node.range[0]) : 0;
}

function positionOf(document: Document.Parsed, path: Path, onKey: boolean, at: (offset: number) => Position): Position | null {
  let node: unknown = document.contents;
  let found: unknown = node;
  for (const [depth, part] of path.entries()) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => keyText(key) === part);
      if (pair === undefined) break;
      node = pair.value;
      found = (onKey && depth === path.length - 1) || pair.value === null ? pair.key : pair.value;
    } else if (isSeq(holder) && typeof part === "number") {
      node = holder.items[part];
      if (node === undefined) break;
      found = node;
    } else {
      break;
    }
  }
  return found === null || found === undefined ? null : at(startOf(found));
}
