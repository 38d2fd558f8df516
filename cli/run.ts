import { CommanderError } from "commander";
import type { CommandResult } from "./command-result.ts";
import type { Context } from "./context.ts";
import { exitCodes, type ExitCode } from "./exit-code.ts";
import { failed, usageProblem } from "./failed.ts";
import { buildProgram } from "./program.ts";
import { renderDiagnostics } from "./render/diagnostics.ts";
import type { Paint } from "./render/paint.ts";
import { printable } from "./render/printable.ts";

/** Where the command line writes, beside what its commands know. */
export interface Environment extends Context {
  readonly errorPaint: Paint;
  /** Width to fit on standard error; unlimited where it is no terminal, so that programs find a message in one line. */
  readonly errorColumns: number;
  out(text: string): void;
  error(text: string): void;
}

/** Runs one command line from arguments to exit code. Everything a user sees passes here, and nothing is thrown for bad input. */
export async function runCommandLine(args: readonly string[], environment: Environment): Promise<ExitCode> {
  const asJson = wantsJson(args);
  const finished: CommandResult[] = [];
  const program = await buildProgram(args, environment, (result) => finished.push(result), (text) => environment.out(text));
  try {
    await program.parseAsync(args.length === 0 ? ["--help"] : [...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) finished.push(failed([(await import("./score-overflow.ts")).overflowProblem(error)]));
    else if (error.exitCode === 0) return exitCodes.done;
    else finished.push(failed([usageOf(error, args)]));
  }
  const result = finished[0];
  if (result === undefined) return exitCodes.done;
  print(result, asJson, environment);
  return result.exitCode;
}

/** Known before the arguments are understood, so that mistakes in them can be told in JSON too. */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).includes("--json");
}

function print(result: CommandResult, asJson: boolean, environment: Environment): void {
  if (asJson) {
    environment.out(`${JSON.stringify(result.document, null, 2)}\n`);
    return;
  }
  environment.out(printable(result.text()));
  environment.error(printable(renderDiagnostics(result.diagnostics, { paint: environment.errorPaint, columns: environment.errorColumns })));
}

/** Commander's complaint: what is wrong in the first line, what was probably meant in the second. */
function usageOf(error: CommanderError, args: readonly string[]): CommandResult["diagnostics"][number] {
  if (error.code === "commander.help") {
    const words = ["stowage", ...args.filter((word) => !word.startsWith("-"))].join(" ");
    return usageProblem(`${words} needs a command.`, `\`${words} --help\` lists them.`);
  }
  const [first = "", second = ""] = error.message.split("\n");
  const message = first.replace(/^error: /, "");
  return usageProblem(`${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?]$/.test(message) ? "" : "."}`,
    second === "" ? adviceOn(error) : second.replace(/^\((.*)\)$/, "$1"));
}

function adviceOn({ code }: CommanderError): string {
  return code === "commander.unknownCommand" ? "`stowage --help` lists the commands." : "`--help` explains the command, with examples.";
}
