import { readFileSync } from "node:fs";
import { parquetMetadata, parquetReadObjects, type FileMetaData, type SchemaElement } from "hyparquet";

/** What a column of the file itself says it holds; null in a CSV file, which says nothing. */
export type StoredType = "String" | "Decimal" | "Date/Time" | "other";

/** A file as the checker sees it: cells as text, null for none. */
export interface Dataset {
  readonly columns: readonly string[];
  readonly stored: ReadonlyMap<string, StoredType> | null;
  readonly rows: readonly Row[];
}

export type Row = ReadonlyMap<string, string | null>;

/** Null is a field with nothing in it and no quotes; `""` is an empty text. */
export function readCsv(file: string): Dataset {
  const [header = [], ...rows] = recordsIn(readFileSync(file, "utf8"));
  const columns = header.map((name) => name ?? "");
  return { columns, stored: null, rows: rows.map((row) => new Map(columns.map((column, c) => [column, row[c] ?? null]))) };
}

/** Fields of lines as RFC 4180 has them. */
function recordsIn(text: string): readonly (readonly (string | null)[])[] {
  const records: (string | null)[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  let record: (string | null)[] = [];
  while (field.lastIndex < text.length || record.length > 0) {
    const at = field.lastIndex;
    const [, quoted, plain = "", end] = field.exec(text) ?? [];
    if (end === undefined) throw new Error(`no CSV at ${at}: ${text.slice(at, at + 40)}`);
    record.push(quoted === undefined ? (plain === "" ? null : plain) : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}

/** Decimals digit by digit from their bytes, instants from their milliseconds: nothing passes through a double. */
export async function readParquet(file: string): Promise<Dataset> {
  const bytes = readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const elements = parquetMetadata(buffer).schema.slice(1);
  const rows = await parquetReadObjects({ file: buffer, metadata: withoutDecimals(parquetMetadata(buffer)) });
  return {
    columns: elements.map(({ name }) => name),
    stored: new Map(elements.map((element) => [element.name, storedType(element)])),
    rows: rows.map((row) => new Map(elements.map((element) => [element.name, cellOf(row[element.name], element)]))),
  };
}

function storedType({ type, converted_type, logical_type }: SchemaElement): StoredType {
  const named: string | undefined = logical_type?.type ?? converted_type;
  if (named === "DECIMAL") return "Decimal";
  if (named === "UTF8" || named === "STRING" || named === "JSON") return "String";
  if (named === "TIMESTAMP" || named === "TIMESTAMP_MILLIS" || named === "TIMESTAMP_MICROS") return type === "INT64" ? "Date/Time" : "other";
  return "other";
}

/** The same file for a reader that knows no decimals, and so hands out their bytes. */
function withoutDecimals(metadata: FileMetaData): FileMetaData {
  for (const element of metadata.schema) {
    if (storedType(element) !== "Decimal") continue;
    delete element.converted_type;
    delete element.logical_type;
  }
  return metadata;
}

function cellOf(value: unknown, element: SchemaElement): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().replace(".000Z", "Z");
  if (value instanceof Uint8Array) return unscaled(value, element.scale ?? 0);
  if (typeof value === "object") return JSON.stringify(value);
  return typeof value === "string" ? value : `${value as number | bigint | boolean}`;
}

function unscaled(bytes: Uint8Array, scale: number): string {
  let digits = 0n;
  for (const byte of bytes) digits = (digits << 8n) | BigInt(byte);
  digits = BigInt.asIntN(bytes.length * 8, digits);
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  return `${digits < 0n ? "-" : ""}${text.slice(0, text.length - scale)}${scale === 0 ? "" : "."}${text.slice(text.length - scale)}`;
}
