import { readFile, stat } from "node:fs/promises";
import { asyncBufferFromFile, parquetMetadataAsync, parquetScan, type AsyncBuffer } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { fileRowsMax } from "./rows.ts";
import { UnreadableInput } from "./unreadable.ts";

const wholeBytesMax = 67_108_864;
/** A group is in memory as a whole, and a small file may say that it has any number of rows. */
const groupRowsMax = 20_000_000;

type Scan = Awaited<ReturnType<typeof parquetScan>>;
type Column = Awaited<ReturnType<Scan["readColumn"]>>;

/** A Parquet file, read a group of rows and a column at a time. */
export class ParquetTable {
  readonly path: string;
  readonly #scan: Scan;

  private constructor(path: string, scan: Scan) {
    this.path = path;
    this.#scan = scan;
  }

  static async open(path: string): Promise<ParquetTable> {
    return understood(path, async () => {
      const file = await bufferOf(path);
      const metadata = await parquetMetadataAsync(file);
      checkRows(path, metadata.row_groups.map((group) => Number(group.num_rows)));
      return new ParquetTable(path, await parquetScan({ file, metadata, compressors }));
    });
  }

  /** Names of the columns that hold one value a row. */
  get columns(): readonly string[] {
    const { schema } = this.#scan.metadata;
    return schema.slice(1).flatMap(({ name, num_children }) => (num_children === undefined ? [name] : []));
  }

  get rows(): number {
    return Number(this.#scan.metadata.num_rows);
  }

  /** Groups of rows with the wanted columns, in the order of the file. Rows are numbered from 1. */
  async *groups(wanted: readonly string[]): AsyncGenerator<RowGroup> {
    let rowStart = 0;
    for (const group of this.#scan.metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const columns: Column[] = [];
      for (const name of wanted) columns.push(await this.#column(name, rowStart, rowEnd));
      const short = columns.find(({ length }) => length !== rowEnd - rowStart);
      if (short !== undefined) throw new UnreadableInput(`${this.path} is a damaged Parquet file (${rowEnd - rowStart} rows are told, a column has ${short.length})`);
      yield new RowGroup(columns, rowStart + 1, rowEnd - rowStart);
      rowStart = rowEnd;
    }
  }

  #column(name: string, rowStart: number, rowEnd: number): Promise<Column> {
    return understood(this.path, () => this.#scan.readColumn({ column: name, rowStart, rowEnd }));
  }
}

/** Some rows, a cell at a time. */
export class RowGroup {
  readonly firstRow: number;
  readonly length: number;
  readonly #columns: readonly Column[];

  /** Its values as they were read, in the order of the wanted columns. */
  get columns(): readonly ArrayLike<unknown>[] {
    return this.#columns;
  }

  constructor(columns: readonly Column[], firstRow: number, length: number) {
    this.#columns = columns;
    this.firstRow = firstRow;
    this.length = length;
  }

  /** A number, a date as milliseconds; NaN for anything else. */
  value(column: number, i: number): number {
    const cell: unknown = this.#columns[column]?.[i];
    if (typeof cell === "number") return cell;
    if (typeof cell === "bigint") return Number(cell);
    if (cell instanceof Date) return cell.getTime();
    return Number.NaN;
  }

  text(column: number, i: number): string {
    const cell: unknown = this.#columns[column]?.[i];
    if (cell instanceof Date) return cell.toISOString();
    return typeof cell === "string" || typeof cell === "number" || typeof cell === "bigint" || typeof cell === "boolean" ? String(cell) : "";
  }

  isEmpty(column: number, i: number): boolean {
    const cell: unknown = this.#columns[column]?.[i];
    return cell === undefined || cell === null || cell === "";
  }
}

function checkRows(path: string, groups: readonly number[]): void {
  const [largest, all] = [groups.reduce((most, rows) => Math.max(most, rows), 0), groups.reduce((sum, rows) => sum + rows, 0)];
  if (largest > groupRowsMax) throw new UnreadableInput(`${path} has a group of ${largest} rows; the limit is ${groupRowsMax}: write smaller groups`);
  if (all > fileRowsMax) throw new UnreadableInput(`${path} has ${all} rows; the limit is ${fileRowsMax}: keep a large trace as a folder of files`);
}

/** A file of moderate size is read at once: otherwise it would be opened anew for every column of every group of rows. */
async function bufferOf(path: string): Promise<AsyncBuffer> {
  if ((await stat(path)).size > wholeBytesMax) return asyncBufferFromFile(path);
  const bytes = await readFile(path);
  const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  const whole = isWhole ? bytes.buffer : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return { byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end) };
}

/** What the library throws is about the file: say which. */
async function understood<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnreadableInput) throw error;
    throw new UnreadableInput(`${path} is a damaged Parquet file, or of a kind that cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}
