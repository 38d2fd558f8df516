import { getNodeValue } from "jsonc-parser";
import type { Row } from "./dataset.ts";
import { decimalOf, same, type Decimal } from "./decimal.ts";
import { objectIn } from "./formats.ts";

/** One row, read column by column; a column that is not there reads as null. */
export class Reading {
  readonly #row: Row;

  constructor(row: Row) {
    this.#row = row;
  }

  text(column: string): string | null {
    return this.#row.get(column) ?? null;
  }

  isNull(column: string): boolean {
    return this.text(column) === null;
  }

  is(column: string, value: string): boolean {
    return this.text(column) === value;
  }

  decimal(column: string): Decimal | null {
    return decimalOf(this.text(column) ?? "");
  }

  /** Milliseconds since 1970; not a number where there is no instant. */
  instant(column: string): number {
    return Date.parse(this.text(column) ?? "");
  }

  equal(a: string, b: string): boolean {
    const [left, right] = [this.decimal(a), this.decimal(b)];
    return left !== null && right !== null && same(left, right);
  }

  /** Have two columns of keys and values an entry in common? */
  shareEntries(a: string, b: string): boolean {
    const others = new Map(this.entries(b));
    return this.entries(a).some(([key, value]) => others.has(key) && others.get(key) === value);
  }

  /** The keys and values of a column that holds them. */
  entries(column: string): readonly (readonly [key: string, value: unknown])[] {
    const object = objectIn(this.text(column) ?? "");
    return object === null ? [] : Object.entries(getNodeValue(object) as Record<string, unknown>);
  }
}
