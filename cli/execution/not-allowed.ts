import type { Diagnostic } from "../../model/diagnostic.ts";

/** Something that may not be, with the way out. */
export function notAllowed(message: string, advice: string, path = ""): Diagnostic {
  return { code: "not-allowed", severity: "error", file: null, line: null, column: null, path, message, advice };
}
