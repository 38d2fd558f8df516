/** What others reached on an instance; null where nobody says. */
export interface Reference {
  /** The lowest figure of the winner, published or of a re-run. */
  readonly winner: number | null;
  readonly bestFinalist: number | null;
}

export const noReference: Reference = { winner: null, bestFinalist: null };

/** Reads `reference.csv`: a row for each instance; the winner's columns start with `winner`, the best finalist's is `best_finalist`. */
export function readReferences(csv: string): ReadonlyMap<string, Reference> {
  const [header = [], ...rows] = csv.split(/\r?\n/u).filter((line) => line.trim() !== "").map((line) => line.split(",").map((cell) => cell.trim()));
  return new Map(rows.map((cells) => {
    const figures = (belongs: (column: string) => boolean): readonly number[] =>
      header.flatMap((column, i) => (belongs(column) && /^\d+$/u.test(cells[i] ?? "") ? [Number(cells[i])] : []));
    return [cells[0] ?? "", {
      winner: least(figures((column) => column.startsWith("winner"))),
      bestFinalist: least(figures((column) => column === "best_finalist")),
    }];
  }));
}

function least(figures: readonly number[]): number | null {
  return figures.length === 0 ? null : figures.reduce((a, b) => Math.min(a, b));
}
