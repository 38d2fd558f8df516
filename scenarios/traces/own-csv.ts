import { Findings } from "./findings.ts";
import { OwnRows, ownColumns } from "./own-columns.ts";
import { nothingRead, traceProblem, type TraceFormat } from "./reading.ts";
import { forEachRow } from "./rows.ts";

/** Our own table, one row for a sample: see docs/traces.md. */
export const ownCsv: TraceFormat = {
  name: "csv",
  title: "Stowage trace CSV",

  async read(file, options) {
    const findings = new Findings(file.name);
    let rows: OwnRows | null = null;
    let header = 0;
    let wrong = { wrong: "it is empty", advice: "The first row names the columns: workload, time, and at least one resource." };
    const stop = await forEachRow(file.chunks, ",", (row) => {
      if (rows !== null && row.fields === header) rows.add(row.number, row);
      else if (rows !== null) {
        const { fields } = row;
        rows.rows++;
        findings.note("wrong-number-of-fields", "dropped", row.number, () => `${fields} fields, not ${header}`);
      } else if (header === 0) {
        header = row.fields;
        const columns = ownColumns(Array.from({ length: row.fields }, (_, i) => row.text(i)), options.resources);
        if ("wrong" in columns) wrong = columns;
        else rows = new OwnRows(columns, findings, options);
      }
    });
    if (stop !== null) wrong = { ...wrong, wrong: `row ${stop.row} is too long to be one` };
    return (stop === null ? finishedRows(rows) : null)
      ?? nothingRead(findings, traceProblem("bad-format", "error", file.name, stop?.row ?? 1, `${file.name} is no trace: ${wrong.wrong}.`, wrong.advice));
  },
};

/** Says again what the compiler forgets when a callback assigns. */
function finishedRows(rows: OwnRows | null): ReturnType<OwnRows["finish"]> | null {
  return rows === null ? null : rows.finish();
}
