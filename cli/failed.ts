import type { Diagnostic } from "../model/diagnostic.ts";
import type { CommandResult } from "./command-result.ts";
import { exitCodes } from "./exit-code.ts";

/** The result of a command whose input cannot be used: its diagnostics and nothing else. */
export function failed(diagnostics: readonly Diagnostic[]): CommandResult {
  return {
    exitCode: exitCodes.error, diagnostics, text: () => "",
    document: { format: "stowage/error/v1", exitCode: exitCodes.error, diagnostics },
  };
}

/** Bad usage as a diagnostic. */
export function usageProblem(message: string, advice: string): Diagnostic {
  return { code: "usage", severity: "error", file: null, line: null, column: null, path: "", message, advice };
}
