import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { holdersOf, signal } from "../../executor/agent/process/processes.ts";
import { program } from "../cli/built.ts";

const pages = ["agent-administrator.md", "operator.md"].map((name) => readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), "utf8"));

/** Folders of a real host become folders of the test; its addresses become addresses of this machine. */
function here(text: string, root: string): string {
  return text.replaceAll(/\/(etc|var\/lib)\/stowage/g, `${root}/$1/stowage`).replaceAll("10.0.0.", "127.60.0.");
}

it("shows administrators and operators commands that work, one after the other", async () => {
  const root = mkdtempSync(join(tmpdir(), "stowage-operator-"));
  onTestFinished(async () => {
    for (const host of ["h1", "h2"]) {
      const places = join(root, `var/lib/stowage/${host}-programs/places`);
      for (const name of existsSync(places) ? readdirSync(places) : []) for (const holder of await holdersOf(join(places, name))) await signal(holder, "SIGKILL");
    }
    rmSync(root, { recursive: true, force: true });
  });
  mkdirSync(join(root, "var/lib/stowage"), { recursive: true });
  mkdirSync(join(root, "bin"));
  writeFileSync(join(root, "bin/stowage"), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  const script = ["set -ex", "trap 'kill $(jobs -p)' EXIT"];
  for (const page of pages) {
    for (const [, language, code = ""] of page.matchAll(/^```(yaml|sh)\n([\s\S]*?)^```$/gm)) {
      const text = here(code, root);
      if (language === "sh") script.push(text);
      else {
        const [, name = ""] = /^# (\S+)\n/.exec(text) ?? [];
        expect(name).not.toBe("");
        const file = join(name.startsWith("/") ? "" : root, name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
  }
  const { code, printed } = await ran(script.join("\n"), root);
  if (code !== 0) throw new Error(`exit code ${code}\n${printed.slice(-4000)}`);
  expect(printed).toContain("verified: ");
  expect(printed).toContain("Nothing was done: this was a dry run");
  expect(printed.match(/"status":"ended"[^\n]*"exitCode":0|"exitCode":0[^\n]*"status":"ended"/g)?.length).toBe(6);
}, 600_000);

function ran(script: string, cwd: string): Promise<{ readonly code: number | null; readonly printed: string }> {
  const child = spawn("bash", ["-c", script], { cwd, env: { ...process.env, NO_COLOR: "1", PATH: `${join(cwd, "bin")}:${process.env.PATH ?? ""}` }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  onTestFinished(() => {
    // What was begun in the background goes with it, whatever has gone wrong.
    try {
      process.kill(-(child.pid ?? 0), "SIGKILL");
    } catch {
      // All of it has ended.
    }
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => void (printed += data.toString()));
  return new Promise((resolve) => { child.on("close", (code) => resolve({ code, printed })); });
}
