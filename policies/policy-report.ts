import type { Diagnostic, DiagnosticCode } from "../model/diagnostic.ts";
import type { PolicyDocument } from "../model/policy.ts";

/** Collects what is wrong with one policy. */
export interface PolicyReport {
  error(code: DiagnosticCode, path: string, message: string, advice: string): void;
  warning(code: DiagnosticCode, path: string, message: string, advice: string): void;
}

/** A report into a list; every message starts with the policy's id, every path with its place. */
export function reportInto(diagnostics: Diagnostic[], { id }: Pick<PolicyDocument, "id">): PolicyReport {
  const add = (severity: Diagnostic["severity"]) => (code: DiagnosticCode, path: string, message: string, advice: string): void => {
    diagnostics.push({
      code, severity, file: null, line: null, column: null, path: `policies[${id}]${path}`, message: `policy ${id}: ${message}`, advice,
    });
  };
  return { error: add("error"), warning: add("warning") };
}
