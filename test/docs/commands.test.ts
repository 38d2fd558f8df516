import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { documentedCommands, matches, runDocumented } from "./console-blocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const guides = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
const pages = ["README.md", ...guides]
  .map((page) => ({ page, commands: documentedCommands(readFileSync(join(root, page), "utf8")) }))
  .filter(({ commands }) => commands.length > 0);
const folder = mkdtempSync(join(tmpdir(), "stowage-docs-"));
cpSync(join(root, "scenarios"), join(folder, "scenarios"), { recursive: true });
cpSync(join(root, "schemas"), join(folder, "schemas"), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

/** Commands of one page run one after another in one folder, as a reader would. */
describe.each(pages)("$page shows what its commands print", ({ commands }) => {
  it.each(commands)("line $line: $command", ({ command, shown }) => {
    const output = runDocumented(command, folder);
    if (!matches(shown, output)) expect(output).toBe(shown.join("\n").trimEnd());
  });
});
