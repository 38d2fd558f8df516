import type { Diagnostic, DiagnosticCode } from "../model/diagnostic.ts";

/** The way to a value inside a document, from the top: keys and positions in lists. */
export type Path = readonly (string | number)[];

/** 1-based, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One text that was read: its value, and where each part of it stands. */
export interface Source {
  /** Null for a value that came from no file. */
  readonly file: string | null;
  readonly value: unknown;
  /** Tables that it names, by the name it gives them; null for one that could not be read. Absent where there are no files beside it. */
  readonly tables?: ReadonlyMap<string, Source | null>;
  /** Slow; asked only when there is something to report. Falls back to the nearest parent that is in the text. */
  positions(wanted: readonly { readonly path: Path; readonly onKey: boolean }[]): readonly (Position | null)[];
}

/** A value's place in a source. */
export interface Place {
  readonly source: Source;
  readonly path: Path;
}

/** The place below another one. */
export function below(place: Place, ...path: Path): Place {
  return { source: place.source, path: [...place.path, ...path] };
}

/** How many problems are told one by one; the rest is counted. */
export const shownProblems = 100;

interface Problem {
  readonly code: DiagnosticCode;
  readonly severity: "error" | "warning";
  readonly place: Place | null;
  readonly onKey: boolean;
  readonly message: string;
  readonly advice: string;
}

/** What a problem says; made only when the problem will be shown. */
type Words = () => { readonly message: string; readonly advice: string };

/**
 * Collects the problems of an input. Words are made for the first hundred only: a file with a million mistakes costs
 * no more than one with a hundred.
 */
export class Problems {
  readonly #shown: Problem[] = [];
  readonly #direct: Diagnostic[] = [];
  readonly #faulty = new Map<Source, Set<string>>();
  #errors = 0;
  #left = 0;

  /** Has anything been found that forbids using the input? */
  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  get errorCount(): number {
    return this.#errors;
  }

  error(code: DiagnosticCode, place: Place | null, words: Words, onKey = false): void {
    this.#errors++;
    if (place !== null) {
      const faulty = this.#faulty.get(place.source) ?? new Set<string>();
      this.#faulty.set(place.source, faulty.add(place.path.slice(0, 2).join("/")));
    }
    this.#add(code, "error", place, words, onKey);
  }

  /** Has an error been found in this item of a list at the top of a source, or in the list itself? */
  isFaulty(source: Source, list: string, item: number | string): boolean {
    const faulty = this.#faulty.get(source);
    return faulty !== undefined && (faulty.has(list) || faulty.has(`${list}/${item}`));
  }

  /** Has an error been found anywhere below this key at the top of a source? */
  isFaultyBelow(source: Source, key: string): boolean {
    return [...(this.#faulty.get(source) ?? [])].some((place) => place === key || place.startsWith(`${key}/`));
  }

  warning(code: DiagnosticCode, place: Place | null, words: Words): void {
    this.#add(code, "warning", place, words, false);
  }

  /** A problem that already knows its position: of reading, before there is a value. */
  direct(diagnostic: Diagnostic): void {
    if (diagnostic.severity === "error") this.#errors++;
    if (this.#direct.length < shownProblems) this.#direct.push(diagnostic);
    else this.#left++;
  }

  #add(code: DiagnosticCode, severity: "error" | "warning", place: Place | null, words: Words, onKey: boolean): void {
    if (this.#shown.length >= shownProblems) this.#left++;
    else this.#shown.push({ code, severity, place, onKey, ...words() });
  }

  /** All that was collected, in the order of the files and of the text, and at last how many more there are. */
  diagnostics(): readonly Diagnostic[] {
    const sources = [...new Set(this.#shown.flatMap(({ place }) => place === null ? [] : [place.source]))];
    const located = sources.flatMap((source) => locate(source, this.#shown.filter(({ place }) => place?.source === source)));
    const unplaced = this.#shown.filter(({ place }) => place === null).map((problem) => diagnostic(problem, null));
    const all = inOrder([...this.#direct, ...located, ...unplaced]);
    const told = all.slice(0, shownProblems);
    const left = this.#left + all.length - told.length;
    return left === 0 ? told : [...told, {
      code: "more-problems", severity: this.#errors > 0 ? "error" : "warning", file: null, line: null, column: null, path: "",
      message: `${left} more ${left === 1 ? "problem is" : "problems are"} not shown; the limit is ${shownProblems}.`,
      advice: "Correct those above and check again.",
    }];
  }
}

function locate(source: Source, problems: readonly Problem[]): readonly Diagnostic[] {
  const positions = source.positions(problems.map(({ place, onKey }) => ({ path: place?.path ?? [], onKey })));
  return problems.map((problem, i) => diagnostic(problem, positions[i] ?? null));
}

/** By file, in the order in which they are first named, and inside a file by line and column. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))];
  return [...diagnostics].sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function diagnostic({ code, severity, place, message, advice }: Problem, position: Position | null): Diagnostic {
  return {
    code, severity, file: place?.source.file ?? null, line: position?.line ?? null, column: position?.column ?? null,
    path: place === null ? "" : pathWords(place.path), message, advice,
  };
}

/** A path as people write it: `hosts[3].capacity.memoryMiB`. */
export function pathWords(path: Path): string {
  return path.map((part, i) => {
    if (typeof part === "number") return `[${part}]`;
    if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(part)) return `[${shown(part)}]`;
    return i === 0 ? part : `.${part}`;
  }).join("");
}

/** A value as a message shows it: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const words = printable(JSON.stringify(value) ?? String(value));
  return words.length <= 60 ? words : `${words.slice(0, 57)}...${typeof value === "string" ? "\"" : ""}`;
}

/** Characters that would play tricks on a terminal, made visible. */
export function printable(words: string): string {
  return words.replaceAll(/[\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFEFF\p{Cs}]/gu, (character) =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The thing that a path leads into, as people call it: `host h17`; empty at the top of the document. */
export function thingAt(root: unknown, path: Path): string {
  let value = root;
  let thing = "";
  for (const [i, part] of path.entries()) {
    if (typeof value !== "object" || value === null) break;
    value = Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined;
    if (typeof value !== "object" || value === null || !("id" in value) || typeof value.id !== "string") continue;
    // Parameters of a change may have an id that is only a reference.
    if (typeof part === "string" && part !== "service") continue;
    const kind = typeof part === "string" ? part : singular(path[i - 1]);
    thing = `${kind} ${printable(JSON.stringify(value.id).slice(1, -1)).slice(0, 80)}`;
  }
  return thing;
}

function singular(list: string | number | undefined): string {
  if (typeof list !== "string") return "item";
  return list.endsWith("ies") ? `${list.slice(0, -3)}y` : list.replace(/s$/, "");
}
