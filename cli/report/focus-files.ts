import { CsvError, parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { parquetWriteBuffer } from "hyparquet-writer";
import { assert } from "../../model/assert.ts";
import { cellOfCsv, csvCell, decimalOf, digitsAt, focusColumns, type FocusColumn, type FocusRow, type FocusVersion } from "../../reports/index.ts";

/** What an export is kept as. */
export const focusFormats = ["csv", "parquet"] as const;
export type FocusFormat = (typeof focusFormats)[number];

/** The bytes of a file of these rows: the same rows give the same bytes. */
export function focusFile(format: FocusFormat, version: FocusVersion, rows: readonly FocusRow[]): Uint8Array {
  const columns = focusColumns(version);
  return format === "csv" ? csvFile(columns, rows) : parquetFile(columns, rows);
}

/** Null is a field with nothing in it. Texts that a spreadsheet would run have got their apostrophe already. */
function csvFile(columns: readonly FocusColumn[], rows: readonly FocusRow[]): Uint8Array {
  const parts = [stringify([columns.map(({ name }) => name)])];
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    parts.push(stringify(rows.slice(from, from + rowsAtOnce).map((row) => columns.map(({ kind }, c) => csvCell(row[c] ?? null, kind)))));
  }
  return Buffer.concat(parts.map((part) => Buffer.from(part, "utf8")));
}

/** The rows of a file that `focusFile` made, in which no text is empty; null when its columns are others, or it is no CSV file. */
export function rowsOfCsv(bytes: Uint8Array, version: FocusVersion): readonly FocusRow[] | null {
  const columns = focusColumns(version);
  let records: readonly (readonly string[])[];
  try {
    records = parse(Buffer.from(bytes));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return null;
  }
  const [header = [], ...rows] = records;
  if (header.length !== columns.length || columns.some(({ name }, c) => header[c] !== name)) return null;
  return rows.map((row) => columns.map(({ kind }, c) => cellOfCsv(row[c] === "" ? null : (row[c] ?? null), kind)));
}

/** Decimals of 38 digits, as large as readers take them, 15 of them after the point: micro-units times billionths. */
const [precision, scale, decimalBytes] = [38, 15, 16];
const rowsAtOnce = 8192;

function parquetFile(columns: readonly FocusColumn[], rows: readonly FocusRow[]): Uint8Array {
  const schema = [{ name: "root", num_children: columns.length }, ...columns.map(elementOf)];
  const columnData = columns.map(({ name, kind }, c) => ({ name, data: rows.map((row) => parquetCell(row[c] ?? null, kind)) }));
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, rowGroupSize: rowsAtOnce, createdBy: "stowage" }));
}

function elementOf({ name, kind }: FocusColumn) {
  const repetition_type = "OPTIONAL" as const;
  switch (kind) {
    case "text": return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type } as const;
    case "instant": return { name, type: "INT64", converted_type: "TIMESTAMP_MILLIS", repetition_type } as const;
    case "decimal": return { name, type: "FIXED_LEN_BYTE_ARRAY", type_length: decimalBytes, converted_type: "DECIMAL", precision, scale, repetition_type } as const;
  }
}

function parquetCell(cell: string | null, kind: FocusColumn["kind"]): string | bigint | Date | null {
  if (cell === null) return null;
  switch (kind) {
    case "text": return cell;
    case "instant": return new Date(cell);
    case "decimal": {
      const digits = digitsAt(decimalOf(cell), scale);
      assert(digits < 10n ** BigInt(precision) && digits > -(10n ** BigInt(precision)), `${cell} has more than ${precision} digits`);
      return digits;
    }
  }
}
