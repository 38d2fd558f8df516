import { writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, evacuateOption } from "../options.ts";
import { costPage } from "../pages/cost-page.ts";
import { hasErrors, inputOf, prepare } from "../prepare.ts";
import { renderCost } from "../render/report-cost.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { unwritableFile } from "../writable.ts";
import { costDocument } from "./cost-document.ts";
import { costReportOf } from "./cost-input.ts";
import { addCostOptions, addPlanOptions, groupChoice, type CostOptions, type GroupChoice } from "./cost-options.ts";
import { costProblems } from "./cost-problems.ts";
import { costTables } from "./cost-tables.ts";
import { costView } from "./cost-view.ts";

interface CostCommandOptions extends CostOptions, ReportOptions {
  readonly by: GroupChoice;
  readonly out?: string;
  readonly full?: boolean;
}

/** `stowage report cost`: what did what cost? */
export function addReportCost(report: Command, context: Context, finish: Finish): void {
  const command = report.command("cost")
    .description("What each host, workload, application, service, site or team cost in a period, from use and prices; idle and reserve by a stated method. Everything adds up to the bills of the hosts.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .addOption(new Option("--by <kind>", "host, workload, application, service, site, team, or team=LABEL").argParser(groupChoice).default({ kind: "service", label: null }, "service"));
  addReportOptions(addPlanOptions(addCostOptions(command)))
    .addOption(new Option("--out <file>", "keep the report with all of its lines, e.g. for `stowage report variance`"))
    .addOption(new Option("--full", "do not cut long tables"))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage report cost scenarios/e-commerce.yaml", "what does each service cost in the week of the simulation?"],
        ["stowage report cost fleet.yaml --month 2026-10 --load traces/2026-10 --by team", "last month by team, from what was measured"],
        ["stowage report cost fleet.yaml --month 2026-10 --share kept --by host", "what of each host did nobody use?"],
        ["stowage report cost fleet.yaml --month 2026-11 --plan plan.json --out planned.json", "what next month should cost, to compare it later"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: CostCommandOptions) => finish(await costCommand(files, options, context)));
}

async function costCommand(files: readonly string[], options: CostCommandOptions, context: Context): Promise<CommandResult> {
  const unwritable = [...await unwritableOutputs(options), ...options.out === undefined ? [] : await unwritableFile("--out", options.out, "cost.json")];
  if (unwritable.length > 0) return failed(unwritable);
  const { ready, diagnostics, locate } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  context.progress("reading the load and adding up", 0, 1);
  const outcome = await costReportOf(ready, options);
  const all = [...diagnostics, ...locate(outcome.diagnostics), ...outcome.made === null ? [] : costProblems(ready, outcome.made, options.by)];
  if (outcome.made === null || hasErrors(all)) return failed(all);
  const view = costView(outcome.made, options.by);
  const document = { format: "stowage/cost/v1" as const, exitCode: exitCodes.done, diagnostics: all, ...costDocument(view) };
  const kept = [
    ...await writeOutputs(options, { page: () => costPage(view), tables: () => costTables(view) }),
    ...options.out === undefined ? [] : await keep(options.out, document),
  ];
  if (kept.length > 0) return failed([...all, ...kept]);
  const { full = false } = options;
  return {
    exitCode: exitCodes.done, diagnostics: all, document,
    text: () => `${renderCost(view, { paint: context.paint, columns: full ? context.columnsFull : context.columns, full })}${options.out === undefined ? "" : `\nKept in ${options.out}.\n`}`,
  };
}

async function keep(file: string, document: unknown): ReturnType<typeof writeOutputs> {
  try {
    await writeFile(file, `${JSON.stringify(document)}\n`);
    return [];
  } catch (error) {
    return [fileProblem(file, error, "written")];
  }
}
