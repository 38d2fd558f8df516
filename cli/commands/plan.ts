import { writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import type { Mode } from "../../model/plan.ts";
import type { EngineChoice } from "../../planner/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { Author } from "../execution/author.ts";
import { exitCodes, type ExitCode } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { fileProblem } from "../file-problem.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, evacuateOption, secondsAsMs, wholeNumber, type ScenarioOptions } from "../options.ts";
import { planFileText } from "../plan-file.ts";
import type { PlanReport } from "../planning.ts";
import { hasErrors, inputOf } from "../prepare.ts";
import { renderPlan } from "../render/plan.ts";
import { wrap } from "../render/text.ts";
import { unwritableFile } from "../writable.ts";

interface PlanOptions extends ScenarioOptions {
  readonly mode?: Mode;
  readonly engine: EngineChoice;
  readonly seed: number;
  readonly time: number;
  readonly iterations?: number;
  readonly out?: string;
  readonly as?: string;
  readonly key?: string;
  readonly detailedExitcode?: boolean;
  readonly full?: boolean;
}

/** `stowage plan`: where everything should run, and how to get there. */
export function addPlan(program: Command, context: Context, finish: Finish): void {
  program.command("plan")
    .description("Find a cheaper allowed placement, order the actions that reach it, and prove the result.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .addOption(new Option("--mode <mode>", "what is wanted: the best fleet, the fewest moves that keep every must, emptied hosts, or only places for what is new (default: optimise; evacuate with --evacuate)")
      .choices(["optimise", "repair", "evacuate", "place"]))
    .addOption(evacuateOption())
    .addOption(new Option("--engine <engine>", "exact proves, search scales").choices(["auto", "exact", "search"]).default("auto"))
    .addOption(new Option("--seed <n>", "same input, seed and --iterations: same plan").argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)).default(1))
    .addOption(new Option("--time <seconds>", "time for finding a placement").argParser(secondsAsMs).default(10_000, "10"))
    .addOption(new Option("--iterations <n>", "moves that the search tries; makes a run repeatable on any machine").argParser(wholeNumber(1, 1_000_000_000_000)))
    .addOption(new Option("--out <file>", "keep the plan in this file"))
    .addOption(new Option("--as <name>", "who makes the plan and so may not approve it; default: whom the operator's configuration names, else the account"))
    .addOption(new Option("--key <file>", "sign as who makes the plan with this key, from `stowage ca person`; default: `key` in the configuration of that person"))
    .addOption(new Option("--detailed-exitcode", "exit with 2 when the plan changes something"))
    .addOption(new Option("--full", "do not cut long lists"))
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage plan fleet.yaml", "a cheaper placement, with reasons"],
        ["stowage plan fleet.yaml close-site.yaml --out plan.json", "what if: a change laid over the fleet; keep the plan"],
        ["stowage plan fleet.yaml --evacuate h7", "empty a host with as few moves as can be"],
        ["stowage plan fleet.yaml --mode repair --detailed-exitcode", "in a script: 2 when something must be repaired"],
      ],
    }))
    .action(async (files: readonly string[], options: PlanOptions) => finish(await plan(files, options, context)));
}

async function plan(files: readonly string[], options: PlanOptions, context: Context): Promise<CommandResult> {
  const unwritable = options.out === undefined ? [] : await unwritableFile("--out", options.out, "plan.json");
  if (unwritable.length > 0) return failed(unwritable);
  const made = options.out === undefined ? null : await (await import("../execution/author.ts")).authorOf(options, context.live);
  if (made !== null && "diagnostics" in made) return failed(made.diagnostics);
  const input = inputOf(files, options, context);
  const { outcome, interrupted } = await context.makePlan({
    input,
    mode: options.mode ?? (input.evacuate.length > 0 ? "evacuate" : "optimise"),
    engine: options.engine, seed: options.seed, timeMs: options.time, iterations: options.iterations ?? null,
  });
  const { report, diagnostics } = outcome;
  if (report === null) return failed(diagnostics);
  const kept = options.out === undefined || made === null ? [] : await keep(options.out, report, made.author);
  const exitCode = hasErrors(kept) ? exitCodes.error : exitCodeOf(report, interrupted, options.detailedExitcode ?? false);
  return {
    exitCode, diagnostics: [...diagnostics, ...kept],
    document: { format: "stowage/plan-report/v1", exitCode, interrupted, diagnostics: [...diagnostics, ...kept], ...report },
    text: () => renderPlan(report, { paint: context.paint, columns: context.columns, full: options.full ?? false })
      + endWords(report, hasErrors(kept) ? {} : options, interrupted, context),
  };
}

/** A plan that its own verifier refuses is never kept. */
async function keep(file: string, { plan, verification }: PlanReport, { person: { name }, key, isSigningNeeded }: Author): Promise<CommandResult["diagnostics"]> {
  if (!verification.ok) return [];
  const { authorsKeyMissing, signedAuthorship } = await import("../execution/authorship.ts");
  try {
    await writeFile(file, planFileText(plan, signedAuthorship(name, plan.digest, key)));
    return isSigningNeeded && key === null ? [{ ...authorsKeyMissing(name), severity: "warning" }] : [];
  } catch (error) {
    return [fileProblem(file, error, "written")];
  }
}

function exitCodeOf({ plan, verification }: PlanReport, interrupted: boolean, detailed: boolean): ExitCode {
  if (interrupted) return exitCodes.interrupted;
  if (!verification.ok || isPartial(plan)) return exitCodes.refused;
  return detailed && plan.actions.length > 0 ? exitCodes.changesPending : exitCodes.done;
}

/** Not everything has a place under the musts, whether it could have one or not. */
function isPartial({ claim }: PlanReport["plan"]): boolean {
  return claim.kind === "infeasible" || claim.kind === "incomplete";
}

function endWords({ plan, verification }: PlanReport, { out }: Pick<PlanOptions, "out">, interrupted: boolean, { paint, columns }: Context): string {
  const lines: string[] = [];
  if (interrupted) lines.push(paint.yellow("Interrupted: this is the best plan found so far."));
  if (plan.claim.kind === "incomplete") lines.push("With more time (--time, --iterations) or another --seed more may be placed.");
  if (isPartial(plan)) lines.push("See `stowage explain --conflict FILES` for the rules and demands in conflict, and ways out.");
  if (out !== undefined) lines.push(verification.ok ? `Plan kept in ${out}.` : `Nothing was written to ${out}: the plan is refused.`);
  return lines.length === 0 ? "" : `\n${lines.map((line) => wrap(line, columns, "")).join("\n")}\n`;
}
