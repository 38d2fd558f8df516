import { assert } from "../../model/assert.ts";
import type { Caption, Tone } from "./drawing.ts";
import { html, nothing, type Markup } from "./markup.ts";
import { numberText } from "./numbers.ts";
import { prose } from "./prose.ts";

export interface TableColumn {
  readonly head: string;
  /** Stands in the heading, not in each cell. */
  readonly unit?: string;
  /** Columns of numbers go right by themselves. */
  readonly align?: "left" | "right";
}

/** A number gets its thousands grouped and three digits that tell something; a text is shown as it is. */
export type Cell = string | number | null | { readonly text: string; readonly tone: Tone };

export interface Table {
  readonly title: Caption["title"];
  readonly words?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** More are counted, not shown; 100 unless told. */
  readonly rowsMax?: number;
}

const rowsShown = 100;
/** Names and dates up to here are not broken into lines. */
const shortLength = 22;

/** A table with its heading; long ones are cut and say so. */
export function table({ title, words, columns, rows, rowsMax = rowsShown }: Table): Markup {
  for (const row of rows) assert(row.length === columns.length, `table ${title} has a row of ${row.length} cells for ${columns.length} columns`);
  const left = rows.length - rowsMax;
  const rest = left > 0 ? html`<p class="note">${`${numberText(left)} more ${left === 1 ? "row is" : "rows are"} not shown here; --csv has all.`}</p>` : nothing;
  return html`<div class="figure"><h3>${title}</h3>${words === undefined ? nothing : html`<p>${prose(words)}</p>`}
<div class="scroll" tabindex="0">${rowsOf(columns, rows.slice(0, rowsMax))}</div>${rest}</div>
`;
}

/** A table behind a line that opens it. */
export function detailsTable(summary: string, columns: readonly TableColumn[], rows: readonly (readonly Cell[])[]): Markup {
  return html`<details><summary>${summary}</summary><div class="scroll" tabindex="0">${rowsOf(columns, rows)}</div></details>`;
}

function rowsOf(columns: readonly TableColumn[], rows: readonly (readonly Cell[])[]): Markup {
  const styles = columns.map(({ align }, c) => align ?? (rows.some((row) => typeof row[c] === "number") ? "right" : "left"));
  const heads = columns.map(({ head, unit }, c) => html`<th scope="col" class="${styles[c] ?? ""}">${head}${unit === undefined || unit === "" ? nothing : html` <span class="unit">${unit}</span>`}</th>`);
  const body = rows.map((row) => html`<tr>${row.map((cell, c) => cellOf(cell, styles[c] ?? "", c === 0))}</tr>
`);
  return html`<table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`;
}

function cellOf(cell: Cell, style: string, isFirst: boolean): Markup {
  const [text, tone] = cell === null ? ["–", ""] : typeof cell === "number" ? [numberText(cell), ""] : typeof cell === "string" ? [cell, ""] : [cell.text, cell.tone];
  const shown = prose(text);
  const styles = `${style} ${tone} ${text.length <= shortLength ? "short" : "long"}`;
  return isFirst ? html`<th scope="row" class="${styles}">${shown}</th>` : html`<td class="${styles}">${shown}</td>`;
}
