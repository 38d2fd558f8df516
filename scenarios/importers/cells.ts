import type { ImportLog } from "./import-log.ts";
import type { Table, TableRow } from "./table.ts";

/** Largest amounts that are believed; what is above is a slip or an attack. */
export const limits = { coresMax: 100_000, memoryMiBMax: 2 ** 30, storageMiBMax: 2 ** 34, mhzMax: 100_000 } as const;

/** A decimal number as people and tools write it, or why it is none. */
export function readNumber(text: string, decimalComma: boolean): number | string {
  const bare = text.trim().replaceAll(/[\s\u00a0\u202f']/gu, "");
  const grouped = decimalComma ? /^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/ : /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
  const digits = grouped.test(bare)
    ? (decimalComma ? bare.replaceAll(".", "").replace(",", ".") : bare.replaceAll(",", ""))
    : (decimalComma ? bare.replace(",", ".") : bare);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i.test(digits)) return "no number";
  const value = Number(digits);
  return Number.isFinite(value) ? value : "a number beyond all bounds";
}

const trueWords = new Set(["true", "1", "yes", "on", "wahr", "ja", "vrai", "oui", "verdadero", "vero"]);
const falseWords = new Set(["false", "0", "no", "off", "falsch", "nein", "faux", "non", "falso"]);

/** A flag, however it is written; null when it is none. */
export function readFlag(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  return trueWords.has(word) ? true : falseWords.has(word) ? false : null;
}

/** The known fields of one row. */
export interface RowFields<Field extends string> {
  readonly place: { readonly source: string; readonly row: number; readonly subject: string };
  text(field: Field): string;
  /** A flag; `otherwise` when it is empty or not readable. */
  flag(field: Field, otherwise: boolean): boolean;
  /** A whole number from 0; null when there is none. Fractions are rounded up. */
  whole(field: Field, max: number, unit?: string): number | null;
  /** An amount in MiB, whatever the unit of its column. */
  mebibytes(field: Field, max: number): number | null;
}

/** Reads the fields of one row; what cannot be read is told and left out. */
export class RowReader<Field extends string> implements RowFields<Field> {
  readonly place: { readonly source: string; readonly row: number; readonly subject: string };
  readonly #table: Table<Field>;
  readonly #row: TableRow<Field>;
  readonly #log: ImportLog;

  constructor(table: Table<Field>, row: TableRow<Field>, subject: string, log: ImportLog) {
    [this.#table, this.#row, this.#log] = [table, row, log];
    this.place = { source: table.source, row: row.number, subject };
  }

  text(field: Field): string {
    return this.#row.texts[field] ?? "";
  }

  flag(field: Field, otherwise: boolean): boolean {
    const text = this.text(field);
    if (text === "") return otherwise;
    const flag = readFlag(text);
    if (flag === null) this.#skip(field, "neither true nor false");
    return flag ?? otherwise;
  }

  whole(field: Field, max: number, unit = ""): number | null {
    return this.#amount(field, max, 1, unit);
  }

  /** A number with up to three decimals, in thousandths. */
  thousandths(field: Field, max: number, unit: string): number | null {
    return this.#amount(field, max * 1000, 1000, `thousandths of ${unit}`);
  }

  mebibytes(field: Field, max: number): number | null {
    return this.#amount(field, max, this.#table.mebibytes.get(field) ?? 1, "MiB");
  }

  #amount(field: Field, max: number, unitFactor: number, unit: string): number | null {
    const text = this.text(field);
    if (text === "") return null;
    const value = readNumber(text, this.#table.decimalComma);
    if (typeof value === "string") return this.#skip(field, value);
    if (value < 0) return this.#skip(field, "negative");
    const amount = Math.ceil(value * unitFactor);
    if (amount > max) return this.#skip(field, `above ${max}${unit === "" ? "" : ` ${unit}`}, which no machine has`);
    return amount;
  }

  #skip(field: Field, reason: string): null {
    this.#log.note(this.place, "skipped", { field: this.#table.headings.get(field) ?? field, found: this.text(field), reason });
    return null;
  }
}
