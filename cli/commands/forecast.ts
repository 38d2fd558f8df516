import { Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { LoadTrace } from "../../model/load.ts";
import { didYouMean } from "../../policies/index.ts";
import type { Grid } from "../../simulator/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { forecastDocument } from "../forecast/document.ts";
import { forecastReport, type ForecastReport } from "../forecast/report.ts";
import { subjectKinds, type SubjectKind } from "../forecast/subjects.ts";
import { forecastTables } from "../forecast/tables.ts";
import { commandHelp } from "../help.ts";
import { addLoadOptions, simulationOptionsOf, type LoadOptions } from "../load-options.ts";
import { asOfOption, durationAsMs, evacuateOption, type ScenarioOptions } from "../options.ts";
import { forecastPage } from "../pages/forecast-page.ts";
import { inputOf, prepare, type Ready } from "../prepare.ts";
import { formatDuration } from "../render/duration.ts";
import { renderForecast } from "../render/forecast.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { gridOfHistory, historyOf } from "../simulation-input.ts";

interface ForecastOptions extends ScenarioOptions, ReportOptions, LoadOptions {
  readonly horizon?: number;
  readonly held?: number;
  readonly per: SubjectKind;
  readonly resource?: readonly string[];
  readonly full?: boolean;
}

const dayMs = 86_400_000;
/** Runways are looked at for two years. */
const horizonMaxMs = 730 * dayMs;

/** `stowage forecast`: what will be asked for, when it runs out, and what would help. */
export function addForecast(program: Command, context: Context, finish: Finish): void {
  const command = program.command("forecast")
    .description("Look ahead from what was measured: demand with bands, the date on which each resource runs out, the date on which the next instance has no place, and what to buy or relax.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .addOption(new Option("--horizon <duration>", "how far to look ahead, e.g. 90d; default: what the scenario says, else 90d").argParser(durationAsMs))
    .addOption(new Option("--held <duration>", "test the forecast on so much at the end of the history, e.g. 7d, learnt from all before; default: what the scenario says, else on the second half").argParser(durationAsMs))
    .addOption(new Option("--per <what>", "whose demand to show").choices([...subjectKinds]).default("service"))
    .addOption(new Option("--resource <name>", "look at this resource only (may be repeated)").argParser((name: string, earlier?: readonly string[]) => [...earlier ?? [], name]));
  addReportOptions(addLoadOptions(command))
    .addOption(new Option("--full", "do not cut long tables"))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage forecast scenarios/e-commerce.yaml", "when does what run out, and what would help?"],
        ["stowage forecast fleet.yaml --load traces --horizon 180d --html report.html", "half a year ahead, from traces, as a page for others"],
        ["stowage forecast fleet.yaml --per host --resource memoryMiB", "memory, host by host"],
        ["stowage forecast fleet.yaml --load traces --held 14d", "and how good it would have been for the last fortnight"],
        ["stowage forecast fleet.yaml --csv out", "all of it for a spreadsheet"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: ForecastOptions) => finish(await forecast(files, options, context)));
}

async function forecast(files: readonly string[], options: ForecastOptions, context: Context): Promise<CommandResult> {
  const unwritable = await unwritableOutputs(options);
  if (unwritable.length > 0) return failed(unwritable);
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  context.progress("opening the load", 0, 1);
  const opened = await historyOf(ready, simulationOptionsOf(options));
  if (opened.made === null) return failed([...diagnostics, ...opened.diagnostics]);
  const { history, simulation, startMs, hasDate } = opened.made;
  const all = [...diagnostics, ...opened.diagnostics];
  const horizonMs = options.horizon ?? simulation.forecast.horizonMs;
  const heldMs = options.held ?? simulation.forecast.heldMs;
  const resources = options.resource ?? simulation.forecast.resources;
  const grid = gridOfHistory(opened.made);
  const impossible = [...impossibleHorizon(horizonMs), ...unknownResources(history, options.resource ?? []), ...tooShort(grid), ...heldTooLong(heldMs, grid)];
  if (impossible.length > 0) return failed([...all, ...impossible]);

  const whole: Ready = { ...ready, scenario: { ...ready.scenario, simulation } };
  const report = await forecastReport(
    { ready: whole, history, grid, hasDate, startMs, per: options.per, resources, horizonMs, heldMs, seed: simulation.seed },
    (stage, done, total) => context.progress(stage, done, total));
  const kept = await writeOutputs(options, { page: () => forecastPage(report), tables: () => forecastTables(report) });
  return kept.length > 0 ? failed([...all, ...kept]) : told(report, all, options, context);
}

function told(report: ForecastReport, diagnostics: readonly Diagnostic[], { full = false }: ForecastOptions, { paint, columns, columnsFull }: Context): CommandResult {
  return {
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/forecast/v1", exitCode: exitCodes.done, diagnostics, ...forecastDocument(report) },
    text: () => renderForecast(report, { paint, columns: full ? columnsFull : columns, full }),
  };
}

function impossibleHorizon(horizonMs: number): readonly Diagnostic[] {
  if (horizonMs >= dayMs && horizonMs <= horizonMaxMs) return [];
  return [usageProblem(`The horizon is ${Math.floor(horizonMs / 3_600_000)} h; it can be from 1d to ${horizonMaxMs / dayMs}d.`, "Write --horizon 90d, or change forecast.horizon in the section simulation.")];
}

/** So much must be left to learn from. */
const learnMs = 4 * dayMs;

function heldTooLong(heldMs: number | null, { slots, stepMs }: Grid): readonly Diagnostic[] {
  const historyMs = slots * stepMs;
  if (heldMs === null || (heldMs >= stepMs && historyMs - heldMs >= learnMs)) return [];
  const most = Math.floor((historyMs - learnMs) / dayMs);
  return [usageProblem(`The forecast is to be tested on ${formatDuration(heldMs)} of a history of ${formatDuration(historyMs)} in slots of ${formatDuration(stepMs)}; that must be a slot or more, and at least ${learnMs / dayMs} days must be left to learn from.`,
    most < 1 ? "Leave out --held and forecast.held in the section simulation: the history is too short to choose." : `Write --held ${most}d or less, or change forecast.held in the section simulation.`)];
}

function unknownResources({ resources }: LoadTrace, wanted: readonly string[]): readonly Diagnostic[] {
  const known = resources.map(({ name }) => name);
  return wanted.filter((name) => !known.includes(name)).map((name) => usageProblem(`--resource ${name} is nothing of which there is load.`, didYouMean(name, known)));
}

function tooShort({ slots, stepMs }: Grid): readonly Diagnostic[] {
  const days = (slots * stepMs) / dayMs;
  if (days >= 2 && slots >= 12) return [];
  return [usageProblem(`The history of the load is ${days.toFixed(1)} days long; at least 2 days and 12 slots are needed to look ahead.`, "Give a longer trace, shorter slots (forecast.step), or more history for load that is made up (forecast.history).")];
}
