import { spawn } from "node:child_process";
import { Option, type Command } from "commander";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { failed } from "../failed.ts";
import { commandHelp } from "../help.ts";
import { LabFault } from "../lab/command.ts";
import type { Lab } from "../lab/index.ts";
import { defaultFolder } from "../lab/names.ts";
import { wholeNumber } from "../options.ts";
import { renderContinuity, renderLab } from "../render/lab.ts";

interface WhichLab {
  readonly name: string;
  readonly folder: string;
}

interface UpOptions extends WhichLab {
  readonly hosts: number;
  readonly guests: number;
  readonly install?: boolean;
  readonly agents: boolean;
}

/** `stowage lab`: real hosts to try things out on, on one machine. */
export function addLab(program: Command, context: Context, finish: Finish): void {
  const lab = program.command("lab")
    .description("Make two or more real hosts with virtual machines on this one machine, to try out and to test what Stowage does.")
    .addHelpText("after", commandHelp({
      examples: [["sudo stowage lab up", "three hosts, each with its own libvirt, and three guests"], ["sudo stowage lab down", "remove all of it"]],
      codes: ["done", "error"],
    }));

  withLab(lab.command("up"))
    .description("Make a lab, or what is missing of it. Needs root on Debian or Ubuntu; tells which packages are missing.")
    .addOption(new Option("--hosts <n>", "how many hosts").argParser(wholeNumber(2, 9)).default(3))
    .addOption(new Option("--guests <n>", "how many virtual machines").argParser(wholeNumber(0, 20)).default(3))
    .addOption(new Option("--no-agents", "only the hosts: no authority, no agents, no configuration for an operator"))
    .addOption(new Option("--install", "install missing packages, and download the guests' kernel"))
    .addHelpText("after", commandHelp({ examples: [["sudo stowage lab up --install", "the first time"], ["sudo stowage lab up --name other --hosts 2 --guests 0", "a second lab beside the first"]], codes: ["done", "error"] }))
    .action(async (options: UpOptions) => finish(await guarded(() => up(options, context))));

  withLab(lab.command("down"))
    .description("Remove a lab with everything in it, also one that was made in part.")
    .addHelpText("after", commandHelp({ examples: [["sudo stowage lab down", "power cut, then nothing is left but the guests' kernel in the cache"]], codes: ["done", "error"] }))
    .action(async (options: WhichLab) => finish(await guarded(() => down(options))));

  withLab(lab.command("status"))
    .description("Show the hosts of a lab, their guests, and how to reach them.")
    .addHelpText("after", commandHelp({ examples: [["sudo stowage lab status", "who runs where"]], codes: ["done", "error"] }))
    .action(async (options: WhichLab) => finish(await guarded(() => status(options, context))));

  withLab(lab.command("watch"))
    .description("Keep a connection to each guest while a command runs, and tell what their clients noticed.")
    .argument("<command...>", "what to run, after --; stowage means this program")
    .addHelpText("after", commandHelp({ examples: [["sudo stowage lab watch -- stowage apply plan.json fleet.yaml --yes", "does a move go unnoticed?"]], codes: ["done", "error"] }))
    .action(async (command: readonly string[], options: WhichLab) => finish(await guarded(() => watch(command, options, context))));

  withLab(lab.command("shell"))
    .description("Open a shell on a host of a lab, or run a command there.")
    .argument("<host>", "h1, h2, ...")
    .argument("[command...]", "what to run, after --; a shell when absent")
    .addHelpText("after", commandHelp({ examples: [["sudo stowage lab shell h1", "look around"], ["sudo stowage lab shell h1 -- ip address", "one command"]], codes: ["done", "error"] }))
    .action(async (host: string, command: readonly string[], options: WhichLab) => finish(await guarded(() => shell(host, command, options))));
}

function withLab(command: Command): Command {
  return command
    .addOption(new Option("--name <name>", "which lab").env("STOWAGE_LAB").default("lab"))
    .addOption(new Option("--folder <path>", "where labs are kept").default(defaultFolder));
}

async function guarded(work: () => Promise<CommandResult>): Promise<CommandResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LabFault) return failed([error.diagnostic]);
    throw error;
  }
}

/** Loaded only where a lab is meant: all other commands start faster without. */
function labs(): Promise<typeof import("../lab/index.ts")> {
  return import("../lab/index.ts");
}

async function up({ name, folder, hosts, guests, install, agents }: UpOptions, context: Context): Promise<CommandResult> {
  const { Lab } = await labs();
  const lab = await Lab.up({ name, folder, hosts, install: install ?? false, agents, progress: (stage) => context.progress(stage, 0, 0) });
  for (let i = 0; i < guests; i++) {
    context.progress("starting the guests", i, guests);
    // All but the last begin on the first host, so that there is something to move.
    await lab.addGuest({ name: `vm${i + 1}`, host: i < guests - 1 || guests === 1 ? 1 : 2 });
  }
  for (const guest of lab.guests) await lab.isServing(guest.name);
  return shown(lab, context);
}

async function down({ name, folder }: WhichLab): Promise<CommandResult> {
  const { Lab } = await labs();
  const wasThere = await Lab.down(name, folder);
  return {
    exitCode: exitCodes.done, diagnostics: [], document: { format: "stowage/lab-removed/v1", name, wasThere },
    text: () => (wasThere ? `Lab ${name} was removed.\n` : `There is no lab ${name}.\n`),
  };
}

async function status({ name, folder }: WhichLab, context: Context): Promise<CommandResult> {
  return shown(await labOf({ name, folder }), context);
}

async function shell(host: string, command: readonly string[], which: WhichLab): Promise<CommandResult> {
  const lab = await labOf(which);
  const code = await ranHere(["nsenter", ...await lab.argumentsOn(lab.host(host)), ...(command.length === 0 ? ["bash"] : command)]);
  const document = { format: "stowage/lab-shell/v1", host, status: code } as const;
  return { exitCode: code === 0 ? exitCodes.done : exitCodes.error, diagnostics: [], document, text: () => "" };
}

/** A command at this terminal; its exit code. */
function ranHere([program = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit" });
    child.on("error", () => reject(new LabFault(`${program} cannot be run.`, "Name a program that is there; arguments follow it.")));
    child.on("exit", (status) => resolve(status ?? 128));
  });
}

async function watch(command: readonly string[], which: WhichLab, context: Context): Promise<CommandResult> {
  const lab = await labOf(which);
  const { ContinuityClient, stowage } = await labs();
  const clients = await Promise.all(lab.guests.map(async ({ name }) => ({ guest: name, client: await ContinuityClient.open(lab.addressOf(name), context.clock).catch(() => null) })));
  const [first, ...args] = command;
  const status = await ranHere(first === "stowage" ? stowage(args) : command);
  const seen = await Promise.all(clients.map(async ({ guest, client }) => ({ guest, ...(await client?.close() ?? { sent: 0, answered: 0, wrong: 0, longestGapMs: 0, ended: "no answer" }) })));
  const isWhole = seen.every(({ sent, answered, wrong, ended }) => sent === answered && wrong === 0 && ended === null);
  return {
    exitCode: status === 0 && isWhole ? exitCodes.done : exitCodes.error, diagnostics: [], document: { format: "stowage/lab-watch/v1", status, guests: seen },
    text: () => renderContinuity(seen, context),
  };
}

async function labOf({ name, folder }: WhichLab): Promise<Lab> {
  const { Lab } = await labs();
  const lab = await Lab.find(name, folder);
  if (lab !== null) return lab;
  const others = await Lab.list(folder);
  throw new LabFault(`There is no lab ${name} in ${folder}.`, others.length === 0 ? "`sudo stowage lab up` makes one." : `There ${others.length === 1 ? "is" : "are"} ${others.join(", ")}: name it with --name.`);
}

async function shown(lab: Lab, context: Context): Promise<CommandResult> {
  const { statusOf } = await labs();
  const hosts = await statusOf(lab);
  const { names: { name }, operatorFile } = lab;
  return {
    exitCode: exitCodes.done, diagnostics: [], document: { format: "stowage/lab/v1", name, network: `${lab.network}.0/24`, accelerator: lab.accelerator, operatorFile, hosts },
    text: () => renderLab({ name, operatorFile, hosts }, context),
  };
}
