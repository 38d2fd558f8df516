import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RowFinding } from "../../../model/load.ts";
import { readTrace, type ReadTraceOptions, type TraceReading } from "../../../scenarios/traces/read.ts";

/** Reads files that exist for one test only, by name and contents. */
export async function readFiles(files: Readonly<Record<string, string | Uint8Array>>, options?: ReadTraceOptions): Promise<TraceReading> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-traces-"));
  try {
    for (const [name, contents] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), contents);
    }
    return await readTrace([folder], options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `kind outcome count @first-last` for each finding of a report. */
export function findingsOf({ report }: TraceReading): readonly string[] {
  return report.findings.map(words);
}

function words({ kind, outcome, count, places }: RowFinding): string {
  return `${kind} ${outcome} ${count} @${places.map(({ firstRow, lastRow }) => (firstRow === lastRow ? firstRow : `${firstRow}-${lastRow}`)).join(" ")}`;
}
