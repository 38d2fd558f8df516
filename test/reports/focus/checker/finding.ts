import type { Capability } from "./columns.ts";

/** A rule that a file breaks, and where. */
export interface Finding {
  readonly rule: string;
  readonly column: string;
  /** From 0; null for the file as a whole. */
  readonly row: number | null;
  readonly found: string;
}

/** What a file does not say about itself. */
export interface Known {
  readonly version: "1.2" | "1.3";
  readonly supported: ReadonlySet<Capability>;
  /** What is payable by the number of an invoice. */
  readonly invoices: ReadonlyMap<string, string>;
}
