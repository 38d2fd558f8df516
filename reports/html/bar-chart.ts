import { assert } from "../../model/assert.ts";
import { axisFor, type Axis } from "./axis.ts";
import { axisBelow, chartWidth, figure, heightBelow, letterSize, line, seriesMax, word, type Area, type Caption } from "./drawing.ts";
import { html, nothing, together, type Markup } from "./markup.ts";
import { amountText, numberText } from "./numbers.ts";
import { textWidth } from "./text-width.ts";

export interface BarChart extends Caption {
  readonly unit: string;
  readonly categories: readonly string[];
  /** One value for each category; null where there is none. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  /** Parts of a whole one after the other, instead of beside each other. */
  readonly stacked?: boolean;
  /** More are counted, not drawn; 40 unless told. */
  readonly rowsMax?: number;
}

const rowsShown = 40;
const labelWidthMax = 230;
const legendWidthMax = 200;

/** Amounts of many things, one row each, to be compared. Negative ones go left of zero. */
export function barChart(chart: BarChart): Markup {
  const { categories, series, stacked = false, rowsMax = rowsShown, title } = chart;
  assert(series.length <= seriesMax, `chart ${title} has ${series.length} series; ${seriesMax} can be told apart`);
  for (const { name, values } of series) assert(values.length === categories.length, `series ${name} has ${values.length} values for ${categories.length} categories`);
  const shown = categories.slice(0, rowsMax);
  const thickness = stacked ? 18 : Math.max(8, Math.min(18, 40 / Math.max(1, series.length)));
  const rowHeight = (stacked ? thickness : thickness * Math.max(1, series.length)) + 10;
  const top = series.length > 1 ? 34 : 6;
  const left = Math.min(labelWidthMax, shown.reduce((most, name) => Math.max(most, textWidth(name, letterSize)), 20) + 14);
  const valueRoom = 14 + shown.reduce((most, _, c) => Math.max(most, ...wordsOf(chart, c).map((text) => textWidth(text, letterSize))), 0);
  const area: Area = { left, right: chartWidth - valueRoom, top, bottom: top + rowHeight * shown.length };
  const [low, high] = rangeOf(chart, shown.length);
  const hasNegative = low < 0;
  const axis = axisFor({ kind: "number", label: "", unit: "" }, { low, high: low === high ? low + 1 : high, from: area.left + (hasNegative ? valueRoom : 0), to: area.right }, 8);
  const rows = shown.map((name, c) => {
    const y = top + c * rowHeight + 5;
    const label = word(left - 8, y + (rowHeight - 10) / 2 + 4, name, "end", "", left - 12);
    return together([label, stacked ? stackedRow(chart, c, y, thickness, axis) : groupedRow(chart, c, y, thickness, axis)]);
  });
  const drawing = [
    axisBelow(axis, area, chart.unit), ...rows, line(axis.position(0), top, axis.position(0), area.bottom, "rule"), series.length > 1 ? legend(chart) : nothing,
  ];
  const leftOut = categories.length - shown.length;
  return figure(chart, area.bottom + heightBelow(axis), drawing, leftOut > 0 ? [`${numberText(leftOut)} more are not drawn.`] : []);
}

/** Sums of the parts above and below zero when stacked, each value otherwise. */
function rangeOf({ series, stacked = false, unit }: BarChart, count: number): readonly [low: number, high: number] {
  let [low, high] = [0, 0];
  for (let c = 0; c < count; c++) {
    const values = series.map(({ values }) => values[c] ?? 0);
    const sum = (keep: (value: number) => boolean): number => values.filter(keep).reduce((a, b) => a + b, 0);
    low = Math.min(low, ...stacked ? [sum((value) => value < 0)] : values);
    high = Math.max(high, ...stacked ? [sum((value) => value > 0)] : values);
  }
  // Parts of a hundred are seen against the hundred.
  return [low, unit.startsWith("%") && high <= 100 ? 100 : high];
}

function wordsOf({ series, stacked = false }: BarChart, c: number): readonly string[] {
  if (stacked) return [numberText(series.reduce((sum, { values }) => sum + (values[c] ?? 0), 0))];
  return series.map(({ values }) => (values[c] === null || values[c] === undefined ? "no value" : numberText(values[c])));
}

function groupedRow(chart: BarChart, c: number, y: number, thickness: number, axis: Axis): Markup {
  const words = wordsOf(chart, c);
  return together(chart.series.map(({ name, values }, s) => {
    const value = values[c] ?? null;
    const at = y + s * thickness;
    const negative = (value ?? 0) < 0;
    const end = axis.position(value ?? 0);
    return together([
      value === null ? nothing : bar(axis.position(0), end, at, thickness - 2, s, `${name}: ${amountText(value, chart.unit)}`),
      word(end + (negative ? -6 : 6), at + thickness / 2 + 3, words[s] ?? "", negative ? "end" : "start", "muted"),
    ]);
  }));
}

function stackedRow(chart: BarChart, c: number, y: number, thickness: number, axis: Axis): Markup {
  let [below, above] = [0, 0];
  const bars = chart.series.map(({ name, values }, s) => {
    const value = values[c] ?? 0;
    const from = value < 0 ? below : above;
    if (value < 0) below += value;
    else above += value;
    if (value === 0) return nothing;
    const [start, end] = [axis.position(from), axis.position(from + value)];
    const text = numberText(value);
    const hasRoom = textWidth(text, letterSize) + 8 < Math.abs(end - start);
    return together([
      bar(start, end, y, thickness, s, `${name}: ${amountText(value, chart.unit)}`),
      hasRoom ? word((start + end) / 2, y + thickness / 2 + 4, text, "middle", "on-bar") : nothing,
    ]);
  });
  return together([...bars, word(axis.position(above) + 6, y + thickness / 2 + 4, wordsOf(chart, c)[0] ?? "", "start", "strong")]);
}

function bar(from: number, to: number, y: number, height: number, s: number, title: string): Markup {
  return html`<rect x="${Math.min(from, to)}" y="${y}" width="${Math.max(1, Math.abs(to - from))}" height="${height}" class="bar s${s}"><title>${title}</title></rect>`;
}

/** Series in the order of their bars. */
function legend({ series }: BarChart): Markup {
  let x = 8;
  return together(series.map(({ name }, s) => {
    const at = x;
    x += 34 + Math.min(legendWidthMax, textWidth(name, letterSize));
    return html`<rect x="${at}" y="8" width="12" height="12" class="bar s${s}"/>${word(at + 18, 18, name, "start", "", legendWidthMax)}`;
  }));
}
