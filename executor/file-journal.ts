import { open, readFile, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { RunEvent } from "./event.ts";
import { beginning, chained, entryOf, lineOf, Superseded, type Entry, type Journal } from "./journal.ts";
import { writeWhole } from "./write-whole.ts";

/** A journal that was opened, or why it may not be used. */
export interface OpenedJournal<Event = RunEvent> {
  readonly journal: FileJournal<Event> | null;
  /** Errors, or a warning when the last write had not ended and was cut off. */
  readonly diagnostics: readonly Diagnostic[];
}

type Unopened = { readonly journal: null; readonly diagnostics: readonly Diagnostic[] };

/** A journal that was only read, or why it may not be believed. */
export interface ReadJournal<Event = RunEvent> {
  readonly entries: readonly Entry<Event>[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a journal without touching it, also while somebody writes to it: a line that has not ended yet does not count. */
export async function readJournal<Event = RunEvent>(path: string): Promise<ReadJournal<Event>> {
  try {
    const bytes = await readFile(path);
    const { entries, wholeBytes, lineNumber } = readEntries<Event>(bytes);
    const rest = bytes.subarray(wholeBytes);
    return { entries, diagnostics: rest.length === 0 || isTorn(rest) ? [] : [damaged(path, lineNumber)] };
  } catch (error) {
    if (isMissing(error)) return { entries: [], diagnostics: [] };
    return { entries: [], diagnostics: unreadable(path, error).diagnostics };
  }
}

/** A journal in a file, of an execution or of what else is to be kept so, one entry a line. What is damaged is never repaired, but for a last line whose write did not end. */
export class FileJournal<Event = RunEvent> implements Journal<Event> {
  readonly #path: string;
  readonly #file: FileHandle;
  #last: Entry<Event> | undefined;
  #bytes: number;

  private constructor(path: string, file: FileHandle, last: Entry<Event> | undefined, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#last = last;
    this.#bytes = bytes;
  }

  /** Opens a journal, or begins one. */
  static async open<Event = RunEvent>(path: string): Promise<OpenedJournal<Event>> {
    const file = await openedOrMade(path);
    if ("diagnostics" in file) return file;
    const bytes = await file.readFile();
    const { entries, wholeBytes, lineNumber } = readEntries<Event>(bytes);
    const rest = bytes.subarray(wholeBytes);
    if (rest.length === 0) return { journal: new FileJournal(path, file, entries.at(-1), wholeBytes), diagnostics: [] };
    if (!isTorn(rest)) {
      await file.close();
      return { journal: null, diagnostics: [damaged(path, lineNumber)] };
    }
    await file.truncate(wholeBytes);
    await file.datasync();
    return { journal: new FileJournal(path, file, entries.at(-1), wholeBytes), diagnostics: [torn(path, lineNumber, rest.length)] };
  }

  async read(): Promise<readonly Entry<Event>[]> {
    return readEntries<Event>(await readFile(this.#path)).entries;
  }

  async append(after: string, events: readonly Event[]): Promise<readonly Entry<Event>[]> {
    const { size } = await stat(this.#path);
    if ((this.#last?.hash ?? beginning) !== after || size !== this.#bytes) throw new Superseded();
    const added = chained(this.#last, events);
    const bytes = Buffer.from(added.map((entry) => `${lineOf(entry)}\n`).join(""));
    await writeWhole(this.#file, bytes, this.#bytes);
    await this.#file.datasync();
    this.#bytes += bytes.length;
    this.#last = added.at(-1) ?? this.#last;
    return added;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function openedOrMade(path: string): Promise<FileHandle | Unopened> {
  const found = await open(path, "r+").catch((error: unknown) => (isMissing(error) ? null : unreadable(path, error)));
  if (found !== null) return found;
  const made = await open(path, "wx+", 0o600).catch((error: unknown) => unreadable(path, error));
  if ("diagnostics" in made) return made;
  // The name of a new file lasts only once its folder has been written.
  const folder = await open(dirname(path), "r");
  await folder.sync();
  await folder.close();
  return made;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Entries up to the first line that is none, and where that is. */
function readEntries<Event>(bytes: Buffer): { readonly entries: readonly Entry<Event>[]; readonly wholeBytes: number; readonly lineNumber: number } {
  const entries: Entry<Event>[] = [];
  let from = 0;
  for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
    const entry = entryOf<Event>(bytes.toString("utf8", from, end), entries.at(-1));
    if (entry === null) break;
    entries.push(entry);
    from = end + 1;
  }
  return { entries, wholeBytes: from, lineNumber: entries.length + 1 };
}

/**
 * The end of a write that did not end: no line's end in it, or blocks that the file system had promised and not filled.
 * Whole lines that do not fit were changed by somebody.
 */
function isTorn(rest: Buffer): boolean {
  const end = rest.indexOf(10);
  const zero = rest.indexOf(0);
  return end < 0 || (zero >= 0 && zero < end);
}

function problem(path: string, line: number | null, fields: Pick<Diagnostic, "code" | "severity" | "message" | "advice">): Diagnostic {
  return { file: path, line, column: null, path: "", ...fields };
}

function damaged(path: string, line: number): Diagnostic {
  return problem(path, line, {
    code: "bad-format", severity: "error",
    message: `${path}: entry ${line} does not follow from those before it: the journal was changed, or its disk has lost something`,
    advice: "Restore the file from a copy. Without it, take inventory and plan again: nothing is sent on the word of a damaged journal.",
  });
}

function torn(path: string, line: number, bytes: number): Diagnostic {
  return problem(path, line, {
    code: "bad-syntax", severity: "warning",
    message: `${path}: the write of entry ${line} had not ended when the machine stopped; its ${bytes} bytes were cut off`,
    advice: "Nothing needs to be done: what had not been kept had not been sent.",
  });
}

function unreadable(path: string, error: unknown): Unopened {
  return {
    journal: null,
    diagnostics: [problem(path, null, {
      code: "file-unreadable", severity: "error", message: `${path} cannot be used as a journal: ${error instanceof Error ? error.message : String(error)}`,
      advice: "Name a file in a folder that you may write to.",
    })],
  };
}
