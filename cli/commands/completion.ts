import { Argument, type Command } from "commander";
import type { CommandResult, Finish } from "../command-result.ts";
import { completionScript, type CommandWords, type Shell } from "../completion-script.ts";
import { exitCodes } from "../exit-code.ts";
import { commandHelp } from "../help.ts";

/** `stowage completion`: a script that completes commands, options and their values in a shell. */
export function addCompletion(program: Command, finish: Finish): void {
  program.command("completion")
    .description("Print a script that completes commands, options and values.")
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish"]))
    .addHelpText("after", commandHelp({
      examples: [
        ["source <(stowage completion bash)", "bash: in ~/.bashrc"],
        ["stowage completion zsh > \"${fpath[1]}/_stowage\"", "zsh"],
        ["stowage completion fish > ~/.config/fish/completions/stowage.fish", "fish"],
      ],
      codes: ["done", "error"],
    }))
    .action((shell: Shell) => finish(completion(shell, program)));
}

function completion(shell: Shell, program: Command): CommandResult {
  const script = completionScript(shell, wordsOf(program, []));
  return {
    exitCode: exitCodes.done, diagnostics: [],
    document: { format: "stowage/completion/v1", shell, script },
    text: () => script,
  };
}

/** Every command of the program with its options, found by asking the program itself: nothing to forget. */
function wordsOf(command: Command, path: readonly string[]): readonly CommandWords[] {
  const options = [...command.options, ...(path.length === 0 ? [] : rootOf(command).options)];
  const own: CommandWords = {
    path,
    description: command.description(),
    subcommands: command.commands.map((each) => ({ name: each.name(), description: each.description() })),
    options: [
      ...options.filter(({ long }) => long !== undefined && long !== null).map((option) => ({
        flag: option.long ?? "", description: option.description, takesValue: option.required || option.optional,
        values: option.argChoices ?? [],
      })),
      { flag: "--help", description: "explain the command, with examples", takesValue: false, values: [] },
    ],
    values: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  };
  return [own, ...command.commands.flatMap((each) => wordsOf(each, [...path, each.name()]))];
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
