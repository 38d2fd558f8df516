import type { Diagnostic, DiagnosticCode } from "../../model/diagnostic.ts";
import type { LoadResource, LoadSeries, TraceFormatName } from "../../model/load.ts";
import type { TraceFile } from "./files.ts";
import type { Findings } from "./findings.ts";
import type { SeriesBuilder, SeriesOptions } from "./series-builder.ts";

export interface TraceOptions {
  /** In what processor use is wanted: in cores of the machine's own speed, or in MHz. Null: as the format has it. */
  readonly cpu: "cpuMillicores" | "cpuMHz" | null;
  /** Time between samples; null: as the format says, or found in the file. */
  readonly stepMs: number | null;
  readonly fill: SeriesOptions["fill"];
  /** Resources of the fleet beside the known ones that a CSV or Parquet file may have columns for. */
  readonly resources: readonly LoadResource[];
  /** What 100 % of a PlanetLab machine is, in thousandths of a core. */
  readonly fullMillicores: number;
}

/** What one file gave. */
export interface FileReading {
  readonly resources: readonly LoadResource[];
  readonly series: readonly LoadSeries[];
  readonly rows: number;
  readonly rowsKept: number;
  readonly findings: Findings;
  readonly diagnostics: readonly Diagnostic[];
}

/** One way to write traces down. */
export interface TraceFormat {
  readonly name: TraceFormatName;
  /** What people call it: `GWA-T-12 Bitbrains CSV`. */
  readonly title: string;
  read(file: TraceFile, options: TraceOptions): Promise<FileReading>;
}

export type { TraceFormatName };

/** A problem of a trace, at a row of a file. */
export function traceProblem(
  code: DiagnosticCode, severity: Diagnostic["severity"], file: string, line: number | null, message: string, advice: string,
): Diagnostic {
  return { code, severity, file, line, column: null, path: "", message, advice };
}

/** A file that cannot be read as what it should be. */
export function nothingRead(findings: Findings, problem: Diagnostic): FileReading {
  return { resources: [], series: [], rows: 0, rowsKept: 0, findings, diagnostics: [problem] };
}

/** Ends all builders of a file. */
export function finished(
  builders: Iterable<SeriesBuilder>, resources: readonly LoadResource[], findings: Findings, rows: number, options: SeriesOptions,
): FileReading {
  const done = [...builders].flatMap((builder) => builder.finish(options) ?? []);
  return {
    resources, findings, rows, diagnostics: [],
    series: done.map(({ series }) => series),
    rowsKept: done.reduce((sum, { rowsKept }) => sum + rowsKept, 0),
  };
}
