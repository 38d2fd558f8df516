import { stringify } from "csv-stringify/sync";
import { renderTable, type Column } from "./table.ts";
import { widthOf } from "./text.ts";

/** A value of a table, as programs get it. */
export type Value = string | number | boolean | null;

/** One column: its name for programs, its heading for people, and how people read a value of a row. */
export interface GridColumn<Row> extends Omit<Column, "below"> {
  readonly key: string;
  value(row: Row): Value;
  /** The value itself when absent; null leaves the column to programs. */
  readonly show?: ((row: Row) => string) | null;
  /** The same in few characters, for a narrow terminal. */
  short?(row: Row): string;
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
      const cells = (narrow: boolean): string[][] => shown.map((row) => visible.map((column) => cellText(column, row, narrow)));
      const wide = cells(false);
      const isNarrow = naturalWidth(visible, wide) > columnsMax;
      const table = renderTable(visible, isNarrow ? cells(true) : wide, columnsMax);
      const rest = rows.length - shown.length;
      return rest > 0 ? `${table}\n  ... and ${rest} more (--full shows them)` : table;
    },
    csv: () => stringify(
      records.map((record) => columns.map(({ key }) => csvValue(record[key] ?? null))),
      { header: true, columns: columns.map(({ key }) => key) },
    ),
  };
}

function naturalWidth(columns: readonly Column[], cells: readonly (readonly string[])[]): number {
  return columns.reduce((sum, { head }, c) => sum + 2 + cells.reduce((most, row) => Math.max(most, widthOf(row[c] ?? "")), widthOf(head)), 0);
}

function cellText<Row>(column: GridColumn<Row>, row: Row, narrow: boolean): string {
  if (narrow && column.short !== undefined) return column.short(row);
  if (column.show !== undefined && column.show !== null) return column.show(row);
  const value = column.value(row);
  return value === null ? "-" : String(value);
}

/** A text that a spreadsheet would take for a formula gets an apostrophe; numbers are left alone, even negative ones. */
function csvValue(value: Value): string {
  if (value === null) return "";
  return typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
}
