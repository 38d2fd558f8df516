import { spawn } from "node:child_process";
import type { Diagnostic } from "../../model/diagnostic.ts";

/** How a command ended. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** What a command may need beside its arguments. */
export interface RunOptions {
  readonly input?: string | Buffer;
  readonly folder?: string;
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** What a program prints beyond this is dropped. */
  readonly outputBytesMax?: number;
}

/** Something that the lab needs did not work; told as a diagnostic. */
export class LabFault extends Error {
  readonly diagnostic: Diagnostic;

  constructor(message: string, advice: string) {
    super(message);
    this.diagnostic = { code: "not-allowed", severity: "error", file: null, line: null, column: null, path: "", message, advice };
  }
}

const heldOpenMs = 2000;

/** Runs a program with its arguments as they are, never through a shell. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { status, out, error } = await runBytes(program, args, options);
  return { status, out: out.toString("utf8"), error };
}

/** The same, for output that is no text. */
export function runBytes(program: string, args: readonly string[], { input, folder, timeoutMs = 120_000, environment = {}, outputBytesMax = 16 * 1024 * 1024 }: RunOptions = {}): Promise<{ readonly status: number; readonly out: Buffer; readonly error: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, timeout: timeoutMs, killSignal: "SIGKILL", env: { ...process.env, LC_ALL: "C", ...environment } });
    const out: Buffer[] = [];
    let bytes = 0;
    let error = "";
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= outputBytesMax) out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => { error = (error + chunk.toString("utf8")).slice(-10_000); });
    child.stdin.on("error", () => {});
    child.on("error", (cause: NodeJS.ErrnoException) => reject(cause.code === "ENOENT" ? new LabFault(`There is no program ${program} here.`, "`stowage lab up --install` installs what is missing.") : cause));
    const end = (code: number | null): void => resolve({ status: code ?? 128, out: Buffer.concat(out), error });
    child.on("close", end);
    // A daemon that it leaves behind may hold its output open: then the end of the program is what counts.
    child.on("exit", (code) => setTimeout(end, heldOpenMs, code).unref());
    child.stdin.end(input);
  });
}

/** Runs a program that must succeed, and gives what it printed. */
export async function must(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, out, error } = await run(program, args, options);
  if (status !== 0) throw new LabFault(`\`${[program, ...args].join(" ").slice(0, 300)}\` failed (${status}): ${(error.trim() || out.trim()).slice(-1000)}`, "`stowage lab down` removes what was made; `stowage lab status` shows what is there.");
  return out;
}

/** Waits until something is true; a lab runs on machines of any speed, so limits are generous. */
export async function until(what: string, isTrue: () => Promise<boolean>, limitMs = 120_000): Promise<void> {
  const stepMs = 50;
  for (let waitedMs = 0; !await isTrue(); waitedMs += stepMs) {
    if (waitedMs >= limitMs) throw new LabFault(`${what}: not after ${Math.round(limitMs / 1000)} seconds.`, "Maybe the machine is too busy; `stowage lab down` removes what was made.");
    await new Promise((resolve) => { setTimeout(resolve, stepMs); });
  }
}
