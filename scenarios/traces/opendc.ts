import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { WorkloadId } from "../../model/ids.ts";
import { loadResources, type LoadResource } from "../../model/load.ts";
import { Findings } from "./findings.ts";
import { fineUnits, noteAbove } from "./measured.ts";
import { ParquetTable, type RowGroup } from "./parquet-table.ts";
import { finished, nothingRead, traceProblem, type FileReading, type TraceFormat, type TraceOptions } from "./reading.ts";
import { SeriesBuilder, unmeasured } from "./series-builder.ts";

export const taskColumns = ["id", "submission_time", "duration", "cpu_count", "cpu_capacity"] as const;
export const fragmentColumns = ["id", "duration", "cpu_usage"] as const;

/** Two tables in one folder: what runs when, and the use of each task piece by piece, the first at its submission. */
export const opendc: TraceFormat = {
  name: "opendc",
  title: "OpenDC v4 Parquet",

  async read(file, options) {
    const findings = new Findings(file.name);
    const refuse = (message: string, advice: string): FileReading => nothingRead(findings, traceProblem("bad-format", "error", file.name, null, message, advice));
    if (file.path === null) return refuse(`${file.name} is Parquet inside another file.`, "Unpack it: Parquet is read from its end.");
    const folder = dirname(file.path);
    const [tasks, fragments] = [join(folder, "tasks.parquet"), join(folder, "fragments.parquet")];
    for (const path of [tasks, fragments]) {
      if (!await exists(path)) return refuse(`${path} does not exist.`, "An OpenDC trace is a folder with tasks.parquet and fragments.parquet.");
    }
    const [taskTable, fragmentTable] = [await ParquetTable.open(tasks), await ParquetTable.open(fragments)];
    for (const [table, wanted] of [[taskTable, taskColumns], [fragmentTable, fragmentColumns]] as const) {
      const missing = wanted.filter((name) => !table.columns.includes(name));
      if (missing.length > 0) return refuse(`${table.path} has no column ${missing.join(", ")}.`, `Columns of version 4 are ${wanted.join(", ")}; it has ${table.columns.join(", ")}.`);
    }
    const replay = new Tasks(options, findings);
    for await (const group of taskTable.groups(taskColumns)) for (let i = 0; i < group.length; i++) replay.task(group, i);
    for await (const group of fragmentTable.groups(fragmentColumns)) for (let i = 0; i < group.length; i++) replay.fragment(group, i);
    return replay.finish(fragmentTable.rows);
  },
};

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

interface Task {
  readonly builder: SeriesBuilder;
  readonly perMHz: number;
  readonly durationMs: number;
  endMs: number;
  readonly startMs: number;
}

class Tasks {
  readonly #options: TraceOptions;
  readonly #findings: Findings;
  readonly #resource: LoadResource;
  readonly #byId = new Map<string, Task>();

  constructor(options: TraceOptions, findings: Findings) {
    this.#options = options;
    this.#findings = findings;
    this.#resource = options.cpu === "cpuMillicores" ? loadResources.cpuMillicores : loadResources.cpuMHz;
  }

  task(group: RowGroup, i: number): void {
    const [id, startMs, durationMs] = [group.text(0, i), group.value(1, i), group.value(2, i)];
    const [cores, mhz] = [group.value(3, i), group.value(4, i)];
    const row = group.firstRow + i;
    const drop = (kind: "unknown-subject" | "not-a-number" | "same-row-again", found: string): void => this.#findings.note(kind, "dropped", row, () => `tasks.parquet: ${found}`);
    if (id === "") return drop("unknown-subject", "no id");
    if (this.#byId.has(id)) return drop("same-row-again", `task ${id} stands there twice; the first counts`);
    if (!Number.isSafeInteger(startMs) || !(cores > 0) || !(mhz > 0)) return drop("not-a-number", `task ${id} is submitted at ${startMs} with ${cores} cores and ${mhz} MHz`);
    const builder = new SeriesBuilder({ workload: id as WorkloadId, application: null }, 1, this.#findings);
    const perMHz = this.#resource.name === "cpuMHz" ? 1000 : (1e6 * cores) / mhz;
    builder.provision(0, Math.round(mhz * perMHz));
    this.#byId.set(id, { builder, perMHz, durationMs, startMs, endMs: startMs });
  }

  fragment(group: RowGroup, i: number): void {
    const row = group.firstRow + i;
    const task = this.#byId.get(group.text(0, i));
    const durationMs = group.value(1, i);
    if (task === undefined) return this.#findings.note("unknown-subject", "dropped", row, () => `no task has id ${JSON.stringify(group.text(0, i))}`);
    if (!Number.isSafeInteger(durationMs) || durationMs <= 0) {
      this.#findings.note(durationMs < 0 ? "negative-value" : "not-a-number", "dropped", row, () => `the duration is ${group.text(1, i)}; it must be above 0`);
      return;
    }
    const use = fineUnits(group.value(2, i), task.perMHz, row, this.#findings, "cpu_usage", () => group.text(2, i));
    if (use !== unmeasured) noteAbove(use, task.builder.provisioned[0] ?? unmeasured, row, this.#findings, this.#resource.name, this.#resource.perUnit);
    task.builder.add(task.endMs, row, [use], durationMs);
    task.endMs += durationMs;
  }

  finish(rows: number): FileReading {
    for (const { builder, startMs, endMs, durationMs } of this.#byId.values()) {
      const task = builder.subject.workload;
      if (endMs === startMs) this.#findings.note("nothing-measured", "dropped", 0, () => `task ${task} has no fragments`);
      else if (endMs - startMs !== durationMs) this.#findings.note("overlap", "kept", 0, () => `task ${task} lasts ${durationMs} ms, its fragments ${endMs - startMs} ms; the fragments count`);
    }
    return finished([...this.#byId.values()].map(({ builder }) => builder), [this.#resource], this.#findings, rows, { stepMs: null, fill: this.#options.fill });
  }
}
