import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic, DiagnosticCode } from "../../model/diagnostic.ts";
import { focusVersions, type FocusVersion } from "../../reports/index.ts";
import { fileProblem } from "../file-problem.ts";

/** A month that is closed: what was charged in it, and the files that say so, byte by byte. */
export interface ClosedMonth {
  /** `2026-10`. */
  readonly month: string;
  readonly focusVersion: FocusVersion;
  readonly closedAt: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

/** The closed months of a folder, in order. */
export interface Ledger {
  readonly closed: readonly ClosedMonth[];
}

const ledgerName = "focus-ledger.json";
const format = "stowage/focus-ledger/v1";

/** The ledger of a folder; an empty one where nothing has been closed. */
export async function readLedger(folder: string): Promise<{ readonly ledger: Ledger | null; readonly diagnostics: readonly Diagnostic[] }> {
  const file = path.join(folder, ledgerName);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const isNew = error instanceof Error && "code" in error && error.code === "ENOENT";
    return isNew ? { ledger: { closed: [] }, diagnostics: [] } : { ledger: null, diagnostics: [fileProblem(file, error, "read")] };
  }
  const ledger = ledgerOf(text);
  return ledger === null
    ? { ledger, diagnostics: [focusProblem("bad-format", file, `Ledger ${file} is damaged: it is not what \`--close\` wrote.`, "Bring it back from a backup; without it nobody knows which months are closed.")] }
    : { ledger, diagnostics: [] };
}

/** Written beside it and then put in its place, so that there is a whole one at any time. */
export async function writeLedger(folder: string, { closed }: Ledger): Promise<void> {
  const file = path.join(folder, ledgerName);
  await writeFile(`${file}.new`, `${JSON.stringify({ format, closed }, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function focusProblem(code: DiagnosticCode, file: string | null, message: string, advice: string, severity: Diagnostic["severity"] = "error"): Diagnostic {
  return { code, severity, file, line: null, column: null, path: "", message, advice };
}

function ledgerOf(text: string): Ledger | null {
  try {
    const document: unknown = JSON.parse(text);
    return isRecord(document) && document["format"] === format && Array.isArray(document["closed"]) && document["closed"].every(isClosedMonth)
      ? { closed: document["closed"] }
      : null;
  } catch {
    return null;
  }
}

function isClosedMonth(value: unknown): value is ClosedMonth {
  return isRecord(value) && typeof value["month"] === "string" && /^\d{4}-\d{2}$/.test(value["month"]) && typeof value["closedAt"] === "string" &&
    focusVersions.some((version) => version === value["focusVersion"]) && Array.isArray(value["files"]) && value["files"].every(isKeptFile);
}

/** Files lie beside the ledger: a name that leads elsewhere is none of its own. */
function isKeptFile(value: unknown): boolean {
  return isRecord(value) && typeof value["name"] === "string" && /^focus-[a-z0-9-]+\.(csv|parquet)$/.test(value["name"]) && typeof value["sha256"] === "string";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
