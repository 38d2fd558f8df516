import { Option, type Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { ErrandOptions } from "../execution/plan-and-apply.ts";
import { repeated, wantsDocument } from "../execution-options.ts";
import { commandHelp } from "../help.ts";
import { secondsAsMs } from "../options.ts";
import { carryingOptions } from "./apply.ts";

/** `stowage evacuate`: plan, approve and apply in one, asking each time. */
export function addEvacuate(program: Command, context: Context, finish: Finish): void {
  errandOptions(program.command("evacuate")
    .description("Empty a host: plan from a fresh inventory, have the plan approved, and carry it out, asking each time.")
    .argument("<host>", "the host to empty; it goes into maintenance")
    .argument("<files...>", "the scenario's files"))
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage evacuate h1 fleet.yaml", "look at the plan, have a second person say yes, and go"],
        ["stowage evacuate h1 fleet.yaml --approved-by bruno --yes", "without being asked"],
      ],
      codes: ["done", "error", "refused", "stale", "unfinished", "interrupted"],
    }))
    .action(async (host: string, files: readonly string[], options: Omit<ErrandOptions, "json">, command: Command) => {
      const [{ planAndApply }, { evacuated }] = await Promise.all([import("../execution/plan-and-apply.ts"), import("../execution/errands.ts")]);
      finish(await planAndApply("evacuate", files, evacuated(host), { ...options, json: wantsDocument(command) }, context));
    });
}

/** What plan, approve and apply in one need. */
export function errandOptions(command: Command): Command {
  return carryingOptions(command
    .addOption(new Option("--approved-by <name>", "who approves, somebody else than you (may be repeated); asked for at a terminal").argParser(repeated).default([] as readonly string[], "none"))
    .addOption(new Option("--key <file>", "sign the plan with this key, from `stowage ca person`; default: `key` in the configuration of that person"))
    .addOption(new Option("--comment <text>", "why it may be carried out").default("", "none"))
    .addOption(new Option("--time <seconds>", "time for finding a placement").argParser(secondsAsMs).default(10_000, "10")));
}
