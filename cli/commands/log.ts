import { Option, type Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { LogOptions } from "../execution/log.ts";
import { configOption } from "../execution-options.ts";
import { commandHelp } from "../help.ts";

/** `stowage log`: the audit trail. */
export function addLog(program: Command, context: Context, finish: Finish): void {
  program.command("log")
    .description("Print the audit trail: who approved what, who had it done, and each thing that happened.")
    .argument("[execution]", "its name or the beginning of it; default: all of them")
    .addOption(new Option("--verify", "check that every entry follows from the one before it, and every execution from the one before it"))
    .addOption(configOption())
    .addHelpText("after", commandHelp({
      examples: [["stowage log --verify", "has anybody changed it?"], ["stowage log --json | jq '.executions[].approvals'", "for a program"]],
      codes: ["done", "error", "refused"],
    }))
    .action(async (run: string | undefined, options: LogOptions) => finish(await (await import("../execution/log.ts")).auditTrail(run, options, context)));
}
