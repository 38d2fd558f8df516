import type { JsonRecord } from "./json-record.ts";
import { UnreadableImport } from "./unreadable.ts";

interface Page { readonly file: string; readonly length: number; readonly next: string | null }

/** Answers that come a page at a time: a list counts only when its last page is there too. */
export class Pages {
  readonly #pages = new Map<string, Page[]>();
  readonly #counts = new Map<string, number>();

  /** A page of a list; `next` is where the following one is, null on the last; `count` is how long the whole list is, where that is told. */
  note(list: string, file: string, length: number, next: string | null, count: number | null = null): void {
    this.#pages.set(list, [...this.#pages.get(list) ?? [], { file, length, next }]);
    // What is deleted while pages are fetched is not missing.
    if (count !== null) this.#counts.set(list, Math.min(count, this.#counts.get(list) ?? count));
  }

  check(): void {
    for (const [list, pages] of this.#pages) {
      const open = pages.findLast(({ next }) => next !== null);
      const [held, count] = [pages.reduce((sum, { length }) => sum + length, 0), this.#counts.get(list) ?? null];
      const isWhole = count === null ? open === undefined || pages.some(({ next }) => next === null) : held >= count;
      if (isWhole) continue;
      throw new UnreadableImport("bad-format",
        `${(open ?? pages[0])?.file ?? list} is one page of several: ${pages.length === 1 ? "it holds" : `${pages.length} files hold`} ${held} of ${count ?? "more"} ${list}.`,
        `Fetch ${open === undefined ? "the pages before it" : `the next page too, ${open.next ?? ""},`} and name all files.`);
    }
  }
}

/** Records by their id, each once: a list that changes while it is fetched has some on two pages. */
export function once(records: readonly JsonRecord[]): readonly JsonRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const id = record.text("id", "ID");
    if (id === "" || !seen.has(id)) return seen.add(id);
    record.skip(`a second entry with id ${id}`);
    return false;
  });
}
