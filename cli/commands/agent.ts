import { Option, type Command } from "commander";
import type { Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { commandHelp } from "../help.ts";

/** `stowage agent`: the program beside a host's layers that carries out what executors ask for. */
export function addAgent(program: Command, context: Context, finish: Finish): void {
  const agent = program.command("agent")
    .description("Run the agent of a host: it takes inventory and performs approved actions.")
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage agent enrol agent.yaml --token-file token", "become the agent of the host that the file names"],
        ["stowage agent run agent.yaml", "run it, under systemd or by hand"],
        ["stowage agent status agent.yaml", "is it enrolled, does it run, until when does its certificate count?"],
      ],
      codes: ["done", "error", "refused"],
    }));
  agent.command("enrol")
    .description("Get this host's certificate with a one-time token.")
    .argument("<configuration>", "the agent's configuration file")
    .addOption(new Option("--token-file <file>", "file with the token; - reads standard input").makeOptionMandatory())
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage agent enrol agent.yaml --token-file token", "with the token that `stowage ca token` printed"],
        ["ssh operator stowage ca token agent h1 | stowage agent enrol agent.yaml --token-file -", "without keeping it anywhere"],
      ],
      codes: ["done", "error", "refused"],
    }))
    .action(async (file: string, { tokenFile }: { readonly tokenFile: string }) => {
      const { enrolAgent } = await import("../execution/agent.ts");
      finish(await enrolAgent(file, tokenFile));
    });
  agent.command("run")
    .description("Run one agent for each configuration, until told to end.")
    .argument("<configurations...>", "configuration files; one agent each")
    .addHelpText("after", commandHelp({
      examples: [["stowage agent run /etc/stowage/agent.yaml", "as systemd starts it"]], codes: ["done", "error"],
    }))
    .action(async (files: readonly string[]) => {
      const { runAgents } = await import("../execution/agent.ts");
      finish(await runAgents(files, context.live));
    });
  agent.command("status")
    .description("Say what an agent is: enrolled or not, running or not, its certificate, what it drives.")
    .argument("<configuration>", "the agent's configuration file")
    .addHelpText("after", commandHelp({ examples: [["stowage agent status agent.yaml", "on its host"]], codes: ["done", "error"] }))
    .action(async (file: string) => {
      const { agentStatus } = await import("../execution/agent.ts");
      finish(await agentStatus(file));
    });
}
