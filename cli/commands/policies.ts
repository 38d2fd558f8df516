import type { Command } from "commander";
import { builtInPrefix, catalogue, didYouMean, runPolicyTests, type AnyConstraintKind, type Constraint } from "../../policies/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed, usageProblem } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, type ScenarioOptions } from "../options.ts";
import { inputOf, prepare } from "../prepare.ts";
import { countWords } from "../render/diagnostics.ts";
import { renderCatalogue, renderEntry, renderPolicies, renderPolicyTests, type BuiltInView } from "../render/policies.ts";

/** `stowage policies`: the rules of a scenario, and the catalogue that they are made from. */
export function addPolicies(program: Command, context: Context, finish: Finish): void {
  const policies = program.command("policies")
    .description("Check, test and list the rules of a scenario, and read the catalogue that rules are made from.")
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage policies list", "the catalogue: what can be required"],
        ["stowage policies show spread", "one entry with its parameters"],
        ["stowage policies lint fleet.yaml", "contradictions, duplicates, rules that select nothing"],
        ["stowage policies test fleet.yaml", "run the tests that the policies carry"],
      ],
      codes: ["done", "error", "refused"],
    }));

  policies.command("lint")
    .description("Find contradictory, unreachable, duplicate and mistaken policies.")
    .argument("<files...>", "a base file and overlays")
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage policies lint fleet.yaml", "before a review"],
        ["stowage policies lint --json fleet.yaml overlay.yaml", "for a program"],
      ], codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: ScenarioOptions) => finish(await lint(files, options, context)));

  policies.command("test")
    .description("Run the tests inside the policies: placements that must be refused or allowed.")
    .argument("<files...>", "a base file and overlays")
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage policies test fleet.yaml", "all tests of all policies"],
        ["stowage policies test --json fleet.yaml | jq '.results[] | select(.passed | not)'", "only what failed"],
      ], codes: ["done", "error", "refused"],
    }))
    .action(async (files: readonly string[], options: ScenarioOptions) => finish(await test(files, options, context)));

  policies.command("list")
    .description("List the policies of a scenario; without files, the catalogue.")
    .argument("[files...]", "a base file and overlays")
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [["stowage policies list", "the catalogue"], ["stowage policies list fleet.yaml", "the rules of this fleet"]],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: ScenarioOptions) => finish(await list(files, options, context)));

  policies.command("show")
    .description("Show one entry of the catalogue: its meaning, its parameters, and when it holds.")
    .argument("<entry>", "e.g. spread")
    .addHelpText("after", commandHelp({
      examples: [["stowage policies show spread", "for people"], ["stowage policies show --json capacity", "with the JSON Schema of its parameters"]],
      codes: ["done", "error"],
    }))
    .action((entry: string) => finish(show(entry, context)));
}

async function lint(files: readonly string[], options: ScenarioOptions, context: Context): Promise<CommandResult> {
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  const clean = diagnostics.length === 0;
  return {
    exitCode: ready === null ? exitCodes.error : exitCodes.done, diagnostics,
    document: { format: "stowage/policy-lint/v1", valid: ready !== null, diagnostics },
    text: () => (ready === null || !clean ? "" : `${context.paint.green("clean")}: ${countWords(ready.scenario.policies.length, "policy", "policies")}, nothing to say.\n`),
  };
}

async function test(files: readonly string[], options: ScenarioOptions, context: Context): Promise<CommandResult> {
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  const results = runPolicyTests(ready.scenario, ready.index, ready.constraints);
  const untested = ready.scenario.policies.filter(({ enabled, tests }) => enabled && tests.length === 0).map(({ id }) => id);
  return {
    exitCode: results.every(({ passed }) => passed) ? exitCodes.done : exitCodes.refused, diagnostics,
    document: { format: "stowage/policy-tests/v1", results, untested, diagnostics },
    text: () => renderPolicyTests(results, untested, context),
  };
}

async function list(files: readonly string[], options: ScenarioOptions, context: Context): Promise<CommandResult> {
  if (files.length === 0) {
    const entries = Object.values(catalogue).map(({ name, meaning, subject, holds }) => ({ name, meaning, subject, holds }));
    return {
      exitCode: exitCodes.done, diagnostics: [],
      document: { format: "stowage/catalogue/v1", entries },
      text: () => renderCatalogue(entries, context),
    };
  }
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  if (ready === null) return failed(diagnostics);
  const { policies } = ready.scenario;
  const builtIn = builtInOf(ready.constraints);
  return {
    exitCode: exitCodes.done, diagnostics,
    document: { format: "stowage/policies/v1", policies, builtIn, diagnostics },
    text: () => renderPolicies(policies, builtIn, context),
  };
}

/** The musts that the fleet states by itself, each once: explanations name them too. */
function builtInOf(constraints: readonly Constraint[]): readonly BuiltInView[] {
  const found = new Map<string, BuiltInView>();
  for (const { policy, title, kind, holds } of constraints) {
    if (policy.startsWith(builtInPrefix)) found.set(policy, { id: policy, title, requires: kind, holds });
  }
  return [...found.values()];
}

function show(name: string, context: Context): CommandResult {
  const entries = new Map<string, AnyConstraintKind>(Object.entries(catalogue));
  const entry = entries.get(name);
  if (entry === undefined) {
    return failed([usageProblem(`The catalogue has no entry "${name}".`, didYouMean(name, [...entries.keys()], "`stowage policies list` names them all."))]);
  }
  const { meaning, subject, holds, parameters } = entry;
  const shown = { name, meaning, subject, holds, parameters: { ...parameters } };
  return {
    exitCode: exitCodes.done, diagnostics: [],
    document: { format: "stowage/catalogue-entry/v1", ...shown },
    text: () => renderEntry(shown, context),
  };
}
