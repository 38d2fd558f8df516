import { Option, type Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { ApplyOptions } from "../execution/apply.ts";
import { asOption, configOption, repeated, wantsDocument } from "../execution-options.ts";
import { commandHelp } from "../help.ts";
import { durationAsMs, evacuateOption, wholeNumber } from "../options.ts";

/** `stowage apply`: an approved plan happens on real hosts. */
export function addApply(program: Command, context: Context, finish: Finish): void {
  const apply = program.command("apply")
    .description("Carry an approved plan out: every fact that it rests on is looked at again, then its actions are performed. Ctrl-C pauses at a safe point.")
    .argument("<plan>", "a file that `stowage plan --out` wrote")
    .argument("<files...>", "the scenario's files, as given to `stowage plan`, or newer ones")
    .addOption(new Option("--approval <file>", "an approval (may be repeated); default: those beside the plan").argParser(repeated).default([] as readonly string[], "none"))
    .addOption(new Option("--dry-run", "check everything and do nothing"))
    .addOption(evacuateOption());
  carryingOptions(apply)
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage apply plan.json fleet.yaml --dry-run", "may it happen now? What would be done?"],
        ["stowage apply plan.json fleet.yaml", "look, ask, and do it"],
        ["stowage apply plan.json fleet.yaml --yes | jq -c '{action, kind, permille}'", "for a program: one line of JSON for each event"],
      ],
      codes: ["done", "error", "refused", "stale", "unfinished", "interrupted"],
    }))
    .action(async (plan: string, files: readonly string[], options: Omit<ApplyOptions, "json">, command: Command) =>
      finish(await (await import("../execution/apply.ts")).applyPlan(plan, files, { ...options, json: wantsDocument(command) }, context)));
}

/** How something is carried out, the same for every command that does. */
export function carryingOptions(command: Command): Command {
  return command
    .addOption(new Option("--yes", "do not ask"))
    .addOption(new Option("--at-once <n>", "most actions at once over everything").argParser(wholeNumber(1, 100_000)).default(1000))
    .addOption(new Option("--on-failure <what>", "when an action fails for good: the rest that safely can goes on, nothing new begins, or all goes back").choices(["goOn", "pause", "goBack"]).default("goOn"))
    .addOption(new Option("--wait <duration>", "how long to wait for an agent's inventory").argParser(durationAsMs).default(20_000, "20s"))
    .addOption(new Option("--full", "do not cut long lists"))
    .addOption(asOption())
    .addOption(configOption());
}
