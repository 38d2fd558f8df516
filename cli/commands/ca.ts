import { InvalidArgumentError, Option, type Command } from "commander";
import type { Identity } from "../../executor/index.ts";
import type { CommandResult, Finish } from "../command-result.ts";
import type { Context } from "../context.ts";
import { commandHelp } from "../help.ts";
import { durationAsMs } from "../options.ts";

interface FolderOption {
  readonly folder: string;
}

/** `stowage ca`: the built-in certificate authority of a fleet. */
export function addCa(program: Command, context: Context, finish: Finish): void {
  const ca = program.command("ca")
    .description("Run the fleet's certificate authority: who may be an agent, who may be an executor.")
    .addHelpText("after", commandHelp({
      examples: [
        ["stowage ca init", "make an authority, once for a fleet"],
        ["stowage ca serve --listen 10.0.0.1:7440", "let agents enrol and renew their certificates"],
        ["stowage ca token agent h1", "a one-time token with which h1 becomes a member"],
        ["stowage ca executor anna --out executor.pem", "key and certificate for an executor on this machine"],
        ["stowage ca person bruno --out bruno.pem", "key and certificate with which bruno signs approvals"],
        ["stowage ca revoke agent h1", "end everything that h1 has"],
      ],
      codes: ["done", "error"],
    }));
  const command = (name: string, description: string): Command =>
    ca.command(name).description(description).addOption(new Option("--folder <folder>", "the authority's folder").default("authority"));
  const does = async (work: (authority: typeof import("../execution/ca.ts")) => Promise<CommandResult>): Promise<void> => finish(await work(await import("../execution/ca.ts")));
  addMaking(command, does, context);
  addMembers(command, does);
}

type Making = (name: string, description: string) => Command;
type Does = (work: (authority: typeof import("../execution/ca.ts")) => Promise<CommandResult>) => Promise<void>;

function addMaking(command: Making, does: Does, context: Context): void {
  command("init", "Make an authority.")
    .addOption(new Option("--name <name>", "how the authority is called").default("main"))
    .addHelpText("after", commandHelp({ examples: [["stowage ca init --folder /var/lib/stowage/authority", "keep it where only you can read"]], codes: ["done", "error"] }))
    .action(({ folder, name }: FolderOption & { readonly name: string }) => does((authority) => authority.initAuthority(folder, name)));
  command("serve", "Let members enrol and renew, until told to end.")
    .addOption(new Option("--listen <address:port>", "where to listen").argParser(addressAndPort).default({ address: "0.0.0.0", port: 7440 }, "0.0.0.0:7440"))
    .addOption(new Option("--name <name>", "the name by which members know it").default("main"))
    .addHelpText("after", commandHelp({ examples: [["stowage ca serve --listen 10.0.0.1:7440", "as systemd starts it"]], codes: ["done", "error"] }))
    .action(({ folder, name, listen }: FolderOption & { readonly name: string; readonly listen: { readonly address: string; readonly port: number } }) =>
      does((authority) => authority.serveAuthority(folder, name, listen, context.live)));
}

function addMembers(command: Making, does: Does): void {
  command("token", "Print a one-time token with which one member is enrolled.")
    .argument("<role>", "agent, or power for whoever switches the host on and off", oneOf("agent", "power"))
    .argument("<host>", "the host that the member speaks for")
    .addOption(new Option("--valid <duration>", "how long it may be used").argParser(durationAsMs).default(3_600_000, "1h"))
    .addHelpText("after", commandHelp({ examples: [["stowage ca token agent h1 --valid 15min > token", "carry it to h1, then `stowage agent enrol`"]], codes: ["done", "error"] }))
    .action((role: "agent" | "power", host: string, { folder, valid }: FolderOption & { readonly valid: number }) => does((authority) => authority.newToken(folder, { role, name: host }, valid)));
  command("executor", "Make key and certificate for an executor.")
    .argument("<name>", "who it acts for")
    .addOption(new Option("--out <file>", "the file that the operator's configuration names as credentials").default("executor.pem"))
    .addHelpText("after", commandHelp({ examples: [["stowage ca executor anna --out executor.pem", "for the operator anna"]], codes: ["done", "error"] }))
    .action((name: string, { folder, out }: FolderOption & { readonly out: string }) => does((authority) => authority.newMember(folder, { role: "executor", name }, out)));
  command("person", "Make key and certificate with which a person signs approvals.")
    .argument("<name>", "the person, as plans and approvals name them")
    .addOption(new Option("--out <file>", "the file that `stowage approve --key` takes").default("person.pem"))
    .addHelpText("after", commandHelp({ examples: [["stowage ca person bruno --out bruno.pem", "give it to bruno, and to nobody else"]], codes: ["done", "error"] }))
    .action((name: string, { folder, out }: FolderOption & { readonly out: string }) => does((authority) => authority.newMember(folder, { role: "person", name }, out)));
  command("renew", "Give a member on this machine its next certificate; agents that run renew by themselves.")
    .argument("<file>", "its file with key and certificate")
    .addHelpText("after", commandHelp({ examples: [["stowage ca renew executor.pem", "before the certificate ends"]], codes: ["done", "error", "refused"] }))
    .action((file: string, { folder }: FolderOption) => does((authority) => authority.renewMember(folder, file)));
  command("revoke", "End every certificate that a member has; agents that run are told within a minute.")
    .argument("<role>", "agent, power, executor, person or authority", oneOf("agent", "power", "executor", "person", "authority"))
    .argument("<name>", "of whom")
    .addHelpText("after", commandHelp({ examples: [["stowage ca revoke executor bruno", "bruno's executor is shut out"]], codes: ["done", "error"] }))
    .action((role: Identity["role"], name: string, { folder }: FolderOption) => does((authority) => authority.revokeMember(folder, { role, name })));
  command("list", "List members and open invitations.")
    .addHelpText("after", commandHelp({ examples: [["stowage ca list", "who is in, until when?"]], codes: ["done", "error"] }))
    .action(({ folder }: FolderOption) => does((authority) => authority.listMembers(folder)));
}

function oneOf(...words: readonly string[]): (text: string) => string {
  return (text) => {
    if (!words.includes(text)) throw new InvalidArgumentError(`It must be ${words.join(" or ")}.`);
    return text;
  };
}

/** `10.0.0.1:7440` or `[::1]:7440`. */
function addressAndPort(text: string): { readonly address: string; readonly port: number } {
  const [, v6, plain, digits = ""] = /^(?:\[([0-9A-Fa-f:.%]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = v6 ?? plain;
  if (address === undefined || Number(digits) > 65_535) throw new InvalidArgumentError("It must be ADDRESS:PORT, e.g. 10.0.0.1:7440 or [::1]:7440.");
  return { address, port: Number(digits) };
}
