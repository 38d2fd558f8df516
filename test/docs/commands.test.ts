import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { defaultFolder, Lab } from "../../cli/lab/index.ts";
import { canHaveLab } from "../lab/lab-of.ts";
import { documentedCommands, matches, runDocumented } from "./console-blocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const labPage = "docs/lab.md";
/** A lab of its own, whatever else there is on this machine. */
const labName = "docs";
const labEnvironment = { STOWAGE_LAB: labName, STOWAGE_CONFIG: `${defaultFolder}/${labName}/operator/stowage.yaml` };
const guides = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
const pages = ["README.md", ...guides]
  .map((page) => ({ page, commands: documentedCommands(readFileSync(join(root, page), "utf8")) }))
  .filter(({ page, commands }) => commands.length > 0 && (page !== labPage || canHaveLab(`the commands of ${labPage}`)));
const folder = mkdtempSync(join(tmpdir(), "stowage-docs-"));
cpSync(join(root, "scenarios"), join(folder, "scenarios"), { recursive: true });
cpSync(join(root, "schemas"), join(folder, "schemas"), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

/** Commands of one page run one after another in one folder, as a reader would. */
describe.each(pages)("$page shows what its commands print", ({ page, commands }) => {
  afterAll(async () => { if (page === labPage) await Lab.down(labName); });
  it.each(commands)("line $line: $command", ({ command, shown }) => {
    const output = runDocumented(command, folder, page === labPage ? labEnvironment : {});
    if (!matches(shown, output)) expect(output).toBe(shown.join("\n").trimEnd());
  });
});
