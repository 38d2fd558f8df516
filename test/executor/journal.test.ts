import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { RunEvent } from "../../executor/event.ts";
import { FileJournal } from "../../executor/file-journal.ts";
import { beginning, firstBreak, MemoryJournal, Superseded, type Journal } from "../../executor/journal.ts";
import type { ActionId } from "../../model/ids.ts";

const folder = mkdtempSync(join(tmpdir(), "stowage-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));
const open: FileJournal[] = [];
afterAll(() => Promise.all(open.map((journal) => journal.close().catch(() => {}))));
let files = 0;
const newPath = (): string => join(folder, `${files++}.journal`);

const event = (attempt: number): RunEvent => ({ at: { nowMs: 1, utcMs: 2 }, kind: "dispatched", action: `a${attempt}\n"é` as ActionId, attempt });

async function opened(path: string): Promise<FileJournal> {
  const { journal, diagnostics } = await FileJournal.open(path);
  if (journal === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  open.push(journal);
  return journal;
}

/** A file with so many entries, closed. */
async function written(count: number): Promise<string> {
  const path = newPath();
  const journal = await opened(path);
  let last = beginning;
  for (let n = 1; n <= count; n++) last = (await journal.append(last, [event(n)])).at(-1)?.hash ?? last;
  await journal.close();
  return path;
}

describe.each<[string, () => Promise<Journal>]>([
  ["in memory", () => Promise.resolve(new MemoryJournal())],
  ["in a file", () => opened(newPath())],
])("a journal %s", (_, make) => {
  it("gives back what was kept, in order, each entry bound to the one before", async () => {
    const journal = await make();
    const first = await journal.append(beginning, [event(1), event(2)]);
    await journal.append(first[1]?.hash ?? "", [event(3)]);
    const entries = await journal.read();
    expect(entries.map((entry) => entry.event)).toEqual([event(1), event(2), event(3)]);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(firstBreak(entries)).toBeNull();
  });

  it("gives back signs that end a line for some", async () => {
    const journal = await make();
    const failed: RunEvent = { at: { nowMs: 1, utcMs: 2 }, kind: "failed", action: "a1" as ActionId, attempt: 1, because: "one\u2028two\u2029three\u0085\r", again: false, found: null, ran: false };
    const [first] = await journal.append(beginning, [failed]);
    await journal.append(first?.hash ?? "", [event(2)]);
    expect((await journal.read()).map((entry) => entry.event)).toEqual([failed, event(2)]);
  });

  it("keeps nothing of whoever does not know its last entry", async () => {
    const journal = await make();
    await journal.append(beginning, [event(1)]);
    await expect(journal.append(beginning, [event(2)])).rejects.toBeInstanceOf(Superseded);
    expect(await journal.read()).toHaveLength(1);
  });
});

describe("the chain of a journal", () => {
  it.each([
    ["changed", 2], ["left out", 3], ["swapped", 2],
  ])("shows an entry that was %s", async (how, where) => {
    const journal = new MemoryJournal();
    await journal.append(beginning, [event(1), event(2), event(3)]);
    const [a, b, c] = await journal.read();
    if (a === undefined || b === undefined || c === undefined) throw new Error("three entries were written");
    const entries = how === "changed" ? [a, { ...b, event: event(9) }, c] : how === "left out" ? [a, c] : [b, a, c];
    expect(firstBreak(entries)).toBe(where);
  });
});

describe("a journal's file", () => {
  it("is there again after it was closed, and goes on", async () => {
    const path = await written(3);
    const journal = await opened(path);
    const entries = await journal.read();
    expect(entries.map((entry) => entry.event)).toEqual([event(1), event(2), event(3)]);
    await journal.append(entries[2]?.hash ?? "", [event(4)]);
    await journal.close();
    const again = await opened(path);
    expect(firstBreak(await again.read())).toBeNull();
    expect(await again.read()).toHaveLength(4);
    await again.close();
  });

  it("loses a last write that did not end, whatever part of it there is, and says so", async () => {
    const whole = readFileSync(await written(3));
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let cut = lastLine + 1; cut < whole.length; cut += 7) {
      const path = newPath();
      writeFileSync(path, whole.subarray(0, cut));
      const { journal, diagnostics } = await FileJournal.open(path);
      expect(diagnostics).toMatchObject([{ severity: "warning", line: 3 }]);
      expect(await journal?.read()).toHaveLength(2);
      await journal?.close();
      expect(readFileSync(path)).toEqual(whole.subarray(0, lastLine));
    }
  });

  it("loses blocks that the file system had promised and not filled", async () => {
    const path = await written(2);
    appendFileSync(path, Buffer.alloc(300));
    appendFileSync(path, "\n");
    const { journal, diagnostics } = await FileJournal.open(path);
    expect(diagnostics).toMatchObject([{ severity: "warning", line: 3 }]);
    expect(await journal?.read()).toHaveLength(2);
    await journal?.close();
  });

  it("is refused when any byte in it was changed, whole lines at its end included", async () => {
    const whole = readFileSync(await written(3));
    for (let at = 0; at < whole.length; at += 13) {
      if (whole[at] === 10) continue;
      const path = newPath();
      const bytes = Buffer.from(whole);
      bytes[at] = whole[at] === 120 ? 121 : 120;
      writeFileSync(path, bytes);
      const { journal, diagnostics } = await FileJournal.open(path);
      expect({ at, refused: journal === null, diagnostics }).toMatchObject({ at, refused: true, diagnostics: [{ severity: "error", code: "bad-format" }] });
      expect(readFileSync(path)).toEqual(bytes);
    }
  });

  it("belongs to one writer: another one's entries are seen, and nothing is written over them", async () => {
    const path = newPath();
    const [a, b] = [await opened(path), await opened(path)];
    await a.append(beginning, [event(1)]);
    await expect(b.append(beginning, [event(2)])).rejects.toBeInstanceOf(Superseded);
    await a.close();
    await b.close();
  });

  it.each([["a folder", () => folder], ["in no folder", () => join(folder, "none", "x")]])("that is %s is refused without a stack trace", async (_, path) => {
    const { journal, diagnostics } = await FileJournal.open(path());
    expect(journal).toBeNull();
    expect(diagnostics).toMatchObject([{ code: "file-unreadable", severity: "error" }]);
  });

  it("that was emptied begins anew only because nothing is left to contradict it", async () => {
    const path = await written(2);
    truncateSync(path, 0);
    expect(await (await opened(path)).read()).toEqual([]);
  });
});
