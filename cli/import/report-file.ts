import { stringify } from "csv-stringify/sync";
import type { ImportEntry } from "../../scenarios/importers/index.ts";

export const reportFields = ["source", "row", "subject", "outcome", "field", "found", "became", "reason"] as const satisfies readonly (keyof ImportEntry)[];

/** What became of each row, as a file of this name holds it: JSON, or CSV of which no cell is a formula. */
export function reportText(file: string, entries: readonly ImportEntry[]): string {
  if (/\.json$/i.test(file)) return `${JSON.stringify(entries, null, 1)}\n`;
  return stringify(entries.map((entry) => reportFields.map((field) => entry[field])), { header: true, columns: [...reportFields], escape_formulas: true });
}
