import { Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { traceFormatNames, type TraceFormatName } from "../../model/load.ts";
import type { Moment, PlannedFailure, TraceLoad } from "../../model/simulation.ts";
import { simulate } from "../../simulator/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, durationAsMs, evacuateOption, plannedFailure, timeOfSimulation, utcInstant, wholeNumber, type ScenarioOptions } from "../options.ts";
import { simulationPage } from "../pages/simulation-page.ts";
import { readPlanFile } from "../plan-file.ts";
import { hasErrors, inputOf, prepare, type Ready } from "../prepare.ts";
import { renderSimulation } from "../render/simulation.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { simulationDocument } from "../simulation-document.ts";
import { simulationTables } from "../simulation-export.ts";
import { simulationInput, type PreparedSimulation, type SimulationOptions } from "../simulation-input.ts";
import { runwaysOf } from "../simulation-runway.ts";
import { defaultPlanRequest } from "../simulation-plan.ts";

interface SimulateOptions extends ScenarioOptions, ReportOptions {
  readonly plan?: string;
  readonly planAt?: Moment;
  readonly load?: readonly string[];
  readonly loadFormat?: TraceFormatName;
  readonly loadBegins?: TraceLoad["begins"];
  readonly start?: string;
  readonly length?: number;
  readonly seed?: number;
  readonly fail?: readonly PlannedFailure[];
  readonly full?: boolean;
}

/** `stowage simulate`: what will happen, slot by slot. */
export function addSimulate(program: Command, context: Context, finish: Finish): void {
  const command = program.command("simulate")
    .description("Run the fleet through time: replay or make up load, carry out a plan, let hosts fail, start further instances; the section `simulation` of the scenario says what.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .addOption(new Option("--plan <plan>", "carry out this plan file, `new` for one that is made first, `none` to leave out that of the scenario"))
    .addOption(new Option("--plan-at <time>", "when the plan begins: 2h after the beginning, or a UTC instant").argParser(timeOfSimulation))
    .addOption(new Option("--load <path>", "replay this trace instead: a file, folder or archive (may be repeated)").argParser((path: string, earlier?: readonly string[]) => [...earlier ?? [], path]))
    .addOption(new Option("--load-format <format>", "what the files are; found out when absent").choices([...traceFormatNames]))
    .addOption(new Option("--load-begins <when>", "when the trace counts").choices(["as-dated", "with-simulation", "same-weekday"]))
    .addOption(new Option("--start <utc>", "when the simulation begins").argParser(utcInstant))
    .addOption(new Option("--length <duration>", "how long it lasts, e.g. 7d or 12h").argParser(durationAsMs))
    .addOption(new Option("--seed <n>", "same scenario, options and seed: same result").argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)))
    .addOption(new Option("--fail <failure>", "let something fail, WHAT@WHEN+REPAIR: host:h1@2h+30min, rack:r1@1d+4h, link:a,b@2h+1h (may be repeated)")
      .argParser((text: string, earlier?: readonly PlannedFailure[]) => [...earlier ?? [], plannedFailure(text)]));
  addReportOptions(command)
    .addOption(new Option("--full", "do not cut long lists"))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage simulate scenarios/e-commerce.yaml", "as the scenario says"],
        ["stowage simulate fleet.yaml --plan plan.json --html report.html", "what a plan will do, as a page for others"],
        ["stowage simulate fleet.yaml --fail rack:r1@2d+4h --seed 7", "and if a rack dies?"],
        ["stowage simulate fleet.yaml --load traces/2026-10 --csv out", "last month's load again"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: SimulateOptions) => finish(await run(files, options, context)));
}

async function run(files: readonly string[], options: SimulateOptions, context: Context): Promise<CommandResult> {
  const unwritable = await unwritableOutputs(options);
  if (unwritable.length > 0) return failed(unwritable);
  const { ready, diagnostics, locate } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  const wanted = await optionsOf(options, ready, context);
  if (hasErrors(wanted.diagnostics)) return failed([...diagnostics, ...wanted.diagnostics]);
  context.progress("opening the load", 0, 1);
  const { made, diagnostics: found } = await simulationInput(ready, wanted.options);
  const before = [...diagnostics, ...wanted.diagnostics, ...locate(found)];
  if (made === null) return failed(before);
  context.progress("simulating", 0, 1);
  const result = await simulate(made.input);
  const all = [...before, ...afterwards(made)];
  context.progress("looking at runways", 0, 1);
  const report = { made, result, runways: await runwaysOf(ready, made) };
  const kept = await writeOutputs(options, { page: () => simulationPage(report), tables: () => simulationTables(report) });
  if (kept.length > 0) return failed([...all, ...kept]);
  return {
    exitCode: exitCodes.done, diagnostics: all,
    document: { format: "stowage/simulation/v1", exitCode: exitCodes.done, diagnostics: all, ...simulationDocument(report) },
    text: () => renderSimulation(report, { ...context, full: options.full ?? false }),
  };
}

async function optionsOf(given: SimulateOptions, ready: Ready, context: Context): Promise<{ readonly options: SimulationOptions; readonly diagnostics: readonly Diagnostic[] }> {
  const { plan, planAt = { kind: "after", ms: 0 }, load, loadFormat, loadBegins, start, length, seed, fail } = given;
  const options: SimulationOptions = {
    ...(load === undefined ? {} : { load }), ...(loadFormat === undefined ? {} : { loadFormat }), ...(loadBegins === undefined ? {} : { loadBegins }),
    ...(start === undefined ? {} : { start }), ...(length === undefined ? {} : { lengthMs: length }), ...(seed === undefined ? {} : { seed }),
    ...(fail === undefined ? {} : { failures: fail }), progress: (asked) => context.progress(`asking the planner, question ${asked}`, 0, 1),
  };
  const section = ready.scenario.simulation?.plan ?? null;
  if (plan === undefined) return { options: given.planAt === undefined || section === null ? options : { ...options, plan: { make: { ...section, at: planAt } } }, diagnostics: [] };
  if (plan === "none") return { options: { ...options, plan: null }, diagnostics: [] };
  if (plan === "new") return { options: { ...options, plan: { make: { ...section ?? defaultPlanRequest, at: planAt } } }, diagnostics: [] };
  const read = await readPlanFile(plan);
  return { options: read.plan === null ? options : { ...options, plan: { plan: read.plan, at: planAt } }, diagnostics: read.diagnostics };
}

/** What can only be said when it has run. */
function afterwards({ load, answers }: PreparedSimulation): readonly Diagnostic[] {
  return [
    ...(load.samplesAtLimit === 0 ? [] : [warn(`${load.samplesAtLimit} samples were more than can be counted, and stayed at the limit.`, "Use larger units, or less load.")]),
    ...(answers.refused === 0 ? [] : [warn(`${answers.refused} of ${answers.asked} answers of the planner were refused by the verifier and not carried out.`, "Give recovery.iterations more, or set policies aside that cannot be kept in an emergency.")]),
  ];
}

function warn(message: string, advice: string): Diagnostic {
  return { code: "out-of-range", severity: "warning", file: null, line: null, column: null, path: "simulation", message, advice };
}
