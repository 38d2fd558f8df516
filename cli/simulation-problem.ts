import type { Diagnostic, DiagnosticCode } from "../model/diagnostic.ts";

/** Something about the section `simulation` that only its load, or the whole, can tell. */
export function problemIn(code: DiagnosticCode, path: string, what: string, advice: string, severity: Diagnostic["severity"] = "error"): Diagnostic {
  return { code, severity, file: null, line: null, column: null, path, message: `${path}: ${what}.`, advice };
}
