import { Option, type Command } from "commander";
import { costKinds } from "../../model/finance.ts";
import { causes, varianceOf, type VarianceKind } from "../../reports/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import type { ExportTable } from "../export-tables.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { variancePage } from "../pages/variance-page.ts";
import { renderVariance } from "../render/report-variance.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { readKeptCost, type KeptCost } from "./kept-cost.ts";
import type { VarianceView } from "./variance-view.ts";

interface VarianceOptions extends ReportOptions {
  readonly by: VarianceKind;
  readonly full?: boolean;
}

/** `stowage report variance`: why does it cost something else? */
export function addReportVariance(report: Command, context: Context, finish: Finish): void {
  const command = report.command("variance")
    .description("Two kept cost reports beside each other, two periods or plan and actual: what is over, what is under, and how much of it is price, volume, mix, policy and idle.")
    .argument("<first>", "what `stowage report cost --out` kept")
    .argument("<second>", "the same, later or in fact")
    .addOption(new Option("--by <kind>", "what to show it by").choices([...costKinds]).default("service"));
  addReportOptions(command)
    .addOption(new Option("--full", "do not cut long tables"))
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage report variance october.json november.json", "why did the month cost more?"],
        ["stowage report variance planned.json actual.json --by host --html variance.html", "what became of the plan, host by host, as a page"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (first: string, second: string, options: VarianceOptions) => finish(await variance([first, second], options, context)));
}

async function variance(files: readonly [string, string], options: VarianceOptions, context: Context): Promise<CommandResult> {
  const unwritable = await unwritableOutputs(options);
  if (unwritable.length > 0) return failed(unwritable);
  const [first, second] = [await readKeptCost(files[0]), await readKeptCost(files[1])];
  const diagnostics = [...first.diagnostics, ...second.diagnostics];
  if (first.kept === null || second.kept === null) return failed(diagnostics);
  const [a, b] = [first.kept, second.kept];
  if (a.currency !== b.currency) return failed([usageProblem(`${a.file} counts in ${a.currency}, ${b.file} in ${b.currency}.`, "Compare reports in one currency.")]);
  if (options.by === "team" && a.teamLabel !== b.teamLabel) return failed([usageProblem(`Teams of ${a.file} are by label ${a.teamLabel}, of ${b.file} by ${b.teamLabel}.`, "Keep both with the same --by team=LABEL.")]);
  const view: VarianceView = { a, b, kind: options.by, currency: b.currency, variance: varianceOf(a, b, options.by) };
  const kept = await writeOutputs(options, { page: () => variancePage(view), tables: () => varianceTables(view) });
  if (kept.length > 0) return failed(kept);
  const { full = false } = options;
  return {
    exitCode: exitCodes.done, diagnostics, document: { format: "stowage/variance/v1", exitCode: exitCodes.done, diagnostics, ...varianceDocument(view) },
    text: () => renderVariance(view, { paint: context.paint, columns: full ? context.columnsFull : context.columns, full }),
  };
}

function varianceDocument({ a, b, kind, variance: { rows, total, changedPolicies }, currency }: VarianceView): Readonly<Record<string, unknown>> {
  const row = (each: typeof total): Readonly<Record<string, unknown>> =>
    ({ id: each.id, firstMicros: String(each.a), secondMicros: String(each.b), ...Object.fromEntries(causes.map((cause) => [`${cause}Micros`, String(each.by[cause])])) });
  return { first: side(a), second: side(b), currency, by: kind, rows: rows.map(row), total: row(total), changedPolicies };
}

function side({ file, scenario, fromMs, toMs, plan }: KeptCost): Readonly<Record<string, unknown>> {
  return { file, scenario, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), plan };
}

const integer = (name: string): ExportTable["columns"][number] => ({ name, kind: "integer" });

function varianceTables({ kind, variance: { rows } }: VarianceView): readonly ExportTable[] {
  return [{
    name: `variance-by-${kind}`, columns: [{ name: kind, kind: "text" }, integer("firstMicros"), integer("secondMicros"), integer("changeMicros"), ...causes.map((cause) => integer(`${cause}Micros`))],
    rows: rows.map(({ id, a, b, by }) => [id, a, b, b - a, ...causes.map((cause) => by[cause])]),
  }];
}
