import type { WorkloadId } from "../../model/ids.ts";
import { loadResources, type LoadResource } from "../../model/load.ts";
import type { TraceFile } from "./files.ts";
import { Findings } from "./findings.ts";
import { fineUnits, noteAbove } from "./measured.ts";
import { finished, nothingRead, traceProblem, type FileReading, type TraceFormat, type TraceOptions } from "./reading.ts";
import { forEachRow, type Row } from "./rows.ts";
import { SeriesBuilder, unmeasured } from "./series-builder.ts";

const nominalStepMs = 300_000;
/** Smaller stamps are seconds: as milliseconds they would lie before March 1973. */
const secondsBelow = 1e11;

const columns = {
  stamp: "timestamp [ms]", cores: "cpu cores", cpuCapacity: "cpu capacity provisioned [mhz]", cpuUse: "cpu usage [mhz]",
  memoryCapacity: "memory capacity provisioned [kb]", memoryUse: "memory usage [kb]",
  diskRead: "disk read throughput [kb/s]", diskWrite: "disk write throughput [kb/s]",
  received: "network received throughput [kb/s]", transmitted: "network transmitted throughput [kb/s]",
} as const;
type Columns = Record<keyof typeof columns, number>;

/** One file is one machine. Their header says milliseconds, but the stamps are seconds. */
export const bitbrains: TraceFormat = {
  name: "bitbrains",
  title: "GWA-T-12 Bitbrains CSV",

  async read(file, options) {
    const findings = new Findings(file.name);
    const machine = new Machine(file, options, findings);
    let header: Columns | null = null;
    let missing: readonly string[] = [];
    let rows = 0;
    const stop = await forEachRow(file.chunks, ";", (row) => {
      if (rows++ === 0) ({ header, missing } = columnsOf(row));
      else if (header !== null) machine.row(row, header);
    });
    if (stop !== null || missing.length > 0 || rows === 0) {
      const what = stop !== null ? `row ${stop.row} is too long to be one` : rows === 0 ? "the file is empty" : `the header has no column ${missing.join(", ")}`;
      return nothingRead(findings, traceProblem("bad-format", "error", file.name, 1, `${file.name} is no Bitbrains CSV: ${what}.`,
        "Bitbrains files begin with \"Timestamp [ms];\" and the names of ten more columns."));
    }
    return machine.finish(rows);
  },
};

function columnsOf(header: Row): { readonly header: Columns | null; readonly missing: readonly string[] } {
  const names = Array.from({ length: header.fields }, (_, i) => header.text(i).toLowerCase());
  const at = Object.fromEntries(Object.entries(columns).map(([key, name]) => [key, names.indexOf(name)])) as Columns;
  const missing = Object.entries(columns).flatMap(([key, name]) => (at[key as keyof Columns] < 0 ? [JSON.stringify(name)] : []));
  return missing.length > 0 ? { header: null, missing } : { header: at, missing };
}

class Machine {
  readonly #options: TraceOptions;
  readonly #findings: Findings;
  readonly #resources: readonly LoadResource[];
  readonly #builder: SeriesBuilder;
  readonly #values: number[] = [0, 0, 0, 0];
  /** Speed of one of its processors when it last had one. */
  #mhzPerCore = 0;
  readonly #promised: number[] = [];

  constructor(file: TraceFile, options: TraceOptions, findings: Findings) {
    this.#options = options;
    this.#findings = findings;
    const { cpuMHz, cpuMillicores, memoryMiB, storageMBps, networkMbps } = loadResources;
    this.#resources = [options.cpu === "cpuMHz" ? cpuMHz : cpuMillicores, memoryMiB, storageMBps, networkMbps];
    this.#builder = new SeriesBuilder({ workload: file.stem as WorkloadId, application: null }, this.#resources.length, findings);
  }

  row(row: Row, at: Columns): void {
    const wanted = Object.keys(columns).length + 1;
    if (row.fields < wanted) {
      this.#findings.note("wrong-number-of-fields", "dropped", row.number, () => `${row.fields} fields, not ${wanted}`);
      return;
    }
    const stamp = row.value(at.stamp);
    if (!(stamp >= 0)) {
      this.#findings.note("not-a-number", "dropped", row.number, () => `the stamp is ${JSON.stringify(row.text(at.stamp))}`);
      return;
    }
    if (stamp < secondsBelow) this.#findings.note("other-unit", "repaired", row.number, () => `stamp ${row.text(at.stamp)} is in seconds, not in milliseconds as its header says`);
    this.#use(row, at);
    this.#builder.add(Math.round(stamp < secondsBelow ? stamp * 1000 : stamp), row.number, this.#values);
  }

  /** Values of the row in fine units. */
  #use(row: Row, at: Columns): void {
    const cores = row.value(at.cores);
    const mhz = row.value(at.cpuCapacity);
    const kib = row.value(at.memoryCapacity);
    if (cores > 0 && mhz > 0) this.#mhzPerCore = mhz / cores;
    const perMHz = this.#resources[0]?.name === "cpuMHz" ? 1000 : this.#mhzPerCore > 0 ? 1e6 / this.#mhzPerCore : 0;
    this.#values[0] = perMHz === 0 && row.value(at.cpuUse) > 0 ? this.#noSpeed(row, at) : this.#fine(row, at.cpuUse, columns.cpuUse, perMHz);
    this.#values[1] = this.#fine(row, at.memoryUse, columns.memoryUse, 1 / 64);
    this.#values[2] = this.#both(row, at.diskRead, columns.diskRead, at.diskWrite, columns.diskWrite, 1);
    this.#values[3] = this.#both(row, at.received, columns.received, at.transmitted, columns.transmitted, 8);
    this.#above(row, 0, Math.round(mhz * perMHz));
    this.#above(row, 1, Math.round(kib / 64));
    this.#promises(row, cores, mhz, kib);
  }

  /** Use above what is promised is told and counts. */
  #above(row: Row, r: number, promised: number): void {
    const resource = this.#resources[r];
    if (resource === undefined || !(promised >= 0)) return;
    noteAbove(this.#values[r] ?? 0, promised, row.number, this.#findings, resource.name, resource.perUnit);
    this.#builder.provision(r, promised);
  }

  #promises(row: Row, cores: number, mhz: number, kib: number): void {
    const [coresBefore, mhzBefore, kibBefore] = this.#promised;
    if (coresBefore !== undefined && (cores !== coresBefore || mhz !== mhzBefore || kib !== kibBefore)) {
      this.#findings.note("provision-changes", "kept", row.number, () =>
        `${cores} cores, ${mhz} MHz in all, ${kib} KB; before ${coresBefore} cores, ${mhzBefore} MHz, ${kibBefore} KB; the largest counts`);
    }
    this.#promised.splice(0, 3, cores, mhz, kib);
  }

  #fine(row: Row, field: number, what: string, perValue: number): number {
    return fineUnits(row.value(field), perValue, row.number, this.#findings, what, () => row.text(field));
  }

  /** Two directions together. */
  #both(row: Row, a: number, whatA: string, b: number, whatB: string, perValue: number): number {
    const first = this.#fine(row, a, whatA, perValue);
    const second = this.#fine(row, b, whatB, perValue);
    if (first === unmeasured || second === unmeasured) return unmeasured;
    return fineUnits(row.value(a) + row.value(b), perValue, row.number, this.#findings, `${whatA} and ${whatB}`, () => `${row.text(a)} + ${row.text(b)}`);
  }

  #noSpeed(row: Row, at: Columns): number {
    this.#findings.note("not-a-number", "repaired", row.number, () => `${row.text(at.cpuUse)} MHz are used, but no speed of a core is known yet; left out`);
    return unmeasured;
  }

  finish(rows: number): FileReading {
    return finished([this.#builder], this.#resources, this.#findings, Math.max(0, rows - 1), { stepMs: this.#options.stepMs ?? nominalStepMs, fill: this.#options.fill });
  }
}
