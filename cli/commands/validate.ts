import type { Command } from "commander";
import type { Scenario } from "../../model/scenario.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { commandHelp } from "../help.ts";
import { asOfOption, type ScenarioOptions } from "../options.ts";
import { inputOf, prepare } from "../prepare.ts";
import { countWords } from "../render/diagnostics.ts";
import { fleetWords } from "../render/fleet-words.ts";
import { wrap } from "../render/text.ts";

/** `stowage validate`: every problem of a scenario at once. */
export function addValidate(program: Command, context: Context, finish: Finish): void {
  program.command("validate")
    .description("Find every mistake in a scenario at once, each with file, line, value, limit and a way out.")
    .argument("<files...>", "a base file and overlays, in this order; - reads standard input")
    .addOption(asOfOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage validate fleet.yaml", "one file"],
        ["stowage validate fleet.yaml close-site.yaml", "a base and a change laid over it"],
        ["stowage validate --json fleet.yaml | jq '.diagnostics[].message'", "for a program"],
        ["generate-inventory | stowage validate -", "from standard input"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (files: readonly string[], options: ScenarioOptions) => finish(await validate(files, options, context)));
}

async function validate(files: readonly string[], options: ScenarioOptions, context: Context): Promise<CommandResult> {
  const { ready, diagnostics } = await prepare(inputOf(files, options, context));
  const summary = ready === null ? null : summaryOf(ready.scenario);
  return {
    exitCode: ready === null ? exitCodes.error : exitCodes.done,
    document: { format: "stowage/validation/v1", valid: ready !== null, summary, diagnostics },
    diagnostics,
    text: () => (ready === null ? "" : renderValid(ready.scenario, context)),
  };
}

function summaryOf({ name, fleet, policies, changes }: Scenario): Readonly<Record<string, unknown>> {
  const { sites, hosts, workloads, applications, services } = fleet;
  return {
    name, sites: sites.length, hosts: hosts.length, workloads: workloads.length,
    applications: applications.length, services: services.length, policies: policies.length, changes,
  };
}

function renderValid({ name, fleet, policies, changes }: Scenario, { paint, columns }: Context): string {
  const lines = [`${paint.green("valid")} ${paint.bold(name)}: ${fleetWords(fleet)}, ${countWords(policies.length, "policy", "policies")}.`];
  if (changes.length > 0) lines.push("", "Changes", ...changes.map((change) => wrap(`~ ${change}`, columns, "  ", "    ")));
  return `${[wrap(lines[0] ?? "", columns, "", "  "), ...lines.slice(1)].join("\n")}\n`;
}
