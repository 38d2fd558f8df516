import { stripVTControlCharacters } from "node:util";
import { stringify } from "csv-stringify/sync";
import { fit, renderTable } from "./table.ts";

/** A value of a table, as programs get it. */
export type Value = string | number | boolean | null;

/** One column: its name for programs, its heading for people, and how people read a value of a row. */
export interface GridColumn<Row> {
  readonly key: string;
  readonly head: string;
  readonly align?: "left" | "right";
  value(row: Row): Value;
  /** The value itself when absent; null leaves the column to programs. */
  readonly show?: ((row: Row) => string) | null;
}

/** A table for people, for programs and for spreadsheets at once. */
export interface Grid {
  readonly records: readonly Readonly<Record<string, Value>>[];
  text(rowsMax: number, columnsMax: number): string;
  csv(): string;
}

/** Makes the table from its columns and rows. */
export function gridOf<Row>(columns: readonly GridColumn<Row>[], rows: readonly Row[]): Grid {
  const records = rows.map((row) => Object.fromEntries(columns.map((column) => [column.key, column.value(row)])));
  const visible = columns.filter(({ show }) => show !== null);
  return {
    records,
    text(rowsMax, columnsMax) {
      const shown = rows.slice(0, rowsMax);
      const cells = shown.map((row) => visible.map((column) => cellText(column, row)));
      const table = renderTable(visible, cutToFit(visible, cells, columnsMax));
      const rest = rows.length - shown.length;
      return rest > 0 ? `${table}\n  ... and ${rest} more (--full shows them)` : table;
    },
    csv: () => stringify(
      records.map((record) => columns.map(({ key }) => csvValue(record[key] ?? null))),
      { header: true, columns: columns.map(({ key }) => key) },
    ),
  };
}

/** Free texts are cut where the table would be wider than the terminal, the widest column first, each to 12 at least. */
function cutToFit<Row>(columns: readonly GridColumn<Row>[], cells: readonly (readonly string[])[], columnsMax: number): readonly (readonly string[])[] {
  const widths = columns.map(({ head }, c) => cells.reduce((most, row) => Math.max(most, visibleLength(row[c] ?? "")), head.length));
  const free = columns.flatMap(({ show }, c) => (show === undefined ? [c] : []));
  let over = widths.reduce((sum, width) => sum + width + 2, 0) - columnsMax;
  while (over > 0) {
    const [widest] = [...free].sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (widest === undefined || (widths[widest] ?? 0) <= 12) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over--;
  }
  return cells.map((row) => row.map((cell, c) => (free.includes(c) ? fit(cell, widths[c] ?? cell.length) : cell)));
}

/** Colours take no room. */
function visibleLength(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

function cellText<Row>(column: GridColumn<Row>, row: Row): string {
  if (column.show !== undefined && column.show !== null) return column.show(row);
  const value = column.value(row);
  return value === null ? "-" : String(value);
}

/** A text that a spreadsheet would take for a formula gets an apostrophe; numbers are left alone, even negative ones. */
function csvValue(value: Value): string {
  if (value === null) return "";
  return typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
}
