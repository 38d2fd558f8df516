import type { WorkloadId } from "../../model/ids.ts";
import { loadResources } from "../../model/load.ts";
import { isInstant } from "../instant.ts";
import { Findings } from "./findings.ts";
import { fineUnits } from "./measured.ts";
import { finished, nothingRead, traceProblem, type TraceFormat } from "./reading.ts";
import { forEachRow } from "./rows.ts";
import { SeriesBuilder } from "./series-builder.ts";

const nominalStepMs = 300_000;

/** One file is one machine on one day: a whole percentage of its processor in each row. */
export const planetlab: TraceFormat = {
  name: "planetlab",
  title: "PlanetLab",

  async read(file, options) {
    const findings = new Findings(file.name);
    const stepMs = options.stepMs ?? nominalStepMs;
    const builder = new SeriesBuilder({ workload: file.stem as WorkloadId, application: null }, 1, findings);
    builder.provision(0, options.fullMillicores * 1000);
    const startMs = dayMs(file.folder);
    let rows = 0;
    const stop = await forEachRow(file.chunks, ";", (row) => {
      rows++;
      const percent = row.fields === 1 ? row.value(0) : Number.NaN;
      if (percent > 100) findings.note("above-provisioned", "kept", row.number, () => `${row.text(0)} % of a machine`);
      const use = fineUnits(percent, options.fullMillicores * 10, row.number, findings, "use in %", () => row.text(0));
      // Rows have no stamp: a row is a place in time, whatever stands in it.
      builder.add(startMs + (row.number - 1) * stepMs, row.number, [use]);
    });
    if (stop !== null) {
      return nothingRead(findings, traceProblem("bad-format", "error", file.name, stop.row,
        `${file.name} is no PlanetLab trace: row ${stop.row} is too long to be one.`, "PlanetLab files have one whole number in a row."));
    }
    const dropped = findings.list().filter(({ kind }) => kind === "not-a-number" || kind === "negative-value").reduce((sum, { count }) => sum + count, 0);
    const reading = finished([builder], [loadResources.cpuMillicores], findings, rows, { stepMs, fill: options.fill });
    return dropped === rows ? { ...reading, series: [], rowsKept: 0 } : { ...reading, rowsKept: rows - dropped };
  },
};

/** The day that a folder is named after, as `20110303`; the beginning of time when it is not. */
function dayMs(folder: string): number {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(folder) ?? [];
  const text = `${year}-${month}-${day}T00:00:00Z`;
  return isInstant(text) ? Date.parse(text) : 0;
}
