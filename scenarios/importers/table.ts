import { distance } from "fastest-levenshtein";
import { counted } from "../../model/counted.ts";
import type { ImportLog } from "./import-log.ts";
import type { Sheet } from "./sheet.ts";

/** A column that an importer knows. */
export interface ColumnSpec {
  /** Headings that it goes by, without unit, in any case; the first is what it is called in reports. */
  readonly names: readonly string[];
  /** Its values are amounts; the heading may end in a unit. */
  readonly isAmount?: true;
  /** Headings beside it in the tools' own order, by which it is known when its own heading is damaged; "" for the edge. */
  readonly between?: readonly (readonly [before: string, after: string])[];
}

export type TableSpec<Field extends string> = Readonly<Record<Field, ColumnSpec>>;

/** A row of which only the known columns are kept. */
export interface TableRow<Field extends string> {
  readonly number: number;
  readonly texts: Readonly<Partial<Record<Field, string>>>;
  /** Further columns that were asked for by name. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What is known of a sheet after its headings have been read. */
export interface Table<Field extends string> {
  readonly source: string;
  readonly decimalComma: boolean;
  /** Headings of the columns that were found, as they stand there. */
  readonly headings: ReadonlyMap<Field, string>;
  /** MiB in one unit of a column of amounts. */
  readonly mebibytes: ReadonlyMap<Field, number>;
  readonly rows: readonly TableRow<Field>[];
}

/** The heading stands in one of the first rows: some people put a title above it. */
const headingRowsMax = 10;
const unitMebibytes: Readonly<Record<string, number>> = { kib: 1 / 1024, kb: 1 / 1024, mib: 1, mb: 1, gib: 1024, gb: 1024, tib: 1_048_576, tb: 1_048_576 };

/**
 * Reads the columns that `spec` names, wherever they stand. A heading is known by its name, else by a slip of a letter
 * or two, else by its neighbours; the last two are told as guessed. Null when no row looks like the headings.
 */
export async function readTable<Field extends string>(
  sheet: Sheet, spec: TableSpec<Field>, labels: readonly string[], log: ImportLog,
): Promise<Table<Field> | null> {
  let heading: Heading<Field> | null = null;
  const rows: TableRow<Field>[] = [];
  const blank = { count: 0, first: 0 };
  let seen = 0;
  await sheet.forEachRow((row) => {
    if (heading === null) {
      if (seen++ < headingRowsMax) heading = headingOf(row.cells, spec, labels, sheet.source, row.number, log);
      return;
    }
    const taken = heading.take(row.cells);
    if (taken === null) {
      if (blank.count++ === 0) blank.first = row.number;
      return;
    }
    for (const [field, column] of heading.columns) {
      if (row.formulas.has(column)) {
        log.note({ source: sheet.source, row: row.number, subject: "" }, "converted", { field: heading.names.get(field) ?? field, became: taken.texts[field] ?? "", reason: "a formula, which is never evaluated: the value that the workbook kept of it counts" });
      }
    }
    rows.push({ number: row.number, ...taken });
  });
  if (blank.count > 0) log.note({ source: sheet.source, row: blank.first, subject: "" }, "skipped", { found: counted(blank.count, "row"), reason: "blank rows" });
  const found = heading as Heading<Field> | null;
  return found === null ? null : { source: sheet.source, decimalComma: sheet.decimalComma, headings: found.names, mebibytes: found.mebibytes, rows };
}

/** Letters and digits in lower case: `# of VM's` and `#of vms` are the same. */
function plain(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N}#%]/gu, "");
}

/** The unit at the end of a heading: `Capacity MiB`, `Size (GB)`, `memory_mb`. */
export function unitOf(heading: string): { readonly name: string; readonly mebibytes: number | null } {
  const match = /^(.*?)[\s_([]*\b_?([kmgt]i?b)[)\]]?\s*$/i.exec(heading.trim()) ?? /^(.+_)([kmgt]i?b)$/i.exec(heading.trim());
  const unit = match?.[2]?.toLowerCase() ?? "";
  return match === null ? { name: heading, mebibytes: null } : { name: match[1] ?? "", mebibytes: unitMebibytes[unit] ?? null };
}

/** Where the columns of a table are. */
class Heading<Field extends string> {
  readonly columns = new Map<Field, number>();
  readonly names = new Map<Field, string>();
  readonly mebibytes = new Map<Field, number>();
  readonly labels = new Map<string, number>();

  /** What stands in the known columns of a row; null when nothing does. */
  take(cells: readonly (string | undefined)[]): Pick<TableRow<Field>, "texts" | "labels"> | null {
    const texts: Partial<Record<Field, string>> = {};
    let isEmpty = true;
    for (const [field, column] of this.columns) {
      const text = cells[column]?.trim();
      if (text === undefined || text === "") continue;
      texts[field] = text;
      isEmpty = false;
    }
    if (isEmpty) return null;
    const labels: Record<string, string> = {};
    for (const [name, column] of this.labels) {
      const text = cells[column]?.trim() ?? "";
      if (text !== "") labels[name] = text;
    }
    return { texts, labels };
  }
}

/** The headings, if at least two of them (or all, if there are fewer) are known. */
function headingOf<Field extends string>(
  cells: readonly (string | undefined)[], spec: TableSpec<Field>, labels: readonly string[], source: string, row: number, log: ImportLog,
): Heading<Field> | null {
  const written = Array.from(cells, (cell) => (cell ?? "").trim());
  const heading = new Heading<Field>();
  const fields = Object.keys(spec) as Field[];
  const taken = new Set<number>();
  const take = (field: Field, column: number): void => {
    const { mebibytes } = unitOf(written[column] ?? "");
    heading.columns.set(field, column);
    heading.names.set(field, written[column] === "" || written[column] === undefined ? (spec[field].names[0] ?? field) : written[column]);
    if (spec[field].isAmount === true) heading.mebibytes.set(field, mebibytes ?? 1);
    taken.add(column);
  };
  const byName = new Map<string, number>();
  written.forEach((text, column) => {
    for (const name of new Set([plain(text), plain(unitOf(text).name)])) if (name !== "" && !byName.has(name)) byName.set(name, column);
  });
  for (const field of fields) {
    const column = spec[field].names.map((name) => byName.get(plain(name))).find((found) => found !== undefined && !taken.has(found));
    if (column !== undefined) take(field, column);
  }
  if (heading.columns.size < Math.min(2, fields.length)) return null;
  const place = { source, row, subject: "" };
  for (const field of fields.filter((each) => !heading.columns.has(each))) {
    const column = damagedColumn(spec[field], written, taken, spec);
    if (column === null) continue;
    const found = written[column] ?? "";
    take(field, column);
    log.note(place, "guessed", { field: spec[field].names[0] ?? field, found, became: spec[field].names[0] ?? field, reason: found === "" ? "an empty heading, known by its neighbours" : "a damaged heading, known by its letters or its neighbours" });
  }
  for (const label of labels) {
    const column = byName.get(plain(label));
    if (column === undefined) continue;
    heading.labels.set(label, column);
    taken.add(column);
  }
  const unused = written.filter((text, column) => text !== "" && !taken.has(column));
  if (unused.length > 0) log.note(place, "skipped", { field: "headings", found: `${unused.length}: ${unused.join(", ")}`, reason: "columns that a fleet has no use for" });
  return heading;
}

/** A column whose heading lost or changed a letter or two, or that stands where the tool puts it. */
function damagedColumn(spec: ColumnSpec, written: readonly string[], taken: ReadonlySet<number>, all: Readonly<Record<string, ColumnSpec>>): number | null {
  const names = spec.names.map(plain);
  const known = new Set(Object.values(all).flatMap((each) => each.names.map(plain)));
  const isFree = (column: number): boolean => column >= 0 && column < written.length && !taken.has(column) && !known.has(plain(written[column] ?? ""));
  const near = written.findIndex((text, column) => isFree(column) && names.some((name) => isSlip(name, plain(unitOf(text).name)) || isSlip(name, plain(text))));
  if (near >= 0) return near;
  for (const [before, after] of spec.between ?? []) {
    const column = written.findIndex((_, c) => isFree(c)
      && (before === "" ? c === 0 : isHeading(written[c - 1], before)) && isHeading(written[c + 1], after));
    if (column >= 0) return column;
  }
  return null;
}

function isHeading(written: string | undefined, name: string): boolean {
  return written !== undefined && [plain(written), plain(unitOf(written).name)].includes(plain(name));
}

/** One letter in four may be wrong, at most two; a short name leaves no room for that. */
function isSlip(name: string, written: string): boolean {
  return written !== "" && name.length >= 4 && distance(name, written) <= Math.min(2, Math.floor(name.length / 4));
}
