import type { Command } from "commander";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Plan } from "../../model/plan.ts";
import type { Scenario } from "../../model/scenario.ts";
import { compareFacts, planDigest, verifyPlan, type StaleFact, type Verification } from "../../policies/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit-code.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, evacuateOption, type ScenarioOptions } from "../options.ts";
import { readPlanFile } from "../plan-file.ts";
import { instantMs } from "../instant.ts";
import { inputOf, prepare, type Input } from "../prepare.ts";
import { failed } from "../failed.ts";
import { wrap } from "../render/text.ts";
import { renderVerification } from "../render/verification.ts";

/** `stowage verify`: the proof, made again by somebody who does not know the planner. */
export function addVerify(program: Command, context: Context, finish: Finish): void {
  program.command("verify")
    .description("Replay a plan action by action against a scenario, check every rule at every instant, and say which facts have changed since.")
    .argument("<plan>", "a file that `stowage plan --out` wrote")
    .argument("<files...>", "the scenario's files, as given to `stowage plan`, or newer ones")
    .addOption(evacuateOption())
    .addOption(asOfOption("what the scenario says, else what the plan was made for, else now"))
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage verify plan.json fleet.yaml", "is the plan allowed?"],
        ["stowage verify plan.json fleet-of-today.yaml", "does it still hold for the fleet as it is now?"],
        ["stowage verify plan.json fleet.yaml --as-of 2026-11-21T22:00:00Z", "would it be allowed then?"],
        ["stowage verify --json plan.json fleet.yaml | jq .verification.violations", "for a program"],
      ],
      codes: ["done", "error", "refused", "stale"],
    }))
    .action(async (plan: string, files: readonly string[], options: ScenarioOptions) =>
      finish(await verify(plan, files, options, context)));
}

async function verify(path: string, files: readonly string[], options: ScenarioOptions, context: Context): Promise<CommandResult> {
  const read = await readPlanFile(path);
  if (read.plan === null) return failed(read.diagnostics);
  const { ready, diagnostics } = await prepare(inputFor(read.plan, files, options, context));
  if (ready === null) return failed(diagnostics);

  const { plan } = read;
  const { scenario, index, constraints } = ready;
  const all = [...diagnostics, ...digestProblem(path, plan)];
  const startsAtMs = instantMs(scenario.asOf);
  const verification = verifyPlan({ index, constraints, plan, startsAtMs });
  const stale = compareFacts(plan, index, scenario.policies, constraints, startsAtMs);
  const exitCode = exitCodeOf(all, verification, stale);
  return {
    exitCode, diagnostics: all,
    document: { format: "stowage/verification/v1", exitCode, diagnostics: all, digest: plan.digest, asOf: scenario.asOf, verification, stale },
    text: () => renderVerification(verification, stale, context) + otherInstant(plan, scenario, context),
  };
}

/**
 * The plan is judged at the instant of the command line, else of the scenario; at its own, which no digest covers, only
 * where neither says one, and else now.
 */
function inputFor(plan: Plan, files: readonly string[], options: ScenarioOptions, context: Context): Input {
  return { ...inputOf(files, options, context), nowUtc: plan.asOf ?? context.nowUtc };
}

/** Whoever planned for tonight and verifies for noon should not wonder about windows and exceptions. */
function otherInstant(plan: Plan, { asOf }: Scenario, { paint, columns }: Context): string {
  if (plan.asOf === null || asOf === null || instantMs(plan.asOf) === instantMs(asOf)) return "";
  return `\n${wrap(paint.dim(`Exceptions and time windows are those of ${asOf}; the plan was made for ${plan.asOf} (--as-of chooses).`), columns, "")}\n`;
}

/** A plan whose meaning was changed by hand is not the plan that was signed. */
function digestProblem(path: string, plan: Plan): readonly Diagnostic[] {
  const digest = planDigest(plan);
  if (digest === plan.digest) return [];
  return [{
    code: "not-allowed", severity: "error", file: path, line: null, column: null, path: "digest",
    message: `The digest of plan ${path} is ${plan.digest}, but its actions, target and facts give ${digest}: it was changed after it was made.`,
    advice: "Make the plan again with `stowage plan --out`.",
  }];
}

/** Stale comes before refused: when the fleet has changed, that is why rules break. */
function exitCodeOf(diagnostics: readonly Diagnostic[], { ok }: Verification, stale: readonly StaleFact[]): ExitCode {
  if (stale.some(({ matters }) => matters)) return exitCodes.stale;
  return ok && diagnostics.every(({ severity }) => severity !== "error") ? exitCodes.done : exitCodes.refused;
}
