import { Findings } from "./findings.ts";
import { OwnRows, ownColumns, type OwnCells } from "./own-columns.ts";
import { ParquetTable } from "./parquet-table.ts";
import { nothingRead, traceProblem, type TraceFormat } from "./reading.ts";

/** The table of own-csv.ts as Parquet. */
export const ownParquet: TraceFormat = {
  name: "parquet",
  title: "Stowage trace Parquet",

  async read(file, options) {
    const findings = new Findings(file.name);
    if (file.path === null) {
      return nothingRead(findings, traceProblem("file-unreadable", "error", file.name, null,
        `${file.name} is Parquet inside another file.`, "Unpack it: Parquet is read from its end."));
    }
    const table = await ParquetTable.open(file.path);
    const columns = ownColumns(table.columns, options.resources);
    if ("wrong" in columns) {
      return nothingRead(findings, traceProblem("bad-format", "error", file.name, null, `${file.name} is no trace: ${columns.wrong}.`, columns.advice));
    }
    const rows = new OwnRows(columns, findings, options);
    for await (const group of table.groups(table.columns)) {
      rows.addGroup(group.firstRow, group.length, group.columns, (i): OwnCells => ({
        text: (column) => group.text(column, i),
        value: (column) => group.value(column, i),
        isEmpty: (column) => group.isEmpty(column, i),
      }));
    }
    return rows.finish();
  },
};
