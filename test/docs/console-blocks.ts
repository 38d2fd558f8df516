import { spawnSync } from "node:child_process";
import { program } from "../cli/built.ts";

/** One command of a ```console block with the output that the page shows for it. */
export interface DocumentedCommand {
  readonly line: number;
  readonly command: string;
  readonly shown: readonly string[];
}

/** Commands of the page's console blocks: `$ stowage ...` and what follows until the next `$` or the end of the block. */
export function documentedCommands(markdown: string): readonly DocumentedCommand[] {
  const commands: { line: number; command: string; shown: string[] }[] = [];
  let inside = false;
  markdown.split("\n").forEach((text, position) => {
    if (text.startsWith("```")) inside = text === "```console";
    else if (inside && text.startsWith("$ ")) commands.push({ line: position + 1, command: text.slice(2), shown: [] });
    else if (inside) commands.at(-1)?.shown.push(text);
  });
  return commands;
}

/** Runs a documented command in a folder, without colours, and gives what a reader sees. */
export function runDocumented(command: string, folder: string, environment: Readonly<Record<string, string>> = {}): string {
  const { stdout, stderr, status } = spawnSync("bash", ["-c", command.replace(/^stowage\b/, `node "${program}"`)], {
    cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", ...environment },
  });
  const shown = `${stdout}${stderr}`.trimEnd();
  return status === 0 ? shown : `${shown}\n(exit code ${status})`.trimStart();
}

/** Is the output as shown? A line `...` stands for any lines, ` ...` at the end of a line for the rest of it. */
export function matches(shown: readonly string[], output: string): boolean {
  const pattern = shown.join("\n").trimEnd().split(/^\.\.\.$/m).map((part) => escaped(part).replaceAll(/ \\\.\\\.\\\.$/gm, ".*")).join("[^]*");
  return new RegExp(`^${pattern}$`).test(output);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
