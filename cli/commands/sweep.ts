import { availableParallelism } from "node:os";
import { Option, type Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import { domainOf } from "../../model/fleet.ts";
import { didYouMean } from "../../policies/index.ts";
import { lossScopes } from "../../simulator/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { addLoadOptions, simulationOptionsOf, type LoadOptions } from "../load-options.ts";
import { asOfOption, durationAsMs, evacuateOption, utcInstant, wholeNumber, type ScenarioOptions } from "../options.ts";
import { sweepPage } from "../pages/sweep-page.ts";
import { inputOf, prepare, type Ready } from "../prepare.ts";
import { renderSweep } from "../render/sweep.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { simulationInput } from "../simulation-input.ts";
import type { LossScope } from "../sweep/answer.ts";
import { answersTo } from "../sweep/answers.ts";
import { linkLosses, type LinkLoss } from "../sweep/links.ts";
import { sweepReport, type SweepReport } from "../sweep/report.ts";
import { sweepTables } from "../sweep/tables.ts";

interface SweepOptions extends ScenarioOptions, ReportOptions, LoadOptions {
  readonly scopes?: readonly string[];
  readonly start?: string;
  readonly length?: number;
  readonly threads?: number;
  readonly full?: boolean;
}

const usualScopes = ["host", "rack", "site"];

/** `stowage sweep`: what if this fails, at any time of the load? */
export function addSweep(program: Command, context: Context, finish: Finish): void {
  const command = program.command("sweep")
    .description("Let everything fail once, in every slot of the load: who finds a place under the policies, what takers then lack, and which services stop.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .addOption(new Option("--scopes <list>", "what fails, separated by commas: host, site, any domain such as rack, pairs of hosts, pairs:rack for any two racks, and links between sites (default: host,rack,site)")
      .argParser((text: string) => text.split(",").map((scope) => scope.trim()).filter((scope) => scope !== "")))
    .addOption(new Option("--start <utc>", "when the load begins that is looked at").argParser(utcInstant))
    .addOption(new Option("--length <duration>", "how much load to look at, e.g. 7d").argParser(durationAsMs))
    .addOption(new Option("--threads <n>", "threads that ask the planner; the answers are the same (default: one for each processor)").argParser(wholeNumber(1, 256)));
  addReportOptions(addLoadOptions(command))
    .addOption(new Option("--full", "do not cut long tables"))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage sweep scenarios/e-commerce.yaml", "every host, rack and site, under the load of the scenario"],
        ["stowage sweep fleet.yaml --scopes host,pairs --html report.html", "every pair of hosts too, as a page with a heat map"],
        ["stowage sweep fleet.yaml --scopes pairs:rack", "any two racks at once"],
        ["stowage sweep fleet.yaml --scopes site,links", "each site, and each link between sites"],
        ["stowage sweep fleet.yaml --scopes power --load traces/2026-10", "each power feed, under last month's load"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: SweepOptions) => finish(await sweep(files, options, context)));
}

async function sweep(files: readonly string[], options: SweepOptions, context: Context): Promise<CommandResult> {
  const unwritable = await unwritableOutputs(options);
  if (unwritable.length > 0) return failed(unwritable);
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  const chosen = chosenScopes(ready, options.scopes ?? null);
  if (chosen.diagnostics.length > 0) return failed([...diagnostics, ...chosen.diagnostics]);
  context.progress("opening the load", 0, 1);
  const { made, diagnostics: found } = await simulationInput(ready, {
    ...simulationOptionsOf(options), plan: null,
    ...(options.start === undefined ? {} : { start: options.start }), ...(options.length === undefined ? {} : { lengthMs: options.length }),
  });
  const all = [...diagnostics, ...found];
  if (made === null) return failed(all);

  const scenario = { ...ready.scenario, simulation: made.simulation };
  const { scopes } = chosen;
  const answers = await answersTo(scenario, scopes, {
    startMs: made.hasDate ? made.startMs : null, threads: options.threads ?? availableParallelism(),
    progress: (done) => context.progress("asking the planner about losses", done, scopes.length),
  });
  const report = sweepReport({ scenario, index: ready.index, load: made.load, hasDate: made.hasDate, scopes, answers, links: chosen.links },
    (done) => context.progress("trying losses in every slot", done, scopes.length * made.load.resources.length));
  const kept = await writeOutputs(options, { page: () => sweepPage(report), tables: () => sweepTables(report) });
  return kept.length > 0 ? failed([...all, ...kept]) : told(report, all, options, context);
}

function told(report: SweepReport, diagnostics: readonly Diagnostic[], { full = false }: SweepOptions, { paint, columns, columnsFull }: Context): CommandResult {
  const losses = report.losses.map(({ columns: missing, ...loss }) => ({ ...loss, missing: [...missing] }));
  return {
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/sweep/v1", exitCode: exitCodes.done, diagnostics, ...report, losses },
    text: () => renderSweep(report, { paint, columns: full ? columnsFull : columns, full }),
  };
}

interface ChosenScopes {
  readonly scopes: readonly LossScope[];
  readonly links: readonly LinkLoss[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What is to fail. A key that nobody has is a mistake when somebody wrote it, and nothing when it is usual. */
function chosenScopes({ index }: Ready, wanted: readonly string[] | null): ChosenScopes {
  const keys = [...new Set(index.hosts.flatMap((host) => Object.keys(host.domains)))].sort();
  const known = ["host", "site", ...keys, "links", "pairs", "pairs:site", ...keys.map((key) => `pairs:${key}`)];
  const names = wanted ?? usualScopes;
  const unknown = wanted === null ? [] : names.filter((name) => !known.includes(name));
  const diagnostics = [
    ...unknown.map((name) => usageProblem(`--scopes names ${name}, which is nothing that could fail: no host of the fleet is in a domain of that name.`, didYouMean(name, known))),
    ...names.includes("links") && index.fleet.links.length === 0 ? [usageProblem("--scopes names links, and the fleet has no link between sites.", "Declare them under links, or leave it out.")] : [],
    ...names.length === 0 ? [usageProblem("--scopes names nothing that could fail.", `Write some of ${known.join(",")}.`)] : [],
  ];
  const scopes = lossScopes(index, { hosts: names.includes("host"), domains: names.filter((name) => !["host", "pairs", "links"].includes(name) && index.hosts.some((host) => domainOf(host, name) !== null)), pairs: names.includes("pairs"),
    pairsOf: names.filter((name) => name.startsWith("pairs:")).map((name) => name.slice("pairs:".length)) });
  return { scopes, links: names.includes("links") ? linkLosses(index) : [], diagnostics };
}
