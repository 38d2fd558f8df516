import { focusColumns, type FocusColumnName, type FocusVersion } from "./columns.ts";

/** One row as it is written, apart from quotes: texts, decimals with a point, instants in UTC; null for nothing. In the order of the columns. */
export type FocusRow = readonly (string | null)[];

/** What a row says; whatever it does not name is null. */
export type FocusCells = { readonly [Name in FocusColumnName]?: string | null };

/** Lays cells out in the order of a version's columns. */
export function rowLayout(version: FocusVersion): (cells: FocusCells) => FocusRow {
  const names = focusColumns(version).map(({ name }) => name);
  return (cells) => names.map((name) => cells[name] ?? null);
}

/** UTC to the second, as the specification's validator wants it. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** Keys in order of code units; a key without a value counts as set. Null when there are none. */
export function tagsText(tags: Readonly<Record<string, string>>): string | null {
  const keys = Object.keys(tags).sort();
  return keys.length === 0 ? null : JSON.stringify(Object.fromEntries(keys.map((key) => [key, tags[key] === "" ? true : tags[key]])));
}
