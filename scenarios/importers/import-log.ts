/** What an importer did with something that it found. */
export const importOutcomes = ["taken", "converted", "guessed", "skipped"] as const;
export type ImportOutcome = (typeof importOutcomes)[number];

/** One thing that was found in an input, and what became of it. */
export interface ImportEntry {
  /** File, or file and sheet. */
  readonly source: string;
  /** As the tool that shows the file counts, from 1; null when it is about more than one row. */
  readonly row: number | null;
  /** The host, machine or column that it is about. */
  readonly subject: string;
  /** What about it: the name of a column or of a field; empty for the whole of it. */
  readonly field: string;
  readonly outcome: ImportOutcome;
  /** What stood there, as it stood there. */
  readonly found: string;
  /** What it became, with its unit; empty when nothing. */
  readonly became: string;
  readonly reason: string;
}

/** Longer texts are of no inventory; the report stays readable and bounded. */
const shownMax = 4000;

/** Collects what an importer did, so that nothing is dropped in silence. */
export class ImportLog {
  readonly entries: ImportEntry[] = [];

  note(place: Pick<ImportEntry, "source" | "row" | "subject">, outcome: ImportOutcome, what: Partial<Omit<ImportEntry, "outcome">> & { readonly reason: string }): void {
    const { field = "", found = "", became = "", reason } = what;
    this.entries.push({ ...place, field, outcome, found: shortened(found), became: shortened(became), reason });
  }
}

function shortened(text: string): string {
  return text.length <= shownMax ? text : `${text.slice(0, shownMax - 1)}…`;
}
