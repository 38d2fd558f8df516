/** Writes what the documented commands print into the pages again, or into those that are named: npm run docs [-- docs/PAGE.md]. Look at the difference before you commit it. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { documentedCommands, matches, runDocumented } from "./console-blocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
// What a lab prints is different each time: its page says so by dots, and is left as it is.
const pages = ["README.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md") && name !== "lab.md").map((name) => `docs/${name}`)];
const named = process.argv.slice(2);
for (const page of named.length > 0 ? named : pages) {
  const folder = mkdtempSync(join(tmpdir(), "stowage-docs-"));
  cpSync(join(root, "scenarios"), join(folder, "scenarios"), { recursive: true });
  cpSync(join(root, "schemas"), join(folder, "schemas"), { recursive: true });
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  const edits = documentedCommands(lines.join("\n")).flatMap(({ line, command, shown }) => {
    const output = runDocumented(command, folder);
    return matches(shown, output) ? [] : [{ line, shown, output }];
  });
  for (const { line, shown, output } of edits.reverse()) lines.splice(line, shown.length, ...output.split("\n"));
  if (edits.length > 0) writeFileSync(join(root, page), lines.join("\n"));
  rmSync(folder, { recursive: true });
}
