import { createHash } from "node:crypto";
import { open, readFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Attempt, Expectation } from "../protocol.ts";
import type { Action } from "../../model/plan.ts";
import { isMissing, syncFolder, writeLasting } from "../trust/index.ts";
import { writeWhole } from "../write-whole.ts";
import type { Outcome } from "./driver.ts";

/** What an agent must still know after a crash. */
export type LogEntry =
  /** `times`: of so many starts, when the log has been made shorter since; one when absent. */
  | { readonly kind: "started"; readonly times?: number }
  /** Commands of smaller epochs are refused for good. */
  | { readonly kind: "fence"; readonly epoch: number }
  | { readonly kind: "begun"; readonly attempt: Attempt; readonly work: Action; readonly expects: Expectation; readonly layer?: string; readonly permit?: string }
  | { readonly kind: "ended"; readonly attempt: Attempt; readonly outcome: Outcome; readonly tookMs: number }
  /** It has not begun and never will. */
  | { readonly kind: "void"; readonly attempt: Attempt };

/** A log that was opened with what is in it, or why it may not be used. */
export interface OpenedLog {
  readonly log: AgentLog | null;
  readonly entries: readonly LogEntry[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The log cannot be written any more. */
export class LogBroken extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * What an agent keeps on disk: one entry a line with its digest. An entry counts once it would survive a power cut.
 * Entries that come while the disk is busy are written together.
 */
export class AgentLog {
  readonly #path: string;
  #file: FileHandle;
  #bytes: number;
  #count: number;
  #waiting: { readonly line: string; readonly kept: () => void; readonly failed: (error: unknown) => void }[] = [];
  #work: Promise<void> = Promise.resolve();
  #isWriting = false;
  #broken: LogBroken | null = null;

  private constructor(path: string, file: FileHandle, bytes: number, count: number) {
    this.#path = path;
    this.#count = count;
    this.#file = file;
    this.#bytes = bytes;
  }

  static async open(path: string): Promise<OpenedLog> {
    const file = await open(path, "r+").catch((error: unknown) => (isMissing(error) ? open(path, "wx+", 0o600) : Promise.reject(error)));
    await syncFolder(dirname(path));
    const bytes = await file.readFile();
    const { entries, wholeBytes } = readEntries(bytes);
    const rest = bytes.subarray(wholeBytes);
    if (rest.length === 0) return { log: new AgentLog(path, file, wholeBytes, entries.length), entries, diagnostics: [] };
    if (!isTorn(rest)) {
      await file.close();
      return { log: null, entries: [], diagnostics: [damaged(path, entries.length + 1)] };
    }
    await file.truncate(wholeBytes);
    await file.datasync();
    return { log: new AgentLog(path, file, wholeBytes, entries.length), entries, diagnostics: [torn(path, entries.length + 1, rest.length)] };
  }

  /** Ends when the entry is kept. Entries are kept in the order in which they come. */
  append(entry: LogEntry): Promise<void> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    return new Promise((kept, failed) => {
      this.#waiting.push({ line: lineOf(entry), kept, failed });
      if (this.#isWriting) return;
      this.#isWriting = true;
      this.#work = this.#work.then(() => this.#write());
    });
  }

  /** How many entries there are. */
  get count(): number {
    return this.#count;
  }

  /** Replaces the log by what of it is still needed, whole or not at all; the entries that are left. */
  async shorten(needed: (entries: readonly LogEntry[]) => readonly LogEntry[]): Promise<readonly LogEntry[]> {
    const shortened = this.#work.then(() => this.#rewrite(needed));
    this.#work = this.#afterwards(shortened);
    return shortened;
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#file.close();
  }

  async #afterwards(rewriting: Promise<unknown>): Promise<void> {
    try {
      await rewriting;
    } catch (error) {
      // Which of the two files is there is unknown: nothing more may be written.
      this.#broken ??= new LogBroken(this.#path, error);
    }
  }

  async #rewrite(needed: (entries: readonly LogEntry[]) => readonly LogEntry[]): Promise<readonly LogEntry[]> {
    const { entries } = readEntries(await readFile(this.#path));
    const left = needed(entries);
    const text = left.map(lineOf).join("");
    await writeLasting(this.#path, text);
    await this.#file.close();
    this.#file = await open(this.#path, "r+");
    this.#bytes = Buffer.byteLength(text);
    this.#count = left.length;
    return left;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const bytes = Buffer.from(batch.map(({ line }) => line).join(""));
        await writeWhole(this.#file, bytes, this.#bytes);
        await this.#file.datasync();
        this.#bytes += bytes.length;
        this.#count += batch.length;
        for (const { kept } of batch) kept();
      } catch (error) {
        // What is on the disk now is unknown: nothing more may be written after it.
        this.#broken = new LogBroken(this.#path, error);
        for (const { failed } of [...batch, ...this.#waiting.splice(0)]) failed(this.#broken);
      }
    }
    this.#isWriting = false;
  }
}

const text = Type.String();
const attempt = Type.Object({ run: text, action: text, attempt: Type.Integer() });
const entryForm = Compile(Type.Union([
  Type.Object({ kind: Type.Literal("started"), times: Type.Optional(Type.Integer({ minimum: 1 })) }),
  Type.Object({ kind: Type.Literal("fence"), epoch: Type.Integer() }),
  Type.Object({ kind: Type.Literal("begun"), attempt, work: Type.Object({ kind: text }), expects: text, layer: Type.Optional(text), permit: Type.Optional(text) }),
  Type.Object({ kind: Type.Literal("ended"), attempt, outcome: Type.Object({ kind: text }), tookMs: Type.Integer() }),
  Type.Object({ kind: Type.Literal("void"), attempt }),
]));

function lineOf(entry: LogEntry): string {
  const json = JSON.stringify(entry);
  return `${digest(json)} ${json}\n`;
}

function digest(json: string): string {
  return createHash("sha256").update(json).digest("hex").slice(0, 32);
}

function readEntries(bytes: Buffer): { readonly entries: readonly LogEntry[]; readonly wholeBytes: number } {
  const entries: LogEntry[] = [];
  let from = 0;
  for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
    const json = bytes.toString("utf8", from + 33, end);
    if (bytes.toString("latin1", from, from + 33) !== `${digest(json)} `) break;
    const value: unknown = JSON.parse(json);
    if (!entryForm.Check(value)) break;
    // Only we write lines whose digest fits; what is inside an action or an outcome was checked when it came.
    entries.push(value as LogEntry);
    from = end + 1;
  }
  return { entries, wholeBytes: from };
}

/** The end of a write that did not end; a whole line that does not fit was changed by somebody. */
function isTorn(rest: Buffer): boolean {
  const end = rest.indexOf(10);
  const zero = rest.indexOf(0);
  return end < 0 || (zero >= 0 && zero < end);
}

function damaged(file: string, line: number): Diagnostic {
  return {
    code: "bad-format", severity: "error", file, line, column: null, path: "", message: `${file}: entry ${line} is damaged: the file was changed, or its disk has lost something`,
    advice: "Restore it from a copy. If there is none, make sure that no plan is under way, move the file away and start the agent again.",
  };
}

function torn(file: string, line: number, bytes: number): Diagnostic {
  return {
    code: "bad-syntax", severity: "warning", file, line, column: null, path: "", message: `${file}: the write of entry ${line} had not ended when the machine stopped; its ${bytes} bytes were cut off`,
    advice: "Nothing needs to be done: what had not been kept had not been begun.",
  };
}
