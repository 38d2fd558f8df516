import type { Diagnostic, DiagnosticCode } from "../../model/diagnostic.ts";

/** Why an input cannot be imported at all; caught by the importer's door and told as a diagnostic. */
export class UnreadableImport extends Error {
  readonly code: DiagnosticCode;
  readonly advice: string;

  constructor(code: DiagnosticCode, message: string, advice: string) {
    super(message);
    this.code = code;
    this.advice = advice;
  }
}

export function importProblem(file: string, { code, message, advice }: UnreadableImport): Diagnostic {
  return { code, severity: "error", file, line: null, column: null, path: "", message, advice };
}
