import { Option, type Command } from "commander";

/** `--config`, the same on every command that reaches agents. */
export function configOption(): Option {
  return new Option("--config <file>", "where the agents are; default: STOWAGE_CONFIG, stowage.yaml here, or .config/stowage/operator.yaml at home");
}

/** `--as`, the same on every command that somebody answers for. */
export function asOption(): Option {
  return new Option("--as <name>", "who does this; default: whom the configuration names, else the account");
}

/** Collects an option that may be given several times. */
export function repeated(text: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, text];
}

/** Is one JSON document wanted at the end? Known to the program, not to its commands. */
export function wantsDocument(command: Command): boolean {
  return command.optsWithGlobals<{ readonly json?: boolean }>().json ?? false;
}
