import { compareIds } from "../../model/ids.ts";
import type { RowFinding, RowFindingKind } from "../../model/load.ts";

type Outcome = RowFinding["outcome"];
interface Place { firstRow: number; lastRow: number; found: string }
interface Counted { readonly kind: RowFindingKind; readonly outcome: Outcome; count: number; readonly places: Place[] }

const placesMax = 5;

/** Counts what a reader did to the rows of one file, and remembers the first places of each kind. */
export class Findings {
  readonly #file: string;
  readonly #byKind = new Map<string, Counted>();

  constructor(file: string) {
    this.#file = file;
  }

  /** One row, or steps put in at a row. `found` is asked only for places that are remembered. */
  note(kind: RowFindingKind, outcome: Outcome, row: number, found: () => string, count = 1): void {
    const key = `${kind} ${outcome}`;
    let counted = this.#byKind.get(key);
    if (counted === undefined) this.#byKind.set(key, counted = { kind, outcome, count: 0, places: [] });
    counted.count += count;
    const last = counted.places[counted.places.length - 1];
    if (last !== undefined && row >= last.firstRow && row <= last.lastRow + 1) last.lastRow = Math.max(last.lastRow, row);
    else if (counted.places.length < placesMax) counted.places.push({ firstRow: row, lastRow: row, found: found() });
  }

  /** Kinds in order of name, so that the same file gives the same report. */
  list(): readonly RowFinding[] {
    return [...this.#byKind].sort(([a], [b]) => compareIds(a, b)).map(([, counted]) => ({ file: this.#file, ...counted }));
  }
}
