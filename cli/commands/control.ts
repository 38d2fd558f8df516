import { Option, type Command } from "commander";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { ControlOptions } from "../execution/control.ts";
import { asOption, configOption, wantsDocument } from "../execution-options.ts";
import { commandHelp } from "../help.ts";

type Work = (module: typeof import("../execution/control.ts"), run: string | undefined, options: ControlOptions) => Promise<CommandResult>;

/** `stowage status`, `pause`, `resume`, `cancel` and `rollback`: what an operator does with an execution. */
export function addControl(program: Command, context: Context, finish: Finish): void {
  const add = (name: string, description: string, example: string, work: Work): Command => program.command(name)
    .description(description)
    .argument("[execution]", "its name or the beginning of it; default: the last one")
    .addOption(asOption())
    .addOption(configOption())
    .addOption(new Option("--full", "do not cut long lists"))
    .addHelpText("after", commandHelp({ examples: [[`stowage ${name}`, example]], codes: name === "status" ? ["done", "error"] : ["done", "error", "refused", "unfinished", "interrupted"] }))
    .action(async (run: string | undefined, options: Omit<ControlOptions, "json">, command: Command) =>
      finish(await work(await import("../execution/control.ts"), run, { ...options, json: wantsDocument(command) })));
  add("status", "Say how an execution stands: what is done, undone or unknown, and why.", "how far is it?", (module, run, options) => module.executionStatus(run, options, context));
  add("pause", "Pause an execution at a safe point: what must not stay half-way is ended first.", "from another terminal", (module, run, options) => module.control("pause", run, options, context));
  add("resume", "Go on with an execution that was paused, or whose executor has died.", "go on from the journal", (module, run, options) => module.control("resume", run, options, context));
  add("cancel", "End an execution at a safe point; what was done stays.", "no more of it", (module, run, options) => module.control("cancel", run, options, context));
  add("rollback", "Undo what an execution has done, last first, under the same rules.", "bring all back", (module, run, options) => module.control("goBack", run, options, context))
    .addOption(new Option("--yes", "do not ask"));
}
