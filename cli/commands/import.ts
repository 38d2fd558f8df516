import { writeFile } from "node:fs/promises";
import path from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { importFleet, importers, importOutcomes, type ImportedFleet } from "../../scenarios/importers/index.ts";
import { scenarioJson, scenarioYaml } from "../../scenarios/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { writeTables, type ExportTable } from "../export-tables.ts";
import { failed, usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { commandHelp } from "../help.ts";
import { reportFields, reportText } from "../import/report-file.ts";
import { wholeNumber } from "../options.ts";
import { renderReport, renderSummary } from "../render/import.ts";
import { unwritableFile, unwritableFolder } from "../writable.ts";
import { addImportPrometheus } from "./import-prometheus.ts";

interface ImportOptions {
  readonly out?: string;
  readonly summary?: boolean;
  readonly report?: string;
  readonly csv?: string;
  readonly name?: string;
  readonly vcpuPerCore: number;
  readonly label: readonly string[];
  readonly column?: Readonly<Record<string, string>>;
}

/** `stowage import`: the inventory of another tool becomes a scenario. */
export function addImport(program: Command, context: Context, finish: Finish): void {
  const command = program.command("import")
    .description("Make a scenario from the inventory of another tool, and tell what was taken, converted, guessed and skipped.")
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage import rvtools export.xlsx --out fleet.yaml", "a fleet of VMware, to plan"],
        ["stowage import rvtools export.xlsx --summary", "machines, vCPU, cores after N-1, memory and storage of each cluster"],
      ],
      codes: ["done", "error"],
    }));
  for (const kind of Object.keys(importers)) addKind(command, kind, context, finish);
  addImportPrometheus(command, context, finish);
}

function addKind(command: Command, kind: string, context: Context, finish: Finish): void {
  const importer = importers[kind];
  if (importer === undefined) return;
  const sub = command.command(kind)
    .description(`${importer.title}: ${importer.input}.`)
    .argument("<inputs...>", "files or folders")
    .addOption(new Option("--out <file>", "write the scenario to this file: YAML, or JSON when it ends in .json; - for standard output"))
    .addOption(new Option("--summary", "only the table of clusters: machines, vCPU, cores after N-1, vCPU per core, memory, storage"))
    .addOption(new Option("--report <file>", "write what became of each row to this file: CSV, or JSON when it ends in .json"))
    .addOption(new Option("--csv <folder>", "keep report and summary as CSV files in this folder"))
    .addOption(new Option("--name <name>", "name of the scenario; default: from the file"))
    .addOption(new Option("--vcpu-per-core <n>", "virtual processors that may be promised for each core").argParser(wholeNumber(1, 100)).default(4))
    .addOption(new Option("--label <column>", "keep this column as a label, e.g. of a custom attribute (may be repeated)")
      .argParser((label: string, earlier: readonly string[]) => [...earlier, label]).default([] as readonly string[], "none"));
  if (kind === "csv") {
    sub.addOption(new Option("--column <field=heading>", "the column of a field (may be repeated)").argParser(columnOption).default({}, "by their names"));
  }
  sub.addHelpText("after", commandHelp({ examples: [[`stowage import ${kind} ${importer.example} --out fleet.yaml`, "a scenario to plan"]], codes: ["done", "error"] }))
    .action(async (inputs: readonly string[], options: ImportOptions) => finish(await importKind(kind, inputs, options, context)));
}

function columnOption(text: string, earlier: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const match = /^([\w-]+)=(.+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("It must be FIELD=HEADING, e.g. memory=RAM.");
  return { ...earlier, [match[1] ?? ""]: match[2] ?? "" };
}

async function importKind(kind: string, inputs: readonly string[], options: ImportOptions, context: Context): Promise<CommandResult> {
  const importer = importers[kind];
  if (importer === undefined) return failed([usageProblem(`import knows no "${kind}".`, `It knows ${Object.keys(importers).join(", ")}.`)]);
  const unwritable = await unwritableOutputs(options);
  if (unwritable.length > 0) return failed(unwritable);
  const name = options.name ?? path.basename(inputs[0] ?? kind).replace(/\.\w+$/, "").replaceAll(/[^\w.-]+/g, "-").replace(/^-+/, "");
  const { fleet, diagnostics } = await importFleet(importer, inputs, {
    labels: options.label, columns: options.column ?? {}, name: name === "" ? kind : name, title: `${importer.title}, imported`, vcpuPerCore: options.vcpuPerCore,
  });
  if (fleet === null) return failed(diagnostics);
  const written = await writeAll(fleet, options);
  if (written.length > 0) return failed([...diagnostics, ...written]);
  const { out } = options;
  return {
    exitCode: exitCodes.done, diagnostics,
    document: {
      format: "stowage/import/v1", kind, inputs, summary: fleet.summary,
      counts: Object.fromEntries(importOutcomes.map((outcome) => [outcome, fleet.entries.filter((entry) => entry.outcome === outcome).length])),
      report: fleet.entries, ...(out === undefined || out === "-" ? { scenario: fleet.document } : { out }), diagnostics,
    },
    text: () => {
      if (out === "-") return scenarioYaml(fleet.document) ?? scenarioJson(fleet.document);
      if (options.summary === true) return renderSummary(fleet.summary, context);
      return `${renderReport(fleet, context)}\n${renderSummary(fleet.summary, context)}\n${closing(options)}`;
    },
  };
}

function closing({ out, report, csv }: ImportOptions): string {
  const kept = [
    out === undefined ? "No scenario was written: --out fleet.yaml keeps it." : `Scenario kept in ${out}.`,
    ...report === undefined ? [] : [`What became of each row: ${report}.`],
    ...csv === undefined ? [] : [`Tables kept in ${csv}.`],
  ];
  return `${kept.join("\n")}\n`;
}

async function unwritableOutputs({ out, report, csv }: ImportOptions): Promise<readonly Diagnostic[]> {
  return [
    ...out === undefined || out === "-" ? [] : await unwritableFile("--out", out, "fleet.yaml"),
    ...report === undefined ? [] : await unwritableFile("--report", report, "report.csv"),
    ...csv === undefined ? [] : await unwritableFolder("--csv", csv),
  ];
}

async function writeAll(fleet: ImportedFleet, { out, report, csv }: ImportOptions): Promise<readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const write = async (file: string, text: string): Promise<void> => {
    try {
      await writeFile(file, text);
    } catch (error) {
      problems.push(fileProblem(file, error, "written"));
    }
  };
  if (out !== undefined && out !== "-") {
    const text = /\.json$/i.test(out) ? scenarioJson(fleet.document) : scenarioYaml(fleet.document);
    if (text === null) return [usageProblem(`The scenario is larger than YAML is read of; ${out} was not written.`, "Write it as JSON: --out fleet.json.")];
    await write(out, text);
  }
  if (report !== undefined) await write(report, reportText(report, fleet.entries));
  if (csv !== undefined) problems.push(...await writeTables(csv, tablesOf(fleet), ["csv"]));
  return problems;
}

function tablesOf({ entries, summary }: ImportedFleet): readonly ExportTable[] {
  const sums = ["machines", "vcpus", "memoryMiB", "storageProvisionedMiB", "storageUsedMiB", "vcpusPerCorePermille"] as const;
  return [
    {
      name: "import-report", columns: reportFields.map((name) => ({ name, kind: name === "row" ? "integer" : "text" })),
      rows: entries.map((entry) => reportFields.map((field) => entry[field])),
    },
    {
      name: "import-summary",
      columns: [
        { name: "cluster", kind: "text" }, { name: "counted", kind: "text" },
        ...["hosts", "cores", "coresAfterLoss", ...sums].map((name) => ({ name, kind: "integer" as const })),
      ],
      rows: summary.flatMap((row) => (["running", "all"] as const).map((counted) => [
        row.cluster, counted, row.hosts, row.cores, row.coresAfterLoss, ...sums.map((name) => row[counted][name]),
      ])),
    },
  ];
}
