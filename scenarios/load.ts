import path from "node:path";
import type { Diagnostic, DiagnosticCode } from "../model/diagnostic.ts";
import type { Scenario } from "../model/scenario.ts";
import { nearestWord } from "../policies/index.ts";
import { composeScenario } from "./compose.ts";
import { decode } from "./decode.ts";
import { diskFiles, type InputFiles } from "./input-files.ts";
import { isInstant } from "./instant.ts";
import { readJson } from "./json-text.ts";
import { certainOf, locateSections, locateThings } from "./locate.ts";
import { Problems, printable, shown, type Place, type Source } from "./problem.ts";
import { readTable, tablesIn } from "./table-file.ts";
import { readYaml } from "./yaml-text.ts";

/** Limits in mebibytes. YAML is read twenty times as slowly as JSON, so it is bounded more tightly. */
export const jsonLimitMiB = 128;
const yamlLimitMiB = 8;

/** Of a table that a scenario names. */
const tableLimitMiB = 8;

/** How many files one scenario may be composed of, and how many tables it may name. */
const fileLimit = 100;

export interface LoadOptions {
  /** The instant that expiries and windows are compared with; goes before what the files say. */
  readonly asOf?: string;
  /** Limit of one file's size, instead of 128 MiB for JSON and 8 MiB for YAML. */
  readonly maxInputMiB?: number;
  readonly files?: InputFiles;
}

/** A scenario, or null, and all that is to be said about the input. */
export interface Loaded {
  readonly scenario: Scenario | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What is said later about policies, services, objectives and the section `simulation`, with its file and line. */
  locate(diagnostics: readonly Diagnostic[]): readonly Diagnostic[];
  /** The sound part of an input that has errors: its policies can be checked beside them. Null when a file could not be read. */
  readonly sound: Scenario | null;
  /** What was found about the policies of the sound part, without what may only follow from the errors. */
  certain(diagnostics: readonly Diagnostic[]): readonly Diagnostic[];
}

/**
 * Loads a scenario from files, left to right: a base fleet first, then what is laid over it. A file's `include` comes
 * before the file itself, and no file is read twice. "-" is standard input.
 */
export async function loadScenario(paths: readonly string[], options: LoadOptions = {}): Promise<Loaded> {
  const { sources, problems } = await readSources(paths, options);
  return finish(sources, problems, options.asOf);
}

/** The documents in files and in what they include, in the order of composition. */
export async function readSources(paths: readonly string[], options: LoadOptions = {}): Promise<{ readonly sources: readonly Source[]; readonly problems: Problems }> {
  const loader = new Loader(options);
  if (paths.length === 0) loader.problems.direct(plain("usage", null, "No scenario file is named; at least one is needed.", "Name a file, or - for standard input."));
  for (const file of paths) await loader.add(file, file === "-" ? "standard input" : file, []);
  return loader;
}

/** The same for one text, without files: `include` is refused. The name decides between JSON and YAML by its ending. */
export function parseScenarioText(text: string, fileName: string, options: { readonly asOf?: string } = {}): Loaded {
  return parseScenarioTexts([{ text, fileName }], options);
}

/** The same for several texts, composed in this order. */
export function parseScenarioTexts(texts: readonly { readonly text: string; readonly fileName: string }[], options: { readonly asOf?: string } = {}): Loaded {
  const problems = new Problems();
  const sources = texts.flatMap(({ text, fileName }) => {
    const source = readText(text, fileName, problems);
    if (source !== null && includesOf(source).length > 0) {
      problems.error("not-allowed", { source, path: ["include"] }, () => ({ message: "include is not allowed in a text that comes from no file.", advice: "Load the scenario from its file." }));
    }
    return source ?? [];
  });
  return finish(sources, problems, options.asOf);
}

function finish(sources: readonly Source[], problems: Problems, asOf: string | undefined): Loaded {
  if (asOf !== undefined && !isInstant(asOf)) {
    problems.direct(plain("bad-format", null, `The instant given is ${shown(asOf)}; it must be a UTC instant with Z.`, "For example 2026-11-21T18:30:00Z."));
  }
  const allRead = !problems.hasErrors;
  const { scenario, sound, places } = composeScenario(sources, problems, asOf);
  return {
    scenario, diagnostics: problems.diagnostics(),
    locate: (diagnostics) => locateSections(locateThings(diagnostics, places), sources),
    // A file that could not be read may have held anything.
    sound: allRead ? sound?.scenario ?? null : null,
    certain: (diagnostics) => certainOf(diagnostics, sound?.doubtful ?? new Set(), places),
  };
}

/** JSON or YAML: by the ending of the name, else by the first character. */
function isJson(name: string, start: string): boolean {
  const ending = path.extname(name).toLowerCase();
  if (ending === ".json") return true;
  return ending !== ".yaml" && ending !== ".yml" && /^\s*[[{]/.test(start);
}

function readText(text: string, file: string, problems: Problems): Source | null {
  const source = text.trim() === "" ? null : isJson(file, text.slice(0, 4096)) ? readJson(text, file, problems) : readYaml(text, file, problems);
  const format = source === null ? null : ownFormatOf(source);
  if (format !== null) {
    problems.direct({ ...plain("bad-format", file, `${file} is a document of the format ${shown(format)}; a scenario is expected here.`, adviceOnFormat(format)), line: 1, column: 1 });
    return null;
  }
  if (text.trim() !== "" && source?.value !== null) return source;
  problems.direct({ ...plain("bad-syntax", file, `${file} is empty; a scenario is an object of keys and values.`, "Start with apiVersion: stowage/v1 and name: NAME."), line: 1, column: 1 });
  return null;
}

/** The format that the commands write into what they print: a plan or a report given by mistake is told as such. */
function ownFormatOf({ value }: Source): string | null {
  if (typeof value !== "object" || value === null || !("format" in value) || typeof value.format !== "string") return null;
  return value.format.startsWith("stowage/") ? value.format : null;
}

function adviceOnFormat(format: string): string {
  return format.startsWith("stowage/plan") ? "Plans go to `stowage verify PLAN FILES`, `stowage diff` and the option --plan." : "Name the scenario's own files.";
}

function includesOf({ value }: Source): readonly string[] {
  if (typeof value !== "object" || value === null || !("include" in value) || !Array.isArray(value.include)) return [];
  return value.include.filter((file: unknown) => typeof file === "string");
}

function plain(code: DiagnosticCode, file: string | null, message: string, advice: string): Diagnostic {
  return { code, severity: "error", file, line: null, column: null, path: "", message, advice };
}

/** Reads files and what they include. The order of `sources` is the order of composition. */
class Loader {
  readonly sources: Source[] = [];
  readonly problems = new Problems();
  readonly #files: InputFiles;
  readonly #maxInputMiB: number | undefined;
  readonly #seen = new Set<string>();
  #tables = 0;

  constructor({ files, maxInputMiB }: LoadOptions) {
    this.#files = files ?? diskFiles;
    this.#maxInputMiB = maxInputMiB;
  }

  /** `open` are the files that wait for this one, outermost first; `by` is the place that names it. */
  async add(file: string, name: string, open: readonly string[], by: Place | null = null): Promise<void> {
    const tell = this.#tellAt(by, name);
    if (file === "") {
      tell("file-not-found", "The name of a file is empty.", "Name a file, or - for standard input.");
      return;
    }
    const identity = file === "-" ? "-" : await this.#files.identity(file).catch(() => path.resolve(file));
    if (open.includes(identity)) {
      const circle = [...open.slice(open.indexOf(identity)), identity].map((one) => path.basename(one)).join(" includes ");
      tell("include-cycle", `${name} includes itself: ${circle}.`, "Take one of these includes away.");
      return;
    }
    if (this.#seen.has(identity)) return;
    this.#seen.add(identity);
    if (this.#seen.size > fileLimit) {
      if (this.#seen.size === fileLimit + 1) tell("not-allowed", `The scenario is composed of more than ${fileLimit} files; the limit is ${fileLimit}.`, "Join some of them.");
      return;
    }
    const text = await this.#text(file, name, tell);
    const read = text === null ? null : readText(text, name, this.problems);
    if (read === null) return;
    const tables = new Map<string, Source | null>();
    const source: Source = { ...read, tables };
    const base = file === "-" ? "." : path.dirname(file);
    for (const [i, included] of includesOf(source).entries()) {
      const place = { source, path: ["include", i] };
      if (included === "-" || included.includes("\0")) {
        this.problems.error("not-allowed", place, () => ({ message: `include names ${shown(included)}; only files can be included.`, advice: "Name a file relative to this one." }));
      } else {
        const target = path.join(path.isAbsolute(included) ? "" : base, included);
        await this.add(target, target, [...open, identity], place);
      }
    }
    await this.#addTables(source, base, tables);
    this.sources.push(source);
  }

  /** Reads the tables that a document names, each once. */
  async #addTables(source: Source, base: string, tables: Map<string, Source | null>): Promise<void> {
    for (const { file, kind, path: at } of tablesIn(source)) {
      const key = `${kind} ${file}`;
      if (tables.has(key)) continue;
      const tell = this.#tellAt({ source, path: at }, file);
      tables.set(key, null);
      if (file === "" || file === "-" || file.includes("\0")) tell("not-allowed", `${shown(file)} is no file; a table is read from a file.`, "Name a file relative to this one.");
      else if (++this.#tables > fileLimit) tell("not-allowed", `The scenario names more than ${fileLimit} tables; the limit is ${fileLimit}.`, "Join some of them.");
      else {
        const target = path.join(path.isAbsolute(file) ? "" : base, file);
        const text = await this.#text(target, target, tell, tableLimitMiB);
        if (text !== null) tables.set(key, readTable(text, target, kind, this.problems));
      }
    }
  }

  /** Tells at the place that names a file, or of the file itself. */
  #tellAt(by: Place | null, name: string): (code: DiagnosticCode, message: string, advice: string) => void {
    return (code, message, advice) => {
      if (by === null) this.problems.direct(plain(code, name, message, advice));
      else this.problems.error(code, by, () => ({ message, advice }));
    };
  }

  async #text(file: string, name: string, tell: (code: DiagnosticCode, message: string, advice: string) => void, limitMiB = this.#maxInputMiB ?? jsonLimitMiB): Promise<string | null> {
    const shownName = printable(name);
    const tooLarge = (size: string, limit: number): null => {
      tell("file-too-large", `${shownName} has ${size}; the limit is ${limit} MiB.`,
        limit < limitMiB ? "Write large fleets as JSON: the same keys, twenty times as fast." : "Split the scenario into several files, or raise the limit.");
      return null;
    };
    try {
      const size = file === "-" ? null : await this.#files.sizeBytes(file);
      const yamlMiB = Math.min(limitMiB, this.#maxInputMiB ?? yamlLimitMiB);
      const likelyMiB = /\.ya?ml$/i.test(file) ? yamlMiB : limitMiB;
      if (size !== null && size > likelyMiB * 1_048_576) return tooLarge(`${Math.ceil(size / 1_048_576)} MiB`, likelyMiB);
      const bytes = await this.#files.read(file, likelyMiB * 1_048_576);
      if (bytes.length > likelyMiB * 1_048_576) return tooLarge(`more than ${likelyMiB} MiB`, likelyMiB);
      const decoded = decode(bytes, shownName);
      if ("problem" in decoded) {
        this.problems.direct(decoded.problem);
        return null;
      }
      if (bytes.length > yamlMiB * 1_048_576 && !isJson(file, decoded.text.slice(0, 4096))) return tooLarge(`${Math.ceil(bytes.length / 1_048_576)} MiB of YAML`, yamlMiB);
      return decoded.text;
    } catch (error) {
      await this.#tellUnreadable(file, shownName, error, tell);
      return null;
    }
  }

  async #tellUnreadable(file: string, shownName: string, error: unknown, tell: (code: DiagnosticCode, message: string, advice: string) => void): Promise<void> {
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
    switch (code) {
      case "ENOENT": case "ENOTDIR": {
        const siblings = await this.#files.list(path.dirname(file)).catch(() => []);
        const near = nearestWord(path.basename(file), siblings);
        tell("file-not-found", `${shownName} does not exist.`, near === null ? "Check the name and the folder." : `Did you mean ${printable(path.join(path.dirname(file), near))}?`);
        break;
      }
      case "EISDIR":
        tell("file-unreadable", `${shownName} is a folder; a scenario is a file.`, "Name the files in it.");
        break;
      case "EACCES": case "EPERM":
        tell("file-unreadable", `${shownName} may not be read by this user.`, "Change its permissions.");
        break;
      default:
        tell("file-unreadable", `${shownName} cannot be read${code === "" ? "" : ` (${code})`}.`, "Check the file and its disk.");
    }
  }
}
