/** One row of a sheet. Read it before the next one comes: the lists are filled anew. */
export interface SheetRow {
  /** As the tool that shows the sheet counts, from 1. */
  readonly number: number;
  /** Texts by column; a hole where nothing stands. */
  readonly cells: readonly (string | undefined)[];
  /** Columns whose text is what the workbook kept of a formula; it is never evaluated. */
  readonly formulas: ReadonlySet<number>;
}

/** A table as it stands in a file, read from its beginning each time. */
export interface Sheet {
  readonly name: string;
  /** As people find it: `export.xlsx: vInfo`. */
  readonly source: string;
  /** May numbers be written with a decimal comma and points between thousands? */
  readonly decimalComma: boolean;
  forEachRow(see: (row: SheetRow) => void): Promise<void>;
}

/** Nothing of an inventory has more. */
export const rowsMax = 500_000;
export const columnsMax = 2000;
