import type { AddHelpTextContext } from "commander";
import { exitCodes } from "./exit-code.ts";
import { wrap } from "./render/text.ts";

/** What a command's `--help` says after its options. */
export interface HelpAfter {
  readonly examples: readonly (readonly [command: string, whatFor: string])[];
  /** Exit codes of this command beside 0 and 1; all of them when absent. */
  readonly codes?: readonly (keyof typeof exitCodes)[];
}

const codeWords: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: "done",
  error: "bad input or usage",
  changesPending: "changes pending (with --detailed-exitcode)",
  refused: "refused by a policy, infeasible, or not everything placed",
  stale: "stale: a fact that the plan rests on has changed",
  unfinished: "not all of a plan was carried out",
  interrupted: "interrupted; the best answer so far was printed",
};

/** Examples, then exit codes, within the width that the command's help has. */
export function commandHelp({ examples, codes }: HelpAfter): (context: AddHelpTextContext) => string {
  return ({ command }) => {
    const columns = command.configureHelp().helpWidth ?? Number.POSITIVE_INFINITY;
    const shown = codes ?? (Object.keys(exitCodes) as (keyof typeof exitCodes)[]);
    const lines = examples.map(([line, whatFor]) => `${wrap(whatFor, columns, "  # ")}\n${continued(line, columns)}`);
    const codeLines = shown.map((name) => wrap(codeWords[name], columns, `  ${String(exitCodes[name]).padStart(3)}  `, " ".repeat(7)));
    return `\nExamples:\n${lines.join("\n")}\n\nExit codes:\n${codeLines.join("\n")}\n`;
  };
}

/** A command line that still works when it is copied: broken with backslashes, and never inside quotes. */
function continued(command: string, columns: number): string {
  const lines = [""];
  for (const word of command.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + word.length + 6 > columns) lines.push(`  ${word}`);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join(" \\\n");
}
