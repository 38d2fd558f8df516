import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { documentedCommands, matches, runDocumented } from "./console-blocks.ts";

/** Where the pages are. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** A folder with the examples, as a reader has them; gone after the tests of the file. */
export function folderOfReader(): string {
  const folder = mkdtempSync(join(tmpdir(), "stowage-docs-"));
  for (const name of ["scenarios", "schemas"]) cpSync(join(root, name), join(folder, name), { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Holds a page to what its commands print; they run one after another in one folder, as a reader would. */
export function showsWhatIsPrinted(page: string, folder: string, environment: Readonly<Record<string, string>> = {}): void {
  const commands = documentedCommands(readFileSync(join(root, page), "utf8"));
  if (commands.length === 0) return;
  describe(`${page} shows what its commands print`, () => {
    it.each(commands)("line $line: $command", ({ command, shown }) => {
      const output = runDocumented(command, folder, environment);
      if (!matches(shown, output)) expect(output).toBe(shown.join("\n").trimEnd());
    });
  });
}
