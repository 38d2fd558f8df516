#!/usr/bin/env node
import { isatty } from "node:tty";
import type { PlanJobResult } from "./context.ts";
import { liveAt } from "./live.ts";
import { exitCodes } from "./exit-code.ts";
import { planInWorker } from "./plan-in-worker.ts";
import type { PlanJob } from "./planning.ts";
import { progressLine, progressLog, type ProgressLine } from "./progress-line.ts";
import { paintFor } from "./render/paint.ts";
import { runCommandLine, wantsJson, type Environment } from "./run.ts";

// The one place for the wall clock, the terminal and signals: everything below gets them as arguments.

const args = process.argv.slice(2);
const isDebugging = (process.env.STOWAGE_DEBUG ?? "") !== "";

for (const stream of [process.stdout, process.stderr]) {
  // A reader that has seen enough (`stowage plan ... | head`) is no error.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    // Nothing more can be said on this stream: an answer in JSON would fail the same way, again and again.
    if (stream === process.stdout) writeError(`error The answer could not be written: ${error.code ?? error.message}.\n  -> Free some space, or write it to another place.\n`);
    process.exit(exitCodes.error);
  });
}
process.on("uncaughtException", internalError);

try {
  process.exitCode = await runCommandLine(args, environmentOfProcess());
} catch (error) {
  internalError(error);
}

function writeError(text: string): void {
  process.stderr.write(text);
}

function environmentOfProcess(): Environment {
  const line = progressOf({ timeMs: Number.POSITIVE_INFINITY });
  return {
    paint: paintFor(wantsColour(process.stdout)),
    errorPaint: paintFor(wantsColour(process.stderr)),
    columns: columnsOf(process.stdout) ?? 100,
    columnsFull: columnsOf(process.stdout) ?? Number.POSITIVE_INFINITY,
    errorColumns: columnsOf(process.stderr) ?? Number.POSITIVE_INFINITY,
    clock: { nowMs },
    nowUtc: new Date().toISOString(),
    makePlan: (job) => planWatched(job),
    live: liveAt(process, columnsOf(process.stderr) ?? 80),
    progress: (stage, done, total) => line?.show({ stage, done, total, best: null }),
    out: (text) => {
      line?.clear();
      process.stdout.write(text);
    },
    error: writeError,
  };
}

async function planWatched(job: PlanJob): Promise<PlanJobResult> {
  const line = progressOf(job);
  try {
    return await planInWorker(job, {
      onProgress: (progress) => line?.show(progress),
      onInterrupt: () => writeError("\nStopping: the best plan so far comes next. Ctrl-C again ends at once.\n"),
      onSecondInterrupt: () => process.exit(exitCodes.interrupted),
    });
  } finally {
    line?.clear();
  }
}

function nowMs(): number {
  return performance.now();
}

/** Only somebody at a terminal who reads text is told how far it is. */
function progressOf({ timeMs }: Pick<PlanJob, "timeMs">): ProgressLine | null {
  if (isDebugging) return progressLog(writeError, nowMs);
  if (!process.stderr.isTTY || wantsJson(args)) return null;
  return progressLine({ write: writeError, nowMs, columns: columnsOf(process.stderr) ?? 80, timeMs });
}

/** What COLUMNS says, else how wide the terminal is, within what can be read; null where nobody knows. */
function columnsOf(stream: { readonly columns?: number }): number | null {
  const wanted = /^\d{1,6}$/.test(process.env.COLUMNS ?? "") ? Number(process.env.COLUMNS) : 0;
  const columns = wanted > 0 ? wanted : stream.columns ?? 0;
  return columns > 0 ? Math.min(240, Math.max(60, columns)) : null;
}

/** Asks the system and not the stream, whose `isTTY` is undefined, and so not false, when it is no terminal. */
function wantsColour(stream: { readonly fd: number }): boolean {
  const { NO_COLOR, TERM, FORCE_COLOR } = process.env;
  if (args.includes("--no-color") || (NO_COLOR ?? "") !== "") return false;
  return (FORCE_COLOR ?? "") !== "" || (isatty(stream.fd) && TERM !== "dumb");
}

/** A broken invariant ends here, without its stack unless somebody asks for it. */
function internalError(error: unknown): void {
  const { message, advice } = wordsForFault(error);
  if (wantsJson(args)) {
    const diagnostic = { code: "internal", severity: "error", file: null, line: null, column: null, path: "", message, advice };
    process.stdout.write(`${JSON.stringify({ format: "stowage/error/v1", exitCode: exitCodes.error, diagnostics: [diagnostic] }, null, 2)}\n`);
  } else process.stderr.write(`${message}\n${advice}\n`);
  if (isDebugging && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
  process.exitCode = exitCodes.error;
}

function wordsForFault(error: unknown): { message: string; advice: string } {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return {
      message: "The plan needs more memory than this process may use.",
      advice: "Give it more with NODE_OPTIONS=--max-old-space-size=MIB, or plan a part of the fleet.",
    };
  }
  const words = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
  return {
    message: `internal error: ${words}`,
    advice: "This is a fault of stowage, not of your input. Please report it with the command and, if you can, the files; STOWAGE_DEBUG=1 adds details for the report.",
  };
}
