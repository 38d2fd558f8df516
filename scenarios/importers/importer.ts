import type { ImportLog } from "./import-log.ts";
import type { Inventory } from "./inventory.ts";

export interface ReadOptions {
  /** Columns or fields to keep as labels, by the names that they have in the input. */
  readonly labels: readonly string[];
  /** For plain CSV: the column of each field, by field. */
  readonly columns: Readonly<Record<string, string>>;
}

/** One tool whose inventories can be read. */
export interface Importer {
  readonly name: string;
  readonly title: string;
  /** What its files are, in words, with the command that makes them. */
  readonly input: string;
  /** Arguments of an example. */
  readonly example: string;
  read(inputs: readonly string[], options: ReadOptions, log: ImportLog): Promise<Inventory>;
}
