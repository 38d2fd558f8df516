import Table from "cli-table3";
import { widthOf, wrap } from "./text.ts";

/** A column: its heading, and what may happen to it where the table is wider than the terminal. No value is ever cut. */
export interface Column {
  readonly head: string;
  /** The side on which its cells line up. */
  readonly align?: "left" | "right";
  /** Its texts may be broken into lines, down to so many characters. */
  readonly wraps?: number;
  /** Before it gets less than that, it goes under its row. At most one column of a table. */
  readonly below?: true;
  /** Least important columns are left out, the highest rank first; a column without a rank stays. */
  readonly dropRank?: number;
}

type Rows = readonly (readonly string[])[];

/** What fits: which columns, how wide, and which one stands under its row. */
interface Layout {
  readonly shown: readonly number[];
  readonly widths: ReadonlyMap<number, number>;
  readonly below: number | null;
}

/** The narrowest that a name is broken to. */
const nameMin = 8;
/** In front of each line, and between two columns. */
const gap = 2;

const noBorders = {
  top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "",
  "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: " ".repeat(gap),
};

/**
 * A table without borders, two spaces in front of each line. Cells may hold colours and line ends. Where it would be
 * wider than `columnsMax`, in this order: texts are broken into lines, the one that may goes under its row, columns
 * without importance are left out (and named below), names are broken, and at last each row becomes a list.
 */
export function renderTable(columns: readonly Column[], rows: Rows, columnsMax = Number.POSITIVE_INFINITY): string {
  const layout = layoutOf(columns, rows, columnsMax);
  if (layout === null) return listed(columns, rows, columnsMax);
  const left = columns.filter(({ head }, c) => head !== "" && c !== layout.below && !layout.shown.includes(c)).map(({ head }) => head);
  const note = left.length === 0 ? "" : `\n${wrap(`(no room for ${left.join(", ")}; --json has all)`, columnsMax, " ".repeat(gap))}`;
  return `${drawn(columns, rows, layout, columnsMax)}${note}`;
}

function layoutOf(columns: readonly Column[], rows: Rows, columnsMax: number): Layout | null {
  const natural = columns.map(({ head }, c) => rows.reduce((most, row) => Math.max(most, ...(row[c] ?? "").split("\n").map(widthOf)), widthOf(head)));
  let shown = columns.map((_, c) => c);
  const fits = (least: (c: number) => number): ReadonlyMap<number, number> | null => squeezed(shown, natural, least, columnsMax);
  const wrapMin = (c: number): number => columns[c]?.wraps ?? Number.POSITIVE_INFINITY;

  let widths = fits(wrapMin);
  if (widths !== null) return { shown, widths, below: null };
  const under = columns.findIndex(({ below }) => below === true);
  const below = under < 0 ? null : under;
  shown = shown.filter((c) => c !== below);
  const ranked = shown.filter((c) => columns[c]?.dropRank !== undefined)
    .sort((a, b) => (columns[b]?.dropRank ?? 0) - (columns[a]?.dropRank ?? 0));
  for (const dropped of [null, ...ranked]) {
    shown = shown.filter((c) => c !== dropped);
    widths = fits(wrapMin);
    if (widths !== null) return { shown, widths, below };
  }
  widths = fits((c) => (columns[c]?.align === "right" ? wrapMin(c) : nameMin));
  return widths === null ? null : { shown, widths, below };
}

/** Widths that fit, the widest column that may shrink first; null when there are none. */
function squeezed(
  shown: readonly number[], natural: readonly number[], least: (c: number) => number, columnsMax: number,
): ReadonlyMap<number, number> | null {
  const widths = new Map(shown.map((c) => [c, natural[c] ?? 0]));
  let over = [...widths.values()].reduce((sum, width) => sum + width + gap, 0) - columnsMax;
  while (over > 0) {
    let widest: number | null = null;
    for (const [c, width] of widths) if (width > least(c) && (widest === null || width > (widths.get(widest) ?? 0))) widest = c;
    if (widest === null) return null;
    widths.set(widest, (widths.get(widest) ?? 0) - 1);
    over--;
  }
  return widths;
}

function drawn(columns: readonly Column[], rows: Rows, { shown, widths, below }: Layout, columnsMax: number): string {
  const table = new Table({
    head: shown.map((c) => wrap(columns[c]?.head ?? "", widths.get(c) ?? 0, "")),
    colAligns: shown.map((c) => columns[c]?.align ?? "left"),
    chars: noBorders,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  const cells = rows.map((row) => shown.map((c) => wrap(row[c] ?? "", widths.get(c) ?? 0, "")));
  table.push(...cells);
  const lines = table.toString().split("\n").map((line) => `${" ".repeat(gap)}${line.trimEnd()}`.trimEnd());
  if (below === null) return lines.join("\n");
  const headHeight = lines.length - cells.reduce((sum, row) => sum + heightOf(row), 0);
  let at = headHeight;
  const blocks = cells.map((row, r) => {
    const block = lines.slice(at, (at += heightOf(row)));
    const text = rows[r]?.[below] ?? "";
    return (text === "" ? block : [...block, wrap(text, columnsMax, " ".repeat(gap * 3))]).join("\n");
  });
  return [...lines.slice(0, headHeight), ...blocks].join("\n");
}

function heightOf(row: readonly string[]): number {
  return row.reduce((most, cell) => Math.max(most, cell.split("\n").length), 1);
}

/** Each row as a list of headings and values: always fits. */
function listed(columns: readonly Column[], rows: Rows, columnsMax: number): string {
  return rows.map((row) => columns.flatMap(({ head }, c) => {
    const value = row[c] ?? "";
    if (value === "") return [];
    return [wrap(head === "" ? value : `${head}: ${value}`, columnsMax, " ".repeat(c === 0 ? gap : gap * 2), " ".repeat(gap * 3))];
  }).join("\n")).join("\n");
}
