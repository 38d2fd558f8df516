import { Option, type Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { commandHelp } from "../help.ts";
import { durationAsMs } from "../options.ts";
import { configOption, repeated } from "../execution-options.ts";
import type { InventoryOptions } from "../execution/inventory.ts";

/** `stowage inventory`: the fleet as its agents find it. */
export function addInventory(program: Command, context: Context, finish: Finish): void {
  program.command("inventory")
    .description("Ask the agents what is on their hosts and write it as a scenario, ready to plan with.")
    .addOption(new Option("--base <file>", "a scenario whose policies, prices and names are kept; drift against it is told apart (may be repeated)").argParser(repeated).default([] as readonly string[], "none"))
    .addOption(new Option("--out <file>", "write it to this file (.yaml or .json) instead of printing it"))
    .addOption(new Option("--name <name>", "name of the scenario where there is no base").default("inventory"))
    .addOption(new Option("--wait <duration>", "how long to wait for an agent").argParser(durationAsMs).default(20_000, "20s"))
    .addOption(new Option("--allow-silent", "go on without hosts whose agents do not answer"))
    .addOption(configOption())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage inventory --out fleet.yaml", "what is there? A scenario to begin with"],
        ["stowage inventory --base fleet.yaml --out now.yaml", "the same fleet with its rules, as it is now"],
      ],
      codes: ["done", "error"],
    }))
    .action(async (options: InventoryOptions) => finish(await (await import("../execution/inventory.ts")).inventory(options, context)));
}
