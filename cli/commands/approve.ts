import { Option, type Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { ApproveOptions } from "../execution/approve.ts";
import { asOption, configOption } from "../execution-options.ts";
import { commandHelp } from "../help.ts";
import { evacuateOption } from "../options.ts";

/** `stowage approve`: a second pair of eyes. */
export function addApprove(program: Command, context: Context, finish: Finish): void {
  program.command("approve")
    .description("Approve a plan: the approval is bound to what the plan does and to every fact that it rests on.")
    .argument("<plan>", "a file that `stowage plan --out` wrote")
    .argument("<files...>", "the scenario's files, as given to `stowage plan`")
    .addOption(asOption())
    .addOption(new Option("--comment <text>", "why it may be carried out").default("", "none"))
    .addOption(new Option("--author <name>", "who made the plan, where its file does not say"))
    .addOption(new Option("--key <file>", "sign with this key, from `stowage ca person`; default: `key` in the configuration of that person"))
    .addOption(new Option("--out <file>", "the approval's file; default: beside the plan"))
    .addOption(evacuateOption())
    .addOption(configOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage approve plan.json fleet.yaml --comment 'looks right'", "by whoever the configuration names"],
        ["stowage approve plan.json fleet.yaml --as bruno", "by bruno; the author of the plan is refused"],
        ["stowage approve plan.json fleet.yaml --as bruno --key bruno.pem", "signed, so that nobody else can have written it"],
      ],
      codes: ["done", "error", "refused"],
    }))
    .action(async (plan: string, files: readonly string[], options: ApproveOptions) => finish(await (await import("../execution/approve.ts")).approvePlan(plan, files, options, context)));
}
