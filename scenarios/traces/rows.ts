import { UnreadableInput } from "./unreadable.ts";

const newline = 10;
const carriageReturn = 13;
const quote = 34;
const space = 32;
const tab = 9;
/** Longer rows are no rows: the file is of another kind. */
export const rowBytesMax = 65_536;

/** One row of a text file. The object is the same for all rows: read it before the next one comes. */
export interface Row {
  /** From 1, as editors count. */
  readonly number: number;
  readonly fields: number;
  text(field: number): string;
  /** The number that stands in a field; NaN when there is none. */
  value(field: number): number;
  isEmpty(field: number): boolean;
}

/** The samples of a file are in memory together: a month of 5,000 workloads in slots of five minutes has 43 million. */
export const fileRowsMax = 50_000_000;

/** What stopped the reading of rows before the end. */
export type RowStop = { readonly kind: "row-too-long"; readonly row: number };

/**
 * Cuts a stream of bytes into rows and fields, without ever holding more than a chunk and a row. Spaces and tabs around
 * fields do not count; a field may stand in double quotes, with "" for a quote, but not run over a line end. Rows
 * with nothing in them are skipped, and so is a byte order mark.
 */
export async function forEachRow(
  chunks: AsyncIterable<Uint8Array>, separator: string, see: (row: Row) => void, rowsMax = fileRowsMax,
): Promise<RowStop | null> {
  const row = new ScannedRow(separator.charCodeAt(0));
  let rest: Uint8Array = new Uint8Array(0);
  let first = true;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? chunk : joined(rest, chunk);
    if (first && bytes.length >= 3) {
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
      first = false;
    }
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      if (end - start > rowBytesMax) return { kind: "row-too-long", row: row.number + 1 };
      if (row.scan(bytes, start, end)) see(row);
      if (row.number > rowsMax) throw new UnreadableInput(`a file may have ${rowsMax} rows, and this one has more: keep a large trace as a folder of files`);
      start = end + 1;
    }
    rest = bytes.slice(start);
    if (rest.length > rowBytesMax) return { kind: "row-too-long", row: row.number + 1 };
  }
  if (rest.length > 0 && row.scan(rest, 0, rest.length)) see(row);
  return null;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

class ScannedRow implements Row {
  number = 0;
  fields = 0;
  readonly #separator: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #starts = new Int32Array(32);
  #ends = new Int32Array(32);

  constructor(separator: number) {
    this.#separator = separator;
  }

  /** Finds the fields of the next row; false when there is nothing in it. */
  scan(bytes: Uint8Array, start: number, lineEnd: number): boolean {
    this.number++;
    this.#bytes = bytes;
    this.fields = 0;
    const end = lineEnd > start && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
    let from = start;
    let quoted = false;
    for (let i = start; i < end; i++) {
      const byte = bytes[i];
      if (byte === quote) quoted = !quoted;
      else if (byte === this.#separator && !quoted) {
        this.#field(from, i);
        from = i + 1;
      }
    }
    this.#field(from, end);
    return this.fields > 1 || !this.isEmpty(0);
  }

  #field(from: number, to: number): void {
    let start = from;
    let end = to;
    while (start < end && isBlank(this.#bytes[start])) start++;
    while (end > start && isBlank(this.#bytes[end - 1])) end--;
    if (this.fields === this.#starts.length) {
      this.#starts = doubled(this.#starts);
      this.#ends = doubled(this.#ends);
    }
    this.#starts[this.fields] = start;
    this.#ends[this.fields++] = end;
  }

  text(field: number): string {
    const start = this.#starts[field] ?? 0;
    const end = this.#ends[field] ?? 0;
    const text = decoder.decode(this.#bytes.subarray(start, field < this.fields ? end : start));
    return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  }

  isEmpty(field: number): boolean {
    return field >= this.fields || this.#starts[field] === this.#ends[field];
  }

  value(field: number): number {
    if (field >= this.fields) return Number.NaN;
    return decimal(this.#bytes, this.#starts[field] ?? 0, this.#ends[field] ?? 0) ?? wordedNumber(this.text(field));
  }
}

const decoder = new TextDecoder("utf-8");

function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === tab;
}

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(values.length * 2);
  wider.set(values);
  return wider;
}

const digitsMax = 19;
const powersOfTen = Array.from({ length: digitsMax + 1 }, (_, i) => 10 ** i);

/** Digits with at most one point, to the last place or two of a double; null when it takes more than that to read. */
function decimal(bytes: Uint8Array, start: number, end: number): number | null {
  if (end - start > digitsMax || start === end) return null;
  let digits = 0;
  let point = -1;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 48 && byte <= 57) digits = digits * 10 + (byte - 48);
    else if (byte === 46 && point < 0 && end - start > 1) point = i;
    else return null;
  }
  return point < 0 ? digits : digits / (powersOfTen[end - 1 - point] ?? 1);
}

/** Other ways to write a decimal number: a sign, an exponent, many digits. Not `0x10`, not `Infinity`. */
function wordedNumber(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
