import { dirname } from "node:path";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { compareIds } from "../../model/ids.ts";
import { compareSubjects, type LoadResource, type LoadSeries, type LoadTrace, type ReadReport, type RowFinding } from "../../model/load.ts";
import { bitbrains } from "./bitbrains.ts";
import { traceFiles, type TraceFile } from "./files.ts";
import { opendc } from "./opendc.ts";
import { ownCsv } from "./own-csv.ts";
import { ownParquet } from "./own-parquet.ts";
import { planetlab } from "./planetlab.ts";
import { traceProblem, type FileReading, type TraceFormat, type TraceFormatName, type TraceOptions } from "./reading.ts";
import { recognise } from "./recognise.ts";
import { UnreadableInput } from "./unreadable.ts";

export const traceFormats: readonly TraceFormat[] = [bitbrains, ownCsv, opendc, ownParquet, planetlab];

export type ReadTraceOptions = Partial<TraceOptions> & {
  /** What the files are said to be; found out when absent. */
  readonly format?: TraceFormatName;
  /**
   * Takes each series as its file has been read, so that no more than a file is in memory; the trace is then empty.
   * Series come in the order of the files, those of a file in the order in which it first names them.
   */
  readonly each?: (series: LoadSeries, resources: readonly LoadResource[]) => void;
};

/** What was read: all diagnostics, and a trace when there is load in it and no error. */
export interface TraceReading {
  readonly trace: LoadTrace | null;
  readonly report: ReadReport;
  readonly diagnostics: readonly Diagnostic[];
}

const headBytes = 4096;
const problemsMax = 100;

/**
 * Reads traces from files, folders and archives, each file as a stream. Whatever is not simply what stands there is in
 * the report; values that cannot be are in the diagnostics too.
 */
export async function readTrace(paths: readonly string[], options: ReadTraceOptions = {}): Promise<TraceReading> {
  const trace = new TraceInMaking(options.each);
  const folders = new Set<string>();
  const unreadable = (path: string, error: unknown): void => {
    if (!(error instanceof UnreadableInput)) throw error;
    trace.problem(traceProblem("file-unreadable", "error", path, null, `${error.message}.`, "Give files, folders or tar archives that can be read."));
  };
  for (const path of paths) {
    try {
      for await (const file of traceFiles(path)) {
        const reading = await readFile(file, options, folders).catch((error: unknown) => unreadable(file.name, error));
        if (reading !== null && reading !== undefined) trace.add(file.name, reading);
      }
    } catch (error) {
      unreadable(path, error);
    }
  }
  return trace.finish();
}

/** Null when the file is the other half of what has been read. */
async function readFile(file: TraceFile, options: ReadTraceOptions, folders: Set<string>): Promise<FileReading | { readonly problem: Diagnostic } | null> {
  const { head, chunks } = await peeked(file.chunks);
  const found = await recognise(head, file.path);
  const name = options.format ?? ("format" in found ? found.format : null);
  if (name === null || !("format" in found) || found.format !== name) return { problem: otherKind(file.name, found, options.format) };
  if (name === "opendc" && file.path !== null) {
    if (folders.has(dirname(file.path))) return null;
    folders.add(dirname(file.path));
  }
  const format = traceFormats.find((each) => each.name === name);
  if (format === undefined) return null;
  return format.read({ ...file, chunks }, {
    cpu: options.cpu ?? null, stepMs: options.stepMs ?? null, fill: options.fill ?? "hold",
    resources: options.resources ?? [], fullMillicores: options.fullMillicores ?? 1000,
  });
}

function otherKind(file: string, found: Awaited<ReturnType<typeof recognise>>, wanted: TraceFormatName | undefined): Diagnostic {
  const title = (name: TraceFormatName): string => traceFormats.find((each) => each.name === name)?.title ?? name;
  const is = "instead" in found ? found.instead : title(found.format);
  const message = wanted === undefined ? `${file} is no trace of a known format: it is ${is}.` : `${file} is said to be ${title(wanted)}, but it is ${is}.`;
  const advice = "format" in found ? `Say format ${found.format}, or leave it out.` : `Formats are ${traceFormats.map(({ title }) => title).join(", ")}.`;
  return traceProblem("bad-format", "error", file, null, message, advice);
}

/** The beginning of a stream, and the whole of it. */
async function peeked(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly head: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < headBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    parts.push(next.value);
    size += next.value.length;
  }
  async function* again(): AsyncGenerator<Uint8Array> {
    yield* parts;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head: Buffer.concat(parts).subarray(0, headBytes), chunks: again() };
}

function names(resources: readonly LoadResource[]): string {
  return resources.map(({ name }) => name).join(", ");
}

/** Puts the files of a trace together. */
class TraceInMaking {
  readonly #series: LoadSeries[] = [];
  readonly #fileOf = new Map<string, string>();
  readonly #findings: RowFinding[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  readonly #each: ReadTraceOptions["each"];
  #resources: readonly LoadResource[] | null = null;
  #files = 0;
  #rows = 0;
  #rowsKept = 0;

  constructor(each: ReadTraceOptions["each"]) {
    this.#each = each;
  }

  add(file: string, reading: FileReading | { readonly problem: Diagnostic }): void {
    this.#files++;
    if ("problem" in reading) return this.problem(reading.problem);
    this.#rows += reading.rows;
    this.#rowsKept += reading.rowsKept;
    const findings = reading.findings.list();
    this.#findings.push(...findings);
    this.#diagnostics.push(...reading.diagnostics, ...findings.flatMap(impossibleValues));
    if (reading.series.length === 0) {
      if (reading.diagnostics.length === 0) this.problem(traceProblem("bad-format", "error", file, null, `${file} has no load in it: none of its ${reading.rows} rows could be used.`, "See the findings of the report for why."));
      return;
    }
    this.#resources ??= reading.resources;
    if (names(reading.resources) !== names(this.#resources)) {
      this.problem(traceProblem("contradiction", "error", file, null, `${file} has load for ${names(reading.resources)}, the files before it for ${names(this.#resources)}.`, "Read traces with different resources one after another."));
      return;
    }
    for (const series of reading.series) this.#addSeries(file, series);
  }

  #addSeries(file: string, series: LoadSeries): void {
    const { workload, application } = series.subject;
    const key = JSON.stringify([workload, application]);
    const before = this.#fileOf.get(key);
    if (before === undefined) {
      this.#fileOf.set(key, file);
      if (this.#each === undefined) this.#series.push(series);
      else this.#each(series, this.#resources ?? []);
      return;
    }
    const who = application === null ? `workload ${workload}` : `application ${application} in workload ${workload}`;
    this.problem(traceProblem("duplicate-id", "error", file, null, `${who} is in ${before} and again in ${file}.`, "Read one folder at a time, or give the files different names."));
  }

  problem(problem: Diagnostic): void {
    this.#diagnostics.push(problem);
  }

  finish(): TraceReading {
    if (this.#files === 0 && this.#diagnostics.length === 0) this.problem(traceProblem("file-not-found", "error", "", null, "There is no file to read.", "Give at least one file, or a folder that is not empty."));
    const failed = this.#diagnostics.some(({ severity }) => severity === "error");
    const more = this.#diagnostics.length - problemsMax;
    const diagnostics = this.#diagnostics.slice(0, problemsMax);
    if (more > 0) diagnostics.push(traceProblem("more-problems", failed ? "error" : "warning", "", null, `${more} more problems are not shown.`, "Solve these first."));
    const series = this.#series.sort((a, b) => compareSubjects(a.subject, b.subject));
    const findings = this.#findings.sort((a, b) => compareIds(a.file, b.file));
    return {
      trace: failed ? null : { resources: this.#resources ?? [], series },
      report: { files: this.#files, rows: this.#rows, rowsKept: this.#rowsKept, findings },
      diagnostics,
    };
  }
}

/** Values that no machine can have are not only counted: somebody should look at where they come from. */
function impossibleValues({ kind, outcome, file, count, places }: RowFinding): readonly Diagnostic[] {
  if (!["negative-value", "not-a-number", "value-too-large", "above-provisioned"].includes(kind)) return [];
  const place = places[0];
  const rows = count === 1 ? "one row" : `${count} rows`;
  return [traceProblem(kind === "not-a-number" ? "wrong-type" : "out-of-range", "warning", file, place?.firstRow ?? null,
    `${file}: ${place?.found ?? kind} (${rows} of this kind, ${outcome}).`, kind === "above-provisioned" ? "The load counts as it was measured." : "What is left out counts as a gap.")];
}
