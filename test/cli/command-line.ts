import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../../cli/run.ts";
import { makePlan } from "../../cli/planning.ts";
import { paintFor } from "../../cli/render/paint.ts";
import { runCommandLine } from "../../cli/run.ts";
import { program } from "./built.ts";

/** What a command line printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the real command line in this process: everything but the terminal, signals and the worker. */
export function stowage(...args: readonly string[]): Promise<Ended> {
  return stowageAt(null, ...args);
}

/** The same as at a terminal of so many columns; null for no terminal. */
export function stowageAt(columns: number | null, ...args: readonly string[]): Promise<Ended> {
  return run(columns, {}, args);
}

/** The same for somebody who answers questions. */
export function stowageAsking(ask: Environment["live"]["ask"], ...args: readonly string[]): Promise<Ended> {
  return run(null, { isTerminal: true, ask }, args);
}

async function run(columns: number | null, live: Partial<Environment["live"]>, args: readonly string[]): Promise<Ended> {
  const printed = { out: "", err: "" };
  const clock = { nowMs: () => performance.now() };
  const environment: Environment = {
    paint: paintFor(false), errorPaint: paintFor(false), columns: columns ?? 100, columnsFull: columns ?? Number.POSITIVE_INFINITY, errorColumns: columns ?? Number.POSITIVE_INFINITY,
    clock, nowUtc: "2026-06-01T00:00:00.000Z",
    makePlan: async (job) => ({
      outcome: await makePlan(job, { clock, stopped: () => false, progress: () => undefined }), interrupted: false,
    }),
    progress: () => undefined,
    live: {
      isTerminal: false, account: "anna", home: folder, workingFolder: folder, variables: {},
      line: (text) => void (printed.out += `${text}\n`), note: (text) => void (printed.err += `${text}\n`),
      status: () => undefined, ask: () => Promise.resolve(null), onInterrupt: () => () => undefined, ...live,
    },
    out: (text) => void (printed.out += text),
    error: (text) => void (printed.err += text),
  };
  const code = await runCommandLine(args, environment);
  return { code, ...printed };
}

/** What to do with a process while it runs. */
export interface Watched {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** Ctrl-C as soon as this has been printed on standard error. */
  readonly interruptAt?: string;
  /** Stops reading standard output after the first bytes. */
  readonly closeEarly?: boolean;
}

/** Runs the command line as a process of its own. */
export function stowageProcess(args: readonly string[], watched: Watched = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, NO_COLOR: "", FORCE_COLOR: "", ...watched.env },
  });
  const printed = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => {
    printed.out += data.toString();
    if (watched.closeEarly === true) child.stdout.destroy();
  });
  let interrupted = false;
  child.stderr.on("data", (data: Buffer) => {
    printed.err += data.toString();
    if (interrupted || watched.interruptAt === undefined || !printed.err.includes(watched.interruptAt)) return;
    interrupted = true;
    child.kill("SIGINT");
  });
  child.stdin.on("error", () => undefined); // it need not read all that it is given
  child.stdin.end(watched.stdin ?? "");
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, ...printed }));
  });
}

/** Where the files of tests are. */
export const folder = mkdtempSync(join(tmpdir(), "stowage-cli-"));

/** A file for a test to name; gone with the machine's temporary folder. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
