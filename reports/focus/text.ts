import type { FocusKind } from "./columns.ts";

/** Signs with which a spreadsheet begins a formula, in both widths. */
const formula = /^'*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A cell as it stands in a CSV file: a text that a spreadsheet would run gets an apostrophe, and can be read back. Numbers stay numbers. */
export function csvCell(cell: string | null, kind: FocusKind): string | null {
  return cell !== null && kind === "text" && formula.test(cell) ? `'${cell}` : cell;
}

/** The cell that was written. */
export function cellOfCsv(text: string | null, kind: FocusKind): string | null {
  return text !== null && kind === "text" && text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
}
