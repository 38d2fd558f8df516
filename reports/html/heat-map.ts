import { assert } from "../../model/assert.ts";
import { axisFor, roundAxis } from "./axis.ts";
import { axisBelow, chartWidth, figure, heightBelow, letterSize, line, lineHeight, word, type Area, type Caption } from "./drawing.ts";
import { html, nothing, together, type Markup } from "./markup.ts";
import { amountText, numberText } from "./numbers.ts";
import { cutText, textWidth } from "./text-width.ts";

/** Cells side by side: slots of time from `from` on, or things with names. */
export type HeatColumns =
  | { readonly kind: "utc" | "elapsed"; readonly from: number; readonly step: number }
  | { readonly kind: "names"; readonly names: readonly string[] };

export interface HeatMap extends Caption {
  readonly unit: string;
  readonly columns: HeatColumns;
  /** One value for each column; NaN where there is none, e.g. while a host is off. */
  readonly rows: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** What the lightest and the strongest colour stand for; from the values when absent. */
  readonly range?: readonly [low: number, high: number];
  /** Cells above it are marked. */
  readonly limit?: { readonly name: string; readonly value: number };
}

const columnsMax = 240;
const rowsMax = 100;
const levels = 9;
const labelWidthMax = 170;
/** Cells above the limit and cells without a value are levels of their own. */
const overLimit = levels;
const noValue = -1;

/** Rows, columns and values as they are drawn: neighbours merged where there are too many. */
interface Grid {
  readonly names: readonly string[];
  readonly values: readonly Float64Array[];
  readonly columnCount: number;
  /** How many columns and rows one drawn cell stands for. */
  readonly columnsMerged: number;
  readonly rowsMerged: number;
}

/** Values of many things over time, one row each: where it is full, when, and whether together. */
export function heatMap(map: HeatMap): Markup {
  const count = map.rows.reduce((most, { values }) => Math.max(most, values.length), 0);
  assert(map.columns.kind !== "names" || map.columns.names.length === count, `heat map ${map.title} has ${count} columns and other names`);
  const grid = merged(map, count);
  const [low, high] = rangeOf(map, grid);
  const rowHeight = Math.max(7, Math.min(20, Math.floor(420 / Math.max(1, grid.names.length))));
  const left = Math.min(labelWidthMax, grid.names.reduce((most, name) => Math.max(most, textWidth(name, letterSize)), 30) + 12);
  const top = map.columns.kind === "names" ? 64 : 8;
  const area: Area = { left, right: chartWidth - 14, top, bottom: top + rowHeight * grid.names.length };
  const levelOf = (value: number): number => {
    if (Number.isNaN(value)) return noValue;
    if (map.limit !== undefined && value > map.limit.value) return overLimit;
    return Math.max(0, Math.min(levels - 1, Math.floor(((value - low) / (high - low)) * levels)));
  };
  const { axis, height } = axisOf(map, grid, area);
  const drawing = [
    html`<rect x="${area.left}" y="${area.top}" width="${area.right - area.left}" height="${area.bottom - area.top}" class="empty"/>`,
    cells(grid, levelOf, rowHeight, area), rowNames(grid.names, rowHeight, area), axis,
    legend(map, low, high, grid, area.bottom + height + 12), probe(map, grid, low, high, area),
  ];
  return figure(map, area.bottom + height + 50, drawing, notesOf(map, grid, count));
}

function merged({ rows }: HeatMap, count: number): Grid {
  const columnsMerged = Math.max(1, Math.ceil(count / columnsMax));
  const rowsMerged = Math.max(1, Math.ceil(rows.length / rowsMax));
  const columnCount = Math.ceil(count / columnsMerged);
  const groups = Array.from({ length: Math.ceil(rows.length / rowsMerged) }, (_, g) => rows.slice(g * rowsMerged, (g + 1) * rowsMerged));
  const values = groups.map((group) => {
    const most = new Float64Array(columnCount).fill(Number.NaN);
    for (const { values } of group) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i] ?? Number.NaN;
        const c = Math.floor(i / columnsMerged);
        if (!(value <= (most[c] ?? Number.NaN)) && !Number.isNaN(value)) most[c] = value;
      }
    }
    return most;
  });
  const names = groups.map((group) => (group.length === 1 ? group[0]?.name ?? "" : `${group[0]?.name ?? ""} (+ ${group.length - 1})`));
  return { names, values, columnCount, columnsMerged, rowsMerged };
}

function rangeOf({ range, unit }: HeatMap, grid: Grid): readonly [low: number, high: number] {
  if (range !== undefined) return range[0] < range[1] ? range : [range[0], range[0] + 1];
  const known = grid.values.flatMap((row) => Array.from(row).filter((value) => !Number.isNaN(value)));
  const most = known.reduce((most, value) => Math.max(most, value), 0);
  if (unit === "%" && most <= 100) return [0, 100];
  const { low, high } = roundAxis({ low: known.reduce((least, value) => Math.min(least, value), 0), high: most, from: 0, to: 1 }, levels);
  return [low, high];
}

/** One path for each colour; cells of one colour side by side are one stroke. */
function cells({ values, columnCount }: Grid, levelOf: (value: number) => number, rowHeight: number, { left, right, top }: Area): Markup {
  const width = (right - left) / Math.max(1, columnCount);
  const strokes = Array.from({ length: levels + 1 }, () => [] as string[]);
  values.forEach((row, r) => {
    const y = top + (r + 0.5) * rowHeight;
    let start = 0;
    while (start < columnCount) {
      const level = levelOf(row[start] ?? Number.NaN);
      let end = start + 1;
      while (end < columnCount && levelOf(row[end] ?? Number.NaN) === level) end++;
      if (level !== noValue) strokes[level]?.push(`M${short(left + start * width)} ${y}H${short(left + end * width)}`);
      start = end;
    }
  });
  const height = rowHeight > 9 ? rowHeight - 1 : rowHeight;
  const paths = strokes.map((stroke, level) => (stroke.length === 0 ? nothing : html`<path d="${stroke.join("")}" stroke-width="${height}" class="cell ${level === overLimit ? "over" : `h${level}`}"/>`));
  const over = strokes[overLimit] ?? [];
  return together([...paths, over.length === 0 ? nothing : html`<path d="${over.join("")}" class="over-line"/>`]);
}

function rowNames(names: readonly string[], rowHeight: number, { left, top }: Area): Markup {
  const every = Math.ceil(lineHeight / rowHeight);
  return together(names.map((name, r) => (r % every !== 0 && every > 1 ? nothing : word(left - 6, top + (r + 0.5) * rowHeight + 4, name, "end", "", left - 10))));
}

function axisOf({ columns }: HeatMap, { columnCount, columnsMerged }: Grid, area: Area): { readonly axis: Markup; readonly height: number } {
  if (columns.kind === "names") return { axis: columnNames(columns.names, columnCount, columnsMerged, area), height: 0 };
  const stretch = { low: columns.from, high: columns.from + columnCount * columnsMerged * columns.step, from: area.left, to: area.right };
  const axis = axisFor({ kind: columns.kind }, stretch, Math.floor((area.right - area.left) / 85));
  return { axis: axisBelow(axis, { ...area, top: area.bottom }, columns.kind === "utc" ? "time (UTC)" : "time since the start"), height: heightBelow(axis) };
}

/** Names above their columns, slanted; as many as there is room for. */
function columnNames(names: readonly string[], columnCount: number, columnsMerged: number, { left, right, top }: Area): Markup {
  const width = (right - left) / Math.max(1, columnCount);
  const every = Math.ceil(lineHeight / width);
  return together(Array.from({ length: columnCount }, (_, c) => {
    if (c % every !== 0) return nothing;
    const x = left + (c + 0.5) * width;
    const name = names[c * columnsMerged] ?? "";
    return html`<text x="${x}" y="${top - 5}" transform="rotate(-40 ${x} ${top - 5})"><title>${name}</title>${cutText(name, letterSize, 80)}</text>`;
  }));
}

function legend({ unit, limit, range }: HeatMap, low: number, high: number, grid: Grid, y: number): Markup {
  const size = 26;
  const isAbove = range !== undefined && grid.values.some((row) => row.some((value) => value > high && !(limit !== undefined && value > limit.value)));
  const isBelow = range !== undefined && grid.values.some((row) => row.some((value) => value < low));
  const swatches = Array.from({ length: levels }, (_, level) => html`<path d="M${14 + level * size} ${y + 6}h${size}" stroke-width="12" class="cell h${level}"/>`);
  const end = 14 + levels * size;
  const pieces = [
    ...swatches, word(14, y + 28, `${isBelow ? "≤ " : ""}${numberText(low)}`, "start", "muted"),
    word(end, y + 28, `${isAbove ? "≥ " : ""}${amountText(high, unit)}`, "end", "muted"),
  ];
  let x = end + 24;
  const key = (style: string, text: string): void => {
    pieces.push(html`<path d="M${x} ${y + 6}h${size}" stroke-width="12" class="${style}"/>`);
    if (style.endsWith("over")) pieces.push(html`<path d="M${x} ${y + 6}h${size}" class="over-line"/>`);
    pieces.push(word(x + size + 6, y + 10, text, "start", "muted"));
    x += size + 26 + textWidth(text, letterSize);
  };
  if (limit !== undefined && grid.values.some((row) => row.some((value) => value > limit.value))) key("cell over", `above ${limit.name} (${amountText(limit.value, unit)})`);
  if (grid.values.some((row) => row.some((value) => Number.isNaN(value)))) {
    pieces.push(html`<rect x="${x}" y="${y}" width="${size}" height="12" class="empty"/>`, word(x + size + 6, y + 10, "no value", "start", "muted"));
  }
  return together([...pieces, line(14, y + 14, end, y + 14, "rule")]);
}

function notesOf({ rows }: HeatMap, { columnsMerged, rowsMerged, columnCount, names }: Grid, count: number): readonly string[] {
  return [
    ...columnsMerged > 1 ? [`${numberText(count)} columns are drawn as ${columnCount}: each shows the greatest of ${columnsMerged} neighbours.`] : [],
    ...rowsMerged > 1 ? [`${numberText(rows.length)} rows are drawn as ${names.length}: each shows the greatest of ${rowsMerged} neighbours, the first of which it names.`] : [],
  ];
}

/** Values for the page's script: two digits to the base 36 for each cell, `--` for none. */
function probe({ columns, unit }: HeatMap, grid: Grid, low: number, high: number, { left, right, top, bottom }: Area): Markup {
  const [least, most] = grid.values.reduce(([a, b], row) => row.reduce<readonly [number, number]>(
    ([c, d], value) => (Number.isNaN(value) ? [c, d] : [Math.min(c, value), Math.max(d, value)]), [a, b]), [low, high] as readonly [number, number]);
  const code = (value: number): string => (Number.isNaN(value) ? "--" : Math.round(((value - least) / (most - least)) * 1295).toString(36).padStart(2, "0"));
  const names = columns.kind === "names" ? columns.names.filter((_, c) => c % grid.columnsMerged === 0) : [];
  const [from, step] = columns.kind === "names" ? [0, 1] : [columns.from, columns.step * grid.columnsMerged];
  return html`<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" class="probe" data-kind="${columns.kind}" data-from="${String(from)}" data-step="${String(step)}" data-columns="${JSON.stringify(names)}" data-rows="${JSON.stringify(grid.names)}" data-least="${String(least)}" data-most="${String(most)}" data-y-unit="${unit}" data-cells="${grid.values.map((row) => [...row].map(code).join("")).join(" ")}"/>`;
}

function short(position: number): number {
  return Math.round(position * 10) / 10;
}
