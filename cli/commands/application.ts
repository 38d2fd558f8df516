import { Option, type Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import type { ApplicationOptions } from "../execution/applications.ts";
import { configOption } from "../execution-options.ts";
import { commandHelp } from "../help.ts";
import { durationAsMs } from "../options.ts";

type Work = (module: typeof import("../execution/applications.ts"), names: readonly string[], options: ApplicationOptions) => ReturnType<typeof import("../execution/applications.ts").listApplications>;

/** `stowage application`: single applications inside of workloads. */
export function addApplication(program: Command, context: Context, finish: Finish): void {
  const application = program.command("application").description("Look after single applications inside of workloads that hold several, where an agent inside of them listens.")
    .addHelpText("after", commandHelp({ examples: [["stowage application list", "what runs inside?"]], codes: ["done", "error"] }));
  const add = (name: string, names: string, description: string, example: readonly [string, string], work: Work): void => {
    const command = application.command(name).description(description);
    if (names !== "") command.arguments(names);
    command
      .addOption(new Option("--wait <duration>", "how long to wait for an agent").argParser(durationAsMs).default(120_000, "2min"))
      .addOption(configOption())
      .addHelpText("after", commandHelp({ examples: [example], codes: ["done", "error"] }))
      .action(async (...args: readonly unknown[]) => finish(await work(await import("../execution/applications.ts"), args.filter((arg) => typeof arg === "string"), command.opts<ApplicationOptions>())));
  };
  add("list", "", "List applications inside of workloads with what each uses.", ["stowage application list", "what runs inside?"], (module, _, options) => module.listApplications(options, context));
  add("start", "<workload> <application>", "Start one application inside of a workload.", ["stowage application start web-1 shop", "only shop; what else runs there goes on"], (module, [workload = "", name = ""], options) => module.tellApplication(workload, name, "running", options, context));
  add("stop", "<workload> <application>", "Stop one application inside of a workload.", ["stowage application stop web-1 shop", "only shop; what else runs there goes on"], (module, [workload = "", name = ""], options) => module.tellApplication(workload, name, "stopped", options, context));
}
