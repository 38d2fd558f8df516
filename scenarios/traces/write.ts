import { stringify } from "csv-stringify/sync";
import { fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { pieceCount, type LoadSeries, type LoadTrace } from "../../model/load.ts";

const rowsAtOnce = 16_384;

/** A cell of a written trace; null where nothing stands. */
type Cell = string | number | null;
interface WrittenColumn { readonly name: string; readonly kind: "STRING" | "INT64" | "DOUBLE"; readonly mayBeEmpty: boolean; cell(series: LoadSeries, piece: number, gap: boolean): Cell }

/** Columns of our own format for a trace: each piece is a row, and in a gap the uses are empty. */
function columnsFor(trace: LoadTrace): readonly WrittenColumn[] {
  const inside = trace.series.some(({ subject }) => subject.application !== null);
  const hasGaps = trace.series.some(({ gaps }) => gaps.length > 0);
  const promised = trace.resources.map((_, r) => trace.series.some(({ provisioned }) => (provisioned[r] ?? -1) >= 0));
  return [
    { name: "workload", kind: "STRING", mayBeEmpty: false, cell: ({ subject }) => subject.workload },
    ...inside ? [{ name: "application", kind: "STRING", mayBeEmpty: true, cell: ({ subject }) => subject.application } as const satisfies WrittenColumn] : [],
    { name: "timeMs", kind: "INT64", mayBeEmpty: false, cell: ({ times }, i) => (times.kind === "regular" ? times.startMs + i * times.stepMs : times.atMs[i] ?? 0) },
    { name: "durationMs", kind: "INT64", mayBeEmpty: false, cell: ({ times }, i) => (times.kind === "regular" ? times.stepMs : (times.atMs[i + 1] ?? 0) - (times.atMs[i] ?? 0)) },
    ...trace.resources.map(({ name, perUnit }, r): WrittenColumn => ({
      name, kind: "DOUBLE", mayBeEmpty: hasGaps, cell: ({ samples }, i, gap) => (gap ? null : (samples[r]?.[i] ?? 0) / perUnit),
    })),
    ...trace.resources.flatMap(({ name, perUnit }, r): readonly WrittenColumn[] => (promised[r] !== true ? [] : [{
      name: `provisioned.${name}`, kind: "DOUBLE", mayBeEmpty: true,
      cell: ({ provisioned }, i) => (i > 0 || (provisioned[r] ?? -1) < 0 ? null : (provisioned[r] ?? 0) / perUnit),
    }])),
  ];
}

/** Rows of a series, some at a time, a list of cells for each column. */
function* cellsOf(series: LoadSeries, columns: readonly WrittenColumn[]): Generator<Cell[][]> {
  const pieces = pieceCount(series.times);
  let gap = 0;
  for (let from = 0; from < pieces; from += rowsAtOnce) {
    const cells: Cell[][] = columns.map(() => []);
    for (let i = from; i < Math.min(pieces, from + rowsAtOnce); i++) {
      while (gap < series.gaps.length && i >= (series.gaps[gap + 1] ?? 0)) gap += 2;
      const inGap = gap < series.gaps.length && i >= (series.gaps[gap] ?? 0);
      columns.forEach((column, c) => cells[c]?.push(column.cell(series, i, inGap)));
    }
    yield cells;
  }
}

/** A trace as our own CSV, some rows at a time. Reading it gives the same trace. */
export function* traceCsv(trace: LoadTrace): Generator<string> {
  const columns = columnsFor(trace);
  yield stringify([columns.map(({ name }) => name)]);
  for (const series of trace.series) {
    for (const cells of cellsOf(series, columns)) {
      const rows = Array.from({ length: cells[0]?.length ?? 0 }, (_, i) => cells.map((column) => column[i] ?? null));
      yield stringify(rows);
    }
  }
}

/** A trace as our own Parquet, into a file. Reading it gives the same trace. */
export async function writeTraceParquet(trace: LoadTrace, path: string): Promise<void> {
  const columns = columnsFor(trace);
  const columnData = (cells: readonly Cell[][]) => columns.map(({ name, kind, mayBeEmpty }, c) => ({
    name, type: kind, nullable: mayBeEmpty, data: kind === "INT64" ? (cells[c] ?? []).map((cell) => BigInt(cell ?? 0)) : [...cells[c] ?? []],
  }));
  const schema = schemaFromColumnData({ columnData: columnData(columns.map(() => [])) });
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: "stowage" });
  for (const series of trace.series) {
    for (const cells of cellsOf(series, columns)) await writer.write({ columnData: columnData(cells), rowGroupSize: rowsAtOnce });
  }
  await writer.finish();
}
