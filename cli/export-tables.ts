import { mkdir, open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { stringify } from "csv-stringify/sync";
import { fileWriter, ParquetWriter, schemaFromColumnData, type BasicType } from "hyparquet-writer";
import { assert } from "../model/assert.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { fileProblem } from "./file-problem.ts";

/** A table for spreadsheets and databases. Names of columns end in their unit: `energyMilliwattHours`. */
export interface ExportTable {
  /** The file's name without its ending: `host-use`. */
  readonly name: string;
  readonly columns: readonly ExportColumn[];
  /** Read once, row by row: it may be a generator over more rows than memory holds. */
  readonly rows: Iterable<readonly ExportCell[]>;
}

/** An instant is given in milliseconds since 1970 and written as UTC. */
export interface ExportColumn {
  readonly name: string;
  readonly kind: "text" | "integer" | "decimal" | "instant" | "boolean";
}

export type ExportCell = string | number | bigint | boolean | null;
export type ExportFormat = "csv" | "parquet";

/** Takes rows and keeps them in a file. */
interface Sink {
  readonly file: string;
  write(rows: readonly (readonly ExportCell[])[]): Promise<void>;
  close(): Promise<void>;
}

const rowsAtOnce = 8192;
const latestMs = 8.64e15;

/** Writes every table into the folder, which is made where it is missing: `NAME.csv`, `NAME.parquet`. Files of the same name are replaced. */
export async function writeTables(folder: string, tables: readonly ExportTable[], formats: readonly ExportFormat[]): Promise<readonly Diagnostic[]> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    return [fileProblem(folder, error, "written")];
  }
  const problems: Diagnostic[] = [];
  for (const table of tables) {
    const problem = await writeTable(folder, table, formats);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

async function writeTable(folder: string, table: ExportTable, formats: readonly ExportFormat[]): Promise<Diagnostic | null> {
  assert(/^[a-z][a-z0-9-]*$/.test(table.name), `${table.name} is no name for a table`);
  const sinks: Sink[] = [];
  let file = folder;
  try {
    for (const format of formats) {
      file = path.join(folder, `${table.name}.${format}`);
      sinks.push(await openSink(file, format, table.columns));
    }
    for (const rows of inBatches(table)) for (const sink of sinks) {
      file = sink.file;
      await sink.write(rows);
    }
    for (const sink of sinks) {
      file = sink.file;
      await sink.close();
    }
    return null;
  } catch (error) {
    if (!isOfTheSystem(error)) throw error;
    await Promise.allSettled(sinks.map((sink) => sink.close()));
    return fileProblem(file, error, "written");
  }
}

/** Disks fill up and folders are locked; anything else is a fault of the program. */
function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function* inBatches({ name, columns, rows }: ExportTable): Generator<readonly (readonly ExportCell[])[]> {
  let batch: (readonly ExportCell[])[] = [];
  for (const row of rows) {
    assert(row.length === columns.length, `table ${name} has a row of ${row.length} cells for ${columns.length} columns`);
    columns.forEach((column, c) => assert(isOfKind(row[c] ?? null, column.kind), `table ${name}, ${column.name}: ${String(row[c])} is no ${column.kind}`));
    batch.push(row);
    if (batch.length < rowsAtOnce) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function isOfKind(cell: ExportCell, kind: ExportColumn["kind"]): boolean {
  if (cell === null) return true;
  switch (kind) {
    case "text": return typeof cell === "string";
    case "boolean": return typeof cell === "boolean";
    case "decimal": return typeof cell === "number" && Number.isFinite(cell);
    case "integer": return typeof cell === "bigint" ? BigInt.asIntN(64, cell) === cell : Number.isSafeInteger(cell);
    case "instant": return Number.isSafeInteger(cell) && Math.abs(Number(cell)) <= latestMs;
  }
}

function openSink(file: string, format: ExportFormat, columns: readonly ExportColumn[]): Promise<Sink> {
  return format === "csv" ? csvSink(file, columns) : parquetSink(file, columns);
}

async function csvSink(file: string, columns: readonly ExportColumn[]): Promise<Sink> {
  const handle: FileHandle = await open(file, "w");
  await handle.write(stringify([columns.map(({ name }) => name)]));
  return {
    file,
    write: async (rows) => {
      const cells = rows.map((row) => columns.map(({ kind }, c) => csvCell(row[c] ?? null, kind)));
      await handle.appendFile(stringify(cells, { escape_formulas: true, cast: { boolean: String } }));
    },
    close: () => handle.close(),
  };
}

/** Texts that a spreadsheet would take for a formula get an apostrophe from the writer; numbers do not, even negative ones. */
function csvCell(cell: ExportCell, kind: ExportColumn["kind"]): ExportCell {
  return kind === "instant" && cell !== null ? new Date(Number(cell)).toISOString() : cell;
}

const parquetTypes = {
  text: "STRING", integer: "INT64", decimal: "DOUBLE", instant: "TIMESTAMP", boolean: "BOOLEAN",
} as const satisfies Record<ExportColumn["kind"], BasicType>;

async function parquetSink(file: string, columns: readonly ExportColumn[]): Promise<Sink> {
  const columnData = (rows: readonly (readonly ExportCell[])[]) => columns.map(({ name, kind }, c) => ({
    name, type: parquetTypes[kind], data: rows.map((row) => parquetCell(row[c] ?? null, kind)),
  }));
  const writer = new ParquetWriter({ writer: fileWriter(file), schema: schemaFromColumnData({ columnData: columnData([]) }), createdBy: "stowage" });
  return {
    file,
    write: async (rows) => { await writer.write({ columnData: columnData(rows), rowGroupSize: rowsAtOnce }); },
    close: async () => { await writer.finish(); },
  };
}

function parquetCell(cell: ExportCell, kind: ExportColumn["kind"]): ExportCell {
  return cell !== null && (kind === "integer" || kind === "instant") ? BigInt(cell) : cell;
}
