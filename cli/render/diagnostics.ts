import type { Diagnostic } from "../../model/diagnostic.ts";
import { groupThousands } from "./money.ts";
import type { Paint } from "./paint.ts";
import { wrap } from "./text.ts";

interface View {
  readonly paint: Paint;
  readonly columns: number;
}

/** Diagnostics for people: where, what is wrong, the way out; errors first, then the counts. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], view: View): string {
  if (diagnostics.length === 0) return "";
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.filter(({ severity }) => severity === "warning");
  const counts = ([[errors.length, "error"], [warnings.length, "warning"]] as const)
    .filter(([count]) => count > 0).map(([count, noun]) => countWords(count, noun));
  const blocks = [...errors, ...warnings].map((diagnostic) => renderOne(diagnostic, view));
  return `${blocks.join("\n")}\n${counts.join(", ")}.\n`;
}

function renderOne(diagnostic: Diagnostic, { paint, columns }: View): string {
  const label = diagnostic.severity === "error" ? paint.red("error") : paint.yellow("warning");
  const place = placeOf(diagnostic);
  const where = [place, diagnostic.path].filter((part) => part !== "").join("  ");
  const lines = [wrap(`${label} ${sentence(diagnostic.message)} ${paint.dim(`[${diagnostic.code}]`)}`, columns, "", "  ")];
  if (where !== "") lines.push(wrap(`${paint.dim("at")} ${where}`, columns, "  ", "     "));
  if (diagnostic.advice !== "") lines.push(wrap(`${paint.dim("->")} ${diagnostic.advice}`, columns, "  ", "     "));
  return `${lines.join("\n")}\n`;
}

/** Messages are sentences; those that were put together from parts may lack the full stop. */
function sentence(message: string): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}

function placeOf({ file, line, column }: Diagnostic): string {
  if (file === null) return "";
  return [file, line, column].filter((part) => part !== null).join(":");
}

/** `1 error`, `2 errors`; the thousands grouped. */
export function countWords(count: number, noun: string, plural = `${noun}s`): string {
  return `${groupThousands(count)} ${count === 1 ? noun : plural}`;
}
