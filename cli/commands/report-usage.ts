import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { defaultLimits, defaultSizes } from "../../reports/index.ts";
import { scenarioJson, scenarioYaml } from "../../scenarios/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { commandHelp } from "../help.ts";
import { addLoadOptions, simulationOptionsOf, type LoadOptions } from "../load-options.ts";
import { asOfOption, wholeNumber, type ScenarioOptions } from "../options.ts";
import { usagePage } from "../pages/usage-page.ts";
import { inputOf, prepare, type Ready } from "../prepare.ts";
import { renderUsage } from "../render/usage.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { usageDocument } from "../usage/document.ts";
import { sizeChanges, sizeEffect, type SizeEffect } from "../usage/effect.ts";
import { gatherLoad, slotMsOf } from "../usage/gather.ts";
import { usageReport, type UsageReport } from "../usage/report.ts";
import { UsageSpool } from "../usage/spool.ts";
import { usageTables } from "../usage/tables.ts";
import { unwritableFile } from "../writable.ts";

interface UsageOptions extends ScenarioOptions, ReportOptions, LoadOptions {
  readonly hostLoad?: readonly string[];
  readonly over: number;
  readonly under: number;
  readonly margin: number;
  readonly ratesAt: "p95" | "p99" | "peak";
  readonly iterations: number;
  readonly effect: boolean;
  readonly out?: string;
  readonly full?: boolean;
}

/** `stowage report usage`: who uses what, who is too large or too small, and what that is worth. */
export function addReportUsage(report: Command, context: Context, finish: Finish): void {
  const command = report.command("usage")
    .description("Say what workloads, applications, services and hosts used, which hosts are used too much or too little, which sizes fit better, and what those are worth.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input");
  addReportOptions(addLoadOptions(command))
    .addOption(new Option("--host-load <path>", "what was measured of hosts themselves (may be repeated)").argParser((path: string, earlier?: readonly string[]) => [...earlier ?? [], path]))
    .addOption(new Option("--over <percent>", "a host is used too much above this").argParser(wholeNumber(1, 1000)).default(defaultLimits.overPermille / 10))
    .addOption(new Option("--under <percent>", "and too little below this").argParser(wholeNumber(0, 1000)).default(defaultLimits.underPermille / 10))
    .addOption(new Option("--margin <percent>", "room of a size above what it must fit").argParser(wholeNumber(0, 1000)).default(defaultSizes.marginPermille / 10))
    .addOption(new Option("--rates-at <what>", "which use of processors and network a size must fit").choices(["p95", "p99", "peak"]).default(defaultSizes.ratesAt))
    .addOption(new Option("--iterations <n>", "moves that each plan tries").argParser(wholeNumber(1, 1_000_000_000)).default(100_000))
    .addOption(new Option("--no-effect", "do not plan with the advised sizes"))
    .addOption(new Option("--out <file>", "write the advised sizes as a scenario over the first file: YAML, or JSON when it ends in .json"))
    .addOption(new Option("--full", "do not cut long tables"))
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage report usage fleet.yaml --load load.parquet", "who uses what, and which sizes fit better"],
        ["stowage report usage fleet.yaml --load load.parquet --out sizes.yaml", "keep the sizes, to plan with: stowage plan sizes.yaml"],
        ["stowage report usage fleet.yaml --load load.parquet --html usage.html --csv tables", "as a page and as tables for others"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: UsageOptions) => finish(await reportUsage(files, options, context)));
}

async function reportUsage(files: readonly string[], options: UsageOptions, context: Context): Promise<CommandResult> {
  const unwritable = [...await unwritableOutputs(options), ...options.out === undefined ? [] : await unwritableFile("--out", options.out, "sizes.yaml"), ...impossible(files, options)];
  if (unwritable.length > 0) return failed(unwritable);
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  context.progress("reading the load", 0, 1);
  const spool = new UsageSpool(slotMsOf(ready, options.load === undefined));
  try {
    const gathered = await gatherLoad(ready, { load: options.load, loadFormat: options.loadFormat, hostLoad: options.hostLoad, simulation: simulationOptionsOf(options) }, spool);
    if (gathered.load === null) return failed([...diagnostics, ...gathered.diagnostics]);
    const found = usageReport({
      ready, load: gathered.load, limits: { overPermille: options.over * 10, underPermille: options.under * 10 },
      sizes: { ...defaultSizes, marginPermille: options.margin * 10, ratesAt: options.ratesAt }, seed: options.seed ?? ready.scenario.simulation?.seed ?? 1,
    }, (stage, done, total) => context.progress(stage, done, total));
    return await told(found, ready, [...diagnostics, ...gathered.diagnostics], files, options, context);
  } finally {
    spool.remove();
  }
}

function impossible(files: readonly string[], { over, under, out }: UsageOptions): readonly Diagnostic[] {
  return [
    ...under < over ? [] : [usageProblem(`--under ${under} is not below --over ${over}: every host would be used too much or too little.`, "Give a smaller --under.")],
    ...out !== undefined && files.includes("-") ? [usageProblem("--out writes a scenario over the files named here, and standard input is none.", "Name a file.")] : [],
  ];
}

async function told(report: UsageReport, ready: Ready, before: readonly Diagnostic[], files: readonly string[], options: UsageOptions, context: Context): Promise<CommandResult> {
  const effect = options.effect && sizeChanges(report.sizes).length > 0 ? await effectOf(report, ready, options, context) : null;
  const diagnostics = [...before, ...effect?.diagnostics ?? []];
  const problems = [
    ...await writeOutputs(options, { page: () => usagePage(report, effect), tables: () => usageTables(report, effect) }),
    ...options.out === undefined ? [] : await writeSizes(report, files, options.out),
  ];
  if (problems.length > 0) return failed([...diagnostics, ...problems]);
  const full = options.full ?? false;
  return {
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/usage/v1", exitCode: exitCodes.done, diagnostics, ...usageDocument(report, effect) },
    text: () => `${renderUsage(report, effect, { paint: context.paint, columns: full ? context.columnsFull : context.columns, full })}${options.out === undefined ? "" : `\nSizes kept in ${options.out}.\n`}`,
  };
}

function effectOf(report: UsageReport, ready: Ready, { seed = 1, iterations }: UsageOptions, context: Context): Promise<SizeEffect> {
  context.progress("planning with and without the sizes", 0, 1);
  return sizeEffect(ready, report.sizes, { seed, iterations });
}

async function writeSizes({ sizes }: UsageReport, files: readonly string[], out: string): Promise<readonly Diagnostic[]> {
  const document = {
    apiVersion: "stowage/v1" as const, include: files.map((file) => path.relative(path.dirname(out), file).split(path.sep).join("/")), changes: [...sizeChanges(sizes)],
  };
  const text = /\.json$/i.test(out) ? scenarioJson(document) : scenarioYaml(document);
  if (text === null) return [usageProblem(`The sizes are more than YAML is read of; ${out} was not written.`, "Write them as JSON: --out sizes.json.")];
  try {
    await writeFile(out, text);
    return [];
  } catch (error) {
    return [fileProblem(out, error, "written")];
  }
}
