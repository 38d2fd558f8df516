import { availableParallelism } from "node:os";
import { Option, type Command } from "commander";
import { loadStudy, type Study } from "../../scenarios/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { wholeNumber } from "../options.ts";
import { studyPage } from "../pages/study-page.ts";
import { hasErrors } from "../prepare.ts";
import { renderStudy } from "../render/study.ts";
import { addReportOptions, unwritableOutputs, writeOutputs, type ReportOptions } from "../report-outputs.ts";
import { runStudy, type StudyReport } from "../study/run-study.ts";
import { studyTables } from "../study/tables.ts";
import { unwritableFolder } from "../writable.ts";

interface StudyOptions extends ReportOptions {
  readonly seeds?: number;
  readonly out?: string;
  readonly resume?: boolean;
  readonly workers?: number;
  readonly full?: boolean;
}

/** `stowage study`: scenarios x policies x seeds, side by side. */
export function addStudy(program: Command, context: Context, finish: Finish): void {
  const command = program.command("study")
    .description("Simulate every scenario of a study under every set of policies with the same seeds, and compare: means, and differences to the baseline with 95 % intervals.")
    .argument("<study>", "the study's file; - reads standard input")
    .addOption(new Option("--seeds <n>", "how many seeds, instead of what the study says").argParser(wholeNumber(1, 10_000)))
    .addOption(new Option("--out <folder>", "keep each finished run in this folder"))
    .addOption(new Option("--resume", "take finished runs from --out whose inputs have not changed"))
    .addOption(new Option("--workers <n>", "simulations at once; default one for each core").argParser(wholeNumber(1, 256)));
  addReportOptions(command)
    .addOption(new Option("--full", "do not cut long lists, and show what is the same"))
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage study scenarios/studies/sites.yaml", "which site can we do without?"],
        ["stowage study study.yaml --seeds 50 --out runs --resume", "more seeds; go on where it was interrupted"],
        ["stowage study study.yaml --html study.html --csv tables", "a page for those who decide, and the numbers"],
      ],
      codes: ["done", "error", "interrupted"],
    }))
    .action(async (file: string, options: StudyOptions) => finish(await study(file, options, context)));
}

async function study(file: string, options: StudyOptions, context: Context): Promise<CommandResult> {
  const unusable = [
    ...await unwritableOutputs(options),
    ...options.out === undefined ? [] : await unwritableFolder("--out", options.out),
    ...options.resume === true && options.out === undefined ? [usageProblem("--resume does not say where the finished runs are.", "Add --out FOLDER, as when they were made.")] : [],
  ];
  if (unusable.length > 0) return failed(unusable);
  const loaded = await loadStudy(file);
  if (loaded.study === null) return failed(loaded.diagnostics);
  const settings = { out: options.out ?? null, resume: options.resume ?? false, workers: options.workers ?? availableParallelism() };
  const { report, interrupted, diagnostics } = await runStudy(withSeeds(loaded.study, options.seeds), settings, context);
  const all = [...loaded.diagnostics, ...diagnostics];
  if (report === null || hasErrors(all)) return failed(all);
  const kept = await writeOutputs(options, { page: () => studyPage(report), tables: () => studyTables(report) });
  if (kept.length > 0) return failed([...all, ...kept]);
  const exitCode = interrupted ? exitCodes.interrupted : exitCodes.done;
  return {
    exitCode, diagnostics: all,
    document: { format: "stowage/study-report/v1", exitCode, interrupted, diagnostics: all, ...report },
    text: () => renderStudy(report, { ...context, full: options.full ?? false }) + endWords(report, interrupted, options, context),
  };
}

/** The first seed stays. */
function withSeeds(study: Study, count: number | undefined): Study {
  const first = study.seeds[0] ?? 1;
  return count === undefined ? study : { ...study, seeds: Array.from({ length: count }, (_, n) => first + n) };
}

/** What to do after Ctrl-C. */
function endWords({ runsDone, runsWanted }: StudyReport, interrupted: boolean, { out }: StudyOptions, { paint }: Context): string {
  if (!interrupted) return "";
  const next = out === undefined ? "With --out FOLDER finished runs would have been kept." : `\`--resume --out ${out}\` goes on from here.`;
  return `\n${paint.yellow(`Interrupted: ${runsDone} of ${runsWanted} runs are done.`)} ${next}\n`;
}
