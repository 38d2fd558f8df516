import { exitCodes } from "./exit-code.ts";

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
  refused: "refused by a policy, or infeasible",
  stale: "stale: a fact that the plan rests on has changed",
  interrupted: "interrupted; the best answer so far was printed",
};

/** Examples, then exit codes. */
export function commandHelp({ examples, codes }: HelpAfter): string {
  const shown = codes ?? (Object.keys(exitCodes) as (keyof typeof exitCodes)[]);
  const lines = examples.map(([command, whatFor]) => `  # ${whatFor}\n  ${command}`);
  const codeLines = shown.map((name) => `  ${String(exitCodes[name]).padStart(3)}  ${codeWords[name]}`);
  return `\nExamples:\n${lines.join("\n")}\n\nExit codes:\n${codeLines.join("\n")}\n`;
}
