import { Option, type Command } from "commander";
import { currentHosts } from "../../model/snapshot.ts";
import { didYouMean } from "../../policies/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, evacuateOption, secondsAsMs, wholeNumber, type ScenarioOptions } from "../options.ts";
import { readPlanFile } from "../plan-file.ts";
import { inputOf, prepare, type Prepared } from "../prepare.ts";
import { renderConflict, renderExplanation } from "../render/explanation.ts";
import { placedByPlan } from "../../reports/index.ts";

interface ExplainOptions extends ScenarioOptions {
  readonly conflict?: boolean;
  readonly plan?: string;
  readonly full?: boolean;
  readonly seed: number;
  readonly time: number;
}

type Ready = NonNullable<Prepared["ready"]>;

/** `stowage explain`: why here, why not there, and what is in conflict. */
export function addExplain(program: Command, context: Context, finish: Finish): void {
  program.command("explain")
    .description("Say why a workload is where it is and what speaks against every other host; or, with --conflict, which rules and demands cannot all be met, and the cheapest ways out.")
    .argument("<words...>", "WORKLOAD FILES..., or with --conflict only FILES...")
    .addOption(new Option("--conflict", "find a minimal set of rules and demands in conflict"))
    .addOption(new Option("--plan <file>", "explain the placement that this plan reaches, instead of the one of now"))
    .addOption(new Option("--full", "name every host, however many"))
    .addOption(new Option("--seed <n>", "seed of the search behind --conflict").argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER)).default(1))
    .addOption(new Option("--time <seconds>", "time for --conflict").argParser(secondsAsMs).default(20_000, "20"))
    .addOption(evacuateOption())
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage explain web-1 fleet.yaml", "why is web-1 where it is?"],
        ["stowage explain web-1 fleet.yaml --plan plan.json", "why does the plan put it there?"],
        ["stowage explain --conflict fleet.yaml more-load.yaml", "why does not everything fit, and what would help?"],
      ],
      codes: ["done", "error", "refused"],
    }))
    .action(async (words: readonly string[], options: ExplainOptions) => finish(await explain(words, options, context)));
}

async function explain(words: readonly string[], options: ExplainOptions, context: Context): Promise<CommandResult> {
  const [workload, ...others] = words;
  const files = options.conflict === true ? words : others;
  if (workload === undefined || files.length === 0) {
    return failed([usageProblem("explain needs a workload and at least one file; only a workload was given.", "Write `stowage explain WORKLOAD FILES...`, or `stowage explain --conflict FILES...`.")]);
  }
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  return options.conflict === true
    ? await explainConflict(ready, diagnostics, options, context)
    : await explainWorkload(workload, ready, diagnostics, options, context);
}

async function explainWorkload(
  workload: string, ready: Ready, diagnostics: CommandResult["diagnostics"], options: ExplainOptions, context: Context,
): Promise<CommandResult> {
  const { scenario, index, constraints } = ready;
  const w = index.workloads.findIndex(({ id }) => id === workload);
  if (w < 0) {
    const known = index.workloads.map(({ id }) => id);
    return failed([...diagnostics, usageProblem(`The scenario has no workload "${workload}".`, didYouMean(workload, known, "`stowage show FILES workloads` lists them."))]);
  }
  const placement = await placementOf(ready, options);
  if ("diagnostics" in placement) return failed(placement.diagnostics);

  const { buildProblem, explainer } = await import("../../planner/index.ts");
  const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
  const explanation = explainer(problem, placement.hostOf).explain(w);
  return {
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/explanation/v1", currency: scenario.fleet.currency, diagnostics, ...explanation },
    text: () => renderExplanation(explanation, scenario.fleet.currency, { ...context, full: options.full ?? false }),
  };
}

/** Where everybody is: now, or after the plan that `--plan` names. */
async function placementOf(
  { index }: Ready, { plan: path }: ExplainOptions,
): Promise<{ readonly hostOf: ArrayLike<number> } | { readonly diagnostics: CommandResult["diagnostics"] }> {
  if (path === undefined) return { hostOf: currentHosts(index) };
  const read = await readPlanFile(path);
  return read.plan === null ? { diagnostics: read.diagnostics } : { hostOf: placedByPlan(index, read.plan).hostOf };
}

async function explainConflict(
  ready: Ready, diagnostics: CommandResult["diagnostics"], options: ExplainOptions, context: Context,
): Promise<CommandResult> {
  const { scenario, index, constraints } = ready;
  const { buildProblem, findConflict, relaxations } = await import("../../planner/index.ts");
  const problem = buildProblem({ index, constraints, objectives: scenario.objectives, settings: scenario.settings, mode: "optimise" });
  const limits = { seed: options.seed, timeMs: options.time, clock: context.clock, stopped: () => false };
  const conflict = await findConflict(problem, limits);
  const waysOut = conflict === null ? [] : await relaxations(scenario, conflict, limits);
  return {
    exitCode: conflict === null ? exitCodes.done : exitCodes.refused, diagnostics,
    document: { format: "stowage/conflict/v1", currency: scenario.fleet.currency, conflict, relaxations: waysOut, diagnostics },
    text: () => renderConflict(conflict, waysOut, scenario, context),
  };
}
