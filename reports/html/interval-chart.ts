import { assert } from "../../model/assert.ts";
import { axisFor, roundAxis, xLabel, xText, type Axis, type XAxis } from "./axis.ts";
import { axisBelow, chartWidth, figure, heightBelow, letterSize, line, lineHeight, word, type Area, type Caption, type Tone } from "./drawing.ts";
import { html, nothing, together, type Markup } from "./markup.ts";
import { numberText } from "./numbers.ts";
import { textWidth } from "./text-width.ts";

/** One interval: low, middle and high in this order. Null: not before the axis ends, drawn as an open arrow. */
export interface Interval {
  readonly name: string;
  readonly low: number | null;
  readonly middle: number | null;
  readonly high: number | null;
  readonly note?: string;
  readonly tone?: Tone;
}

export interface IntervalChart extends Caption {
  readonly x: XAxis;
  readonly rows: readonly Interval[];
  /** Words of a line at zero, for differences: `as today`. */
  readonly zero?: string;
  /** Ends of the axis; from the rows when absent. */
  readonly from?: number;
  readonly to?: number;
  /** More are counted, not drawn; 60 unless told. */
  readonly rowsMax?: number;
}

const rowHeight = 34;
const labelWidthMax = 220;
const valueWidthMax = 280;

/** A best guess with its uncertainty, one row each: dates at which something runs out, or differences around zero. */
export function intervalChart(chart: IntervalChart): Markup {
  const { rows, x, zero, rowsMax = 60 } = chart;
  const shown = rows.slice(0, rowsMax);
  for (const row of shown) assert(inOrder(row), `interval ${row.name} is not in order: ${row.low}, ${row.middle}, ${row.high}`);
  const top = zero === undefined ? 8 : 26;
  const left = Math.min(labelWidthMax, shown.reduce((most, { name, note = "" }) => Math.max(most, textWidth(name, letterSize), textWidth(note, letterSize)), 30) + 16);
  const words = shown.map((row) => valueWords(row, chart, decimalsOf(chart)));
  const room = Math.min(valueWidthMax, words.reduce((most, text) => Math.max(most, textWidth(text, letterSize)), 0) + 16);
  const area: Area = { left, right: chartWidth - room, top, bottom: top + rowHeight * shown.length };
  const axis = axisOf(chart, area);
  const drawing = [
    axisBelow(axis, area, xLabel(x)),
    zero === undefined ? nothing : html`${line(axis.position(0), top, axis.position(0), area.bottom, "zero")}${word(axis.position(0), top - 8, zero, "middle", "muted")}`,
    ...shown.map((row, r) => drawnRow(row, words[r] ?? "", top + (r + 0.5) * rowHeight, axis, area, room)),
  ];
  const leftOut = rows.length - shown.length;
  return figure(chart, area.bottom + heightBelow(axis), drawing, leftOut > 0 ? [`${leftOut} more are not drawn.`] : []);
}

function inOrder({ low, middle, high }: Interval): boolean {
  const [a, b, c] = [low ?? Infinity, middle ?? Infinity, high ?? Infinity];
  return a <= b && b <= c;
}

function axisOf({ rows, x, zero, from, to }: IntervalChart, { left, right }: Area): Axis {
  const known = rows.flatMap(({ low, middle, high }) => [low, middle, high]).filter((value) => value !== null);
  const values = [...known, ...zero === undefined ? [] : [0], ...from === undefined ? [] : [from], ...to === undefined ? [] : [to]];
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const stretch = { low, high: low === high ? low + 1 : high, from: left + 6, to: right - 10 };
  const tickCount = Math.max(2, Math.floor((right - left) / 85));
  return x.kind === "number" && x.scale !== "log" ? roundAxis(stretch, tickCount) : axisFor(x, stretch, tickCount);
}

function drawnRow({ name, note, low, middle, high, tone = "plain" }: Interval, words: string, y: number, axis: Axis, area: Area, room: number): Markup {
  const end = area.right - 2;
  const from = low === null ? end - 14 : axis.position(low);
  const to = high === null ? end : axis.position(high);
  const arrow = high === null ? html`<path d="M${end - 7} ${y - 5}L${end} ${y}L${end - 7} ${y + 5}" class="interval-end ${tone}"/>` : line(to, y - 5, to, y + 5, `interval-end ${tone}`);
  return together([
    word(area.left - 10, note === undefined ? y + 4 : y - 2, name, "end", "", area.left - 14),
    note === undefined ? nothing : word(area.left - 10, y - 2 + lineHeight - 1, note, "end", "muted", area.left - 14),
    line(from, y, to, y, `interval ${tone}`), low === null ? nothing : line(from, y - 5, from, y + 5, `interval-end ${tone}`), arrow,
    middle === null ? nothing : html`<circle cx="${axis.position(middle)}" cy="${y}" r="5" class="interval-middle ${tone}"/>`,
    word(area.right + 10, y + 4, words, "start", tone, room - 10),
  ]);
}

/** The middle, and the ends in brackets. */
function valueWords({ low, middle, high }: Interval, { x, to }: IntervalChart, decimals: number): string {
  const text = (value: number | null): string => (value === null ? `after ${to === undefined ? "the end" : shortText(x, to, decimals)}` : shortText(x, value, decimals));
  if (low === null) return text(null);
  if (text(low) === text(high)) return text(middle);
  return `${text(middle)} (${text(low)} to ${high === null ? "later" : text(high)})`;
}

/** Days are near enough for a date that is a guess. */
function shortText(x: XAxis, value: number, decimals: number): string {
  if (x.kind === "number") return numberText(value, decimals);
  return x.kind === "utc" ? xText(x, value).replace(/ \d\d:\d\d(:\d\d)?$/, "") : xText(x, value);
}

/** As many for every row as tell apart what the eye can on the axis. */
function decimalsOf({ rows }: IntervalChart): number {
  const known = rows.flatMap(({ low, middle, high }) => [low, middle, high]).filter((value) => value !== null);
  const span = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return span === 0 ? 0 : Math.min(9, Math.max(0, Math.ceil(2.3 - Math.log10(span))));
}
