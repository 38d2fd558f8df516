import { createScanner, printParseErrorCode, visit, type ParseErrorCode } from "jsonc-parser";
import type { Path, Position, Problems, Source } from "./problem.ts";
import { pathWords, shown } from "./problem.ts";
import { depthLimit, survey } from "./plain-value.ts";

/**
 * Reads JSON. The fast way is JSON.parse, guarded by one scan that bounds the depth and counts members: fewer members
 * in the value than in the text means that a key was given twice. Positions are looked up only when asked for.
 */
export function readJson(text: string, file: string, problems: Problems): Source | null {
  const { members, tooDeepAt } = scan(text);
  if (tooDeepAt !== null) {
    problems.direct({
      code: "too-deep", severity: "error", file, ...positionAt(text, tooDeepAt), path: "",
      message: `${file} nests lists and objects more than ${depthLimit} deep; the limit is ${depthLimit}.`,
      advice: "No field of a scenario needs such depth: look for an unclosed bracket at this place.",
    });
    return null;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    problems.direct(syntaxProblem(text, file, error));
    return null;
  }
  const found = survey(value, /\\u[dD][89a-fA-F]/.test(text));
  const source: Source = { file, value, positions: (wanted) => positionsIn(text, wanted) };
  if (found.members < members) reportDuplicates(text, file, problems);
  reportSurvey(source, found, problems);
  return source;
}

/** What every reader reports about the value itself. */
export function reportSurvey(source: Source, found: { readonly forbidden: readonly Path[]; readonly broken: readonly Path[] }, problems: Problems): void {
  for (const path of found.forbidden) {
    problems.error("forbidden-key", { source, path }, () => ({
      message: `${pathWords(path)}: the key ${shown(path.at(-1))} is not allowed anywhere.`, advice: "Remove it, or choose another name.",
    }), true);
  }
  for (const path of found.broken) {
    problems.error("bad-encoding", { source, path }, () => ({
      message: `${pathWords(path)} holds half of a character (a lone surrogate); only whole characters can be written.`, advice: "Write the character itself, or both halves.",
    }));
  }
}

/** One pass over the characters: how many members are written, and where nesting passes the limit. */
function scan(text: string): { readonly members: number; readonly tooDeepAt: number | null } {
  let [depth, members] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // a string
        i = endOfString(text, i);
        break;
      case 0x3a: // a colon
        members++;
        break;
      case 0x5b: case 0x7b:
        if (++depth > depthLimit) return { members, tooDeepAt: i };
        break;
      case 0x5d: case 0x7d:
        depth--;
        break;
    }
  }
  return { members, tooDeepAt: null };
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf("\"", start + 1); end >= 0; end = text.indexOf("\"", end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

class FirstError extends Error {
  readonly offset: number;
  readonly parseError: ParseErrorCode;
  constructor(offset: number, parseError: ParseErrorCode) {
    super("first error");
    this.offset = offset;
    this.parseError = parseError;
  }
}

const expectations: Readonly<Record<string, string>> = {
  InvalidSymbol: "an unknown word stands here",
  InvalidNumberFormat: "a number is not written as JSON writes numbers",
  PropertyNameExpected: "a key in double quotes is expected here",
  ValueExpected: "a value is expected here",
  ColonExpected: "a colon is expected here",
  CommaExpected: "a comma is expected here",
  CloseBraceExpected: "a closing } is missing",
  CloseBracketExpected: "a closing ] is missing",
  EndOfFileExpected: "something follows after the end of the value",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfString: "a text is not closed by a double quote",
  UnexpectedEndOfNumber: "a number ends too early",
  InvalidUnicode: "\\u must be followed by four hexadecimal digits",
  InvalidEscapeCharacter: "a backslash is followed by a character that JSON does not escape",
  InvalidCharacter: "a text holds a control character; write it as \\n, \\t or \\u00..",
};

/** The first error only: what a parser says after it is mostly wrong. Stopping there also keeps its depth bounded. */
function syntaxProblem(text: string, file: string, error: unknown): Parameters<Problems["direct"]>[0] {
  let [offset, what] = [0, error instanceof Error ? error.message.slice(0, 200) : "it cannot be parsed"];
  try {
    visit(text, { onError: (parseError, at) => { throw new FirstError(at, parseError); } }, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  } catch (first) {
    if (!(first instanceof FirstError)) throw first;
    offset = first.offset;
    what = expectations[printParseErrorCode(first.parseError)] ?? what;
  }
  return {
    code: "bad-syntax", severity: "error", file, ...positionAt(text, offset), path: "",
    message: `${file} is not valid JSON: ${what}.`,
    advice: "Correct the text at this place; comments, trailing commas and single quotes belong to YAML files only.",
  };
}

function positionAt(text: string, offset: number): Position {
  let [line, start] = [1, 0];
  for (let newline = text.indexOf("\n"); newline >= 0 && newline < offset; newline = text.indexOf("\n", newline + 1)) {
    line++;
    start = newline + 1;
  }
  return { line, column: offset - start + 1 };
}

interface Walker {
  open(kind: "object" | "list"): void;
  close(): void;
  key(raw: string, at: Position): void;
  value(at: Position): void;
  next(): void;
}

/** Walks over the tokens of valid JSON without recursion. */
function walk(text: string, walker: Walker): void {
  const scanner = createScanner(text, true);
  const kinds: ("object" | "list")[] = [];
  let keyIsNext = false;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const at = { line: scanner.getTokenStartLine() + 1, column: scanner.getTokenStartCharacter() + 1 };
    const start = scanner.getTokenOffset();
    const character = text.charAt(start);
    switch (character) {
      case "{": case "[": {
        const kind = character === "{" ? "object" : "list";
        walker.value(at);
        walker.open(kind);
        kinds.push(kind);
        keyIsNext = kind === "object";
        break;
      }
      case "}": case "]":
        kinds.pop();
        keyIsNext = false;
        walker.close();
        break;
      case ",":
        keyIsNext = kinds.at(-1) === "object";
        walker.next();
        break;
      case ":":
        break;
      default:
        if (keyIsNext) walker.key(text.slice(start, start + scanner.getTokenLength()), at);
        else walker.value(at);
        keyIsNext = false;
    }
  }
}

function reportDuplicates(text: string, file: string, problems: Problems): void {
  const frames: { readonly keys: Map<string, Position> | null; index: number; key: string }[] = [];
  walk(text, {
    open: (kind) => { frames.push({ keys: kind === "object" ? new Map<string, Position>() : null, index: 0, key: "" }); },
    close: () => { frames.pop(); },
    value: () => {},
    next: () => { const top = frames.at(-1); if (top !== undefined) top.index++; },
    key: (raw, at) => {
      const top = frames.at(-1);
      if (top === undefined || top.keys === null) return;
      top.key = String(JSON.parse(raw));
      const first = top.keys.get(top.key);
      if (first === undefined) top.keys.set(top.key, at);
      else problems.direct(duplicateKey(file, frames.map((frame) => (frame.keys === null ? frame.index : frame.key)), at, first));
    },
  });
}

/** The problem of a key that an object has twice. */
export function duplicateKey(file: string, path: Path, at: Position, first: Position): Parameters<Problems["direct"]>[0] {
  return {
    code: "duplicate-key", severity: "error", file, ...at, path: pathWords(path),
    message: `${pathWords(path)}: the key ${shown(path.at(-1))} is given twice, first at line ${first.line}, column ${first.column}.`,
    advice: "Keep one of the two.",
  };
}

interface Wanted {
  readonly children: Map<string | number, Wanted>;
  key: Position | null;
  value: Position | null;
}

const wantedNode = (): Wanted => ({ children: new Map(), key: null, value: null });

function positionsIn(text: string, wanted: readonly { readonly path: Path; readonly onKey: boolean }[]): readonly (Position | null)[] {
  const root = wantedNode();
  const ways = wanted.map(({ path, onKey }) => {
    const nodes = [root];
    for (const part of path) {
      const parent = nodes.at(-1) ?? root;
      const child = parent.children.get(part) ?? wantedNode();
      parent.children.set(part, child);
      nodes.push(child);
    }
    return { nodes, onKey };
  });
  fillPositions(text, root);
  return ways.map(({ nodes, onKey }) => {
    const target = nodes.at(-1);
    if (onKey && target?.key) return target.key;
    return nodes.findLast((node) => node.value !== null)?.value ?? null;
  });
}

function fillPositions(text: string, root: Wanted): void {
  let slot: Wanted | undefined = root;
  const frames: { readonly node: Wanted | undefined; readonly kind: "object" | "list"; index: number }[] = [];
  walk(text, {
    open: (kind) => {
      frames.push({ node: slot, kind, index: 0 });
      slot = kind === "list" ? slot?.children.get(0) : undefined;
    },
    close: () => { frames.pop(); slot = undefined; },
    value: (at) => { if (slot !== undefined) slot.value ??= at; },
    next: () => {
      const top = frames.at(-1);
      if (top?.kind === "list") slot = top.node?.children.get(++top.index);
    },
    key: (raw, at) => {
      const top = frames.at(-1);
      slot = top?.node === undefined ? undefined : top.node.children.get(String(JSON.parse(raw)));
      if (slot !== undefined) slot.key ??= at;
    },
  });
}
