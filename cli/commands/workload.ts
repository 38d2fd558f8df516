import { Option, type Command } from "commander";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { CheckpointOptions } from "../execution/checkpoints.ts";
import type { ErrandOptions } from "../execution/plan-and-apply.ts";
import { asOption, configOption, wantsDocument } from "../execution-options.ts";
import { commandHelp } from "../help.ts";
import { durationAsMs } from "../options.ts";
import { errandOptions } from "./evacuate.ts";

type Checkpoints = typeof import("../execution/checkpoints.ts");

/** `stowage workload`: checkpoints of one workload. */
export function addWorkload(program: Command, context: Context, finish: Finish): void {
  const workload = program.command("workload").description("Keep a workload as it is, memory included, and let it go on from there (layers that keep checkpoints: libvirt).")
    .addHelpText("after", commandHelp({
      examples: [["stowage workload checkpoint vm1 --name before-upgrade", "it runs on"], ["stowage workload restore vm1 before-upgrade fleet.yaml", "as if nothing had been since"]],
      codes: ["done", "error", "refused", "stale", "unfinished", "interrupted"],
    }));
  const add = (name: string, words: string, description: string, example: readonly [string, string], work: (checkpoints: Checkpoints, names: readonly string[], options: CheckpointOptions & { readonly name?: string }) => Promise<CommandResult>): Command => {
    const command = workload.command(name).arguments(words).description(description);
    return command
      .addOption(new Option("--wait <duration>", "how long to wait for an agent").argParser(durationAsMs).default(600_000, "10min"))
      .addOption(configOption())
      .addHelpText("after", commandHelp({ examples: [example], codes: ["done", "error", "refused"] }))
      .action(async (...args: readonly unknown[]) => finish(await work(await import("../execution/checkpoints.ts"), args.filter((arg) => typeof arg === "string"), command.opts<CheckpointOptions & { readonly name?: string }>())));
  };
  add("checkpoint", "<workload>", "Take a checkpoint of a workload that runs, and runs on.", ["stowage workload checkpoint vm1 --name before-upgrade", "on the host where it runs"], (checkpoints, [subject = ""], { name, ...options }) => checkpoints.takeCheckpoint(subject, name, options, context))
    .addOption(asOption())
    .addOption(new Option("--name <name>", "what it is called; default: the time"));
  add("checkpoints", "<workload>", "List the checkpoints of a workload.", ["stowage workload checkpoints vm1", "which are there, and where?"], (checkpoints, [subject = ""], options) => checkpoints.listCheckpoints(subject, options, context));
  add("drop", "<workload> <checkpoint>", "Delete a checkpoint for good, after asking.", ["stowage workload drop vm1 before-upgrade --yes", "its room is free again"], (checkpoints, [subject = "", name = ""], options) => checkpoints.dropCheckpoint(subject, name, options, context))
    .addOption(asOption())
    .addOption(new Option("--yes", "do not ask"));
  errandOptions(workload.command("restore").description("Let a workload go on from a checkpoint: it is stopped if it runs, and what it has been since is gone. Planned, approved and carried out, asking each time.")
    .argument("<workload>", "the workload").argument("<checkpoint>", "as `stowage workload checkpoints` lists it").argument("<files...>", "the scenario's files"))
    .addHelpText("after", commandHelp({ examples: [["stowage workload restore vm1 before-upgrade fleet.yaml", "on the host where the checkpoint is"]], codes: ["done", "error", "refused", "stale", "unfinished", "interrupted"] }))
    .action(async (subject: string, name: string, files: readonly string[], options: Omit<ErrandOptions, "json">, command: Command) =>
      finish(await (await import("../execution/checkpoints.ts")).restoreCheckpoint(subject, name, files, { ...options, json: wantsDocument(command) }, context)));
}
