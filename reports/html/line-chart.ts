import { assert } from "../../model/assert.ts";
import { axisFor, roundAxis, roundLogAxis, xLabel, xText, type Axis, type XAxis } from "./axis.ts";
import {
  axisBelow, axisLeft, chartWidth, figure, heightBelow, letterSize, line, lineHeight, seriesMax, spreadOut, widthOfTicks, word, type Area, type Caption,
} from "./drawing.ts";
import { html, nothing, together, type Markup } from "./markup.ts";
import { amountText } from "./numbers.ts";
import { flagMark, flagsOf, flagWords, type Flag, type Mark } from "./flags.ts";
import { reduceBand, reduceLine, type Drawn } from "./reduce.ts";
import { detailsTable } from "./table.ts";
import { textWidth } from "./text-width.ts";

/** One line: values over x, which never goes back. NaN is a gap. */
export interface LineSeries {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** A value stands until the next one, or runs towards it. */
  readonly shape?: "line" | "steps";
  readonly band?: { readonly name: string; readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };
}

export interface LineChart extends Caption {
  readonly x: XAxis;
  readonly y: { readonly unit: string; readonly from?: "zero" | "data"; readonly scale?: "linear" | "log" };
  readonly series: readonly LineSeries[];
  /** Lines across: a capacity, a threshold. */
  readonly limits?: readonly { readonly name: string; readonly value: number }[];
  /** Moments with a number on the line and their words below. */
  readonly marks?: readonly Mark[];
}

const plotHeight = 250;
const labelWidthMax = 190;
/** Signs on a line, so that lines differ without colours. */
const signsOnLine = 7;

/** Lines over time or another quantity, with bands, limits and marked moments. */
export function lineChart(chart: LineChart): Markup {
  const { height, drawing, flags, pointer } = drawLines(chart);
  return figure(chart, height, [...drawing, pointer], notesOf(chart), together([flagWords(flags), extremes(chart)]));
}

/** A chart of lines without the page around it. */
interface LineDrawing {
  readonly height: number;
  readonly drawing: readonly Markup[];
  readonly flags: readonly Flag[];
  /** Where the page's script listens. */
  readonly pointer: Markup;
}

/** Draws the chart from the top left corner on. */
export function drawLines(chart: LineChart): LineDrawing {
  checkSeries(chart);
  const [from, to] = xRange(chart);
  const { marks = [], limits = [] } = chart;
  const top = 32 + (marks.length > 0 ? 20 : 0);
  const [low, high] = yRange(chart);
  const vertical = { low, high, from: top + plotHeight, to: top };
  const yAxis = chart.y.scale === "log" ? roundLogAxis(vertical) : roundAxis(vertical, 8);
  const area: Area = { left: widthOfTicks(yAxis), right: chartWidth - labelRoom(chart), top, bottom: top + plotHeight };
  const xAxis = axisFor(chart.x, { low: from, high: to, from: area.left, to: area.right }, Math.floor((area.right - area.left) / 85));
  const flags = flagsOf(marks, chart.x, xAxis);
  const drawing = [
    axisBelow(xAxis, area, xLabel(chart.x)), axisLeft(yAxis, area, chart.y.unit),
    ...chart.series.map((series, s) => bandOf(series, s, xAxis, yAxis)),
    ...limits.map(({ value }) => line(area.left, yAxis.position(value), area.right, yAxis.position(value), "limit")),
    ...flags.map((flag) => flagMark(flag, xAxis, area)),
    ...chart.series.map((series, s) => lineOf(series, s, xAxis, yAxis)),
    chart.series.every(({ y }) => lastIndex(y) < 0) ? word((area.left + area.right) / 2, top + plotHeight / 2, "no values", "middle", "muted") : nothing,
    labels(chart, xAxis, yAxis, area),
  ];
  return { height: area.bottom + heightBelow(xAxis), drawing, flags, pointer: probe(chart, xAxis, yAxis, area) };
}

function checkSeries({ title, series }: LineChart): void {
  assert(series.length <= seriesMax, `chart ${title} has ${series.length} series; ${seriesMax} can be told apart`);
  for (const { name, x, y, band } of series) {
    assert(x.length === y.length, `series ${name} has ${x.length} positions and ${y.length} values`);
    assert(band === undefined || (band.low.length === x.length && band.high.length === x.length), `the band of ${name} has another length`);
    for (let i = 1; i < x.length; i++) assert((x[i] ?? 0) >= (x[i - 1] ?? 0), `series ${name} goes back at ${x[i]}`);
  }
}

function yRange({ series, limits = [], y }: LineChart): readonly [low: number, high: number] {
  const lists = [...series.flatMap(({ y, band }) => (band === undefined ? [y] : [y, band.low, band.high])), limits.map(({ value }) => value)];
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i] ?? Number.NaN;
      if (y.scale === "log" ? !(value > 0) : Number.isNaN(value)) continue;
      assert(Number.isFinite(value), "a line cannot be drawn to infinity");
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return y.scale === "log" ? [1, 10] : [0, 1];
  return y.from === "data" || y.scale === "log" ? [low, high] : [Math.min(0, low), Math.max(0, high)];
}

function xRange({ series, marks = [], x }: LineChart): readonly [low: number, high: number] {
  const ends = [...series.flatMap(({ x }) => [x[0], x[x.length - 1]]), ...marks.map(({ at }) => at)].filter((end) => end !== undefined);
  const [low, high] = ends.length === 0 ? [0, 1] : [Math.min(...ends), Math.max(...ends)];
  if (x.kind === "number" && x.scale === "log") assert(low > 0, "a logarithmic axis needs positions above zero");
  return low === high ? [low, low + 1] : [low, high];
}

function columns(axis: Axis): (x: number) => number {
  return (x) => Math.floor(axis.position(x));
}

function bandOf({ x, band }: LineSeries, s: number, xAxis: Axis, yAxis: Axis): Markup {
  if (band === undefined) return nothing;
  const paths = reduceBand(x, band.low, band.high, columns(xAxis)).map(({ x: at, low, high }) => {
    const there = at.map((a, i) => point(xAxis.position(a), yAxis.position(high[i] ?? 0)));
    const back = at.map((a, i) => point(xAxis.position(a), yAxis.position(low[i] ?? 0))).reverse();
    return `M${[...there, ...back].join("L")}Z`;
  });
  return html`<path d="${paths.join("")}" class="band s${s}"/>`;
}

function lineOf(series: LineSeries, s: number, xAxis: Axis, yAxis: Axis): Markup {
  const stretches = reduceLine(series.x, series.y, columns(xAxis));
  const path = stretches.map((stretch) => pathOf(stretch, series.shape ?? "line", xAxis, yAxis)).join("");
  return html`<path d="${path}" class="line s${s}" data-name="${series.name}"/>${together(signsAlong(stretches, s, xAxis, yAxis))}`;
}

function pathOf({ x, y }: Drawn, shape: "line" | "steps", xAxis: Axis, yAxis: Axis): string {
  const points = x.map((at, i) => [short(xAxis.position(at)), short(yAxis.position(y[i] ?? 0))] as const);
  // A value alone between two gaps is a dot: the line's ends are round.
  const lone = points.length === 1 ? "h0" : "";
  return points.map(([px, py], i) => (i === 0 ? `M${px} ${py}${lone}` : shape === "steps" ? `H${px}V${py}` : `L${px} ${py}`)).join("");
}

/** Signs at a few drawn points, at other places for each series, so that they rarely cover each other. */
function signsAlong(stretches: readonly Drawn[], s: number, xAxis: Axis, yAxis: Axis): readonly Markup[] {
  const width = xAxis.position(xAxis.high) - xAxis.position(xAxis.low);
  const signs: Markup[] = [];
  let next = xAxis.position(xAxis.low) + (width / signsOnLine) * ((s % 5) / 5 + 0.1);
  for (const { x, y } of stretches) {
    x.forEach((at, i) => {
      const px = xAxis.position(at);
      if (px < next) return;
      signs.push(seriesSign(px, yAxis.position(y[i] ?? 0), s));
      next = Math.max(next + width / signsOnLine, px + 20);
    });
  }
  return signs;
}

/** The sign of a series: circle, square, triangle, diamond, and these again without a filling. */
export function seriesSign(x: number, y: number, s: number): Markup {
  const shapes = [
    "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z", "m-3.2 -3.2h6.4v6.4h-6.4z", "m0 -4l4 7h-8z", "m0 -4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z",
  ];
  return html`<path d="M${x} ${y}${shapes[s % 4] ?? ""}" class="sign s${s} ${s >= 4 ? "open" : ""}"/>`;
}

interface EndLabel { readonly text: string; readonly from: number; readonly y: number; readonly series: number | null }

/** Names stand where the lines end; nobody has to look from a legend to a line. */
function labels({ series, limits = [] }: LineChart, xAxis: Axis, yAxis: Axis, { right, top, bottom }: Area): Markup {
  const ends: readonly EndLabel[] = [
    ...series.map(({ name, x, y }, s) => ({ text: name, from: xAxis.position(x[lastIndex(y)] ?? xAxis.high), y: yAxis.position(y[lastIndex(y)] ?? yAxis.low), series: s })),
    ...limits.map(({ name, value }) => ({ text: name, from: right, y: yAxis.position(value), series: null })),
  ];
  const placed = spreadOut(ends.map(({ y }) => y), lineHeight, top, bottom);
  return together(ends.map(({ text, series: s, from, y }, i) => {
    const at = placed[i] ?? y;
    const leader = html`<path d="M${Math.min(from + 4, right + 2)} ${y}H${right + 2}L${right + 10} ${at}" class="leader"/>`;
    const sign = s === null ? html`<path d="M${right + 12} ${at}h10" class="limit"/>` : seriesSign(right + 17, at, s);
    return together([leader, sign, word(right + 26, at + 4, text, "start", s === null ? "limit-word" : `s${s}`, labelWidthMax - 30)]);
  }));
}

function labelRoom({ series, limits = [] }: LineChart): number {
  const names = [...series.map(({ name }) => name), ...limits.map(({ name }) => name)];
  return Math.min(labelWidthMax, 32 + names.reduce((most, name) => Math.max(most, textWidth(name, letterSize)), 0));
}

/** Where the last value is; -1 when there is none. */
function lastIndex(values: ArrayLike<number>): number {
  let last = values.length - 1;
  while (last >= 0 && Number.isNaN(values[last])) last--;
  return last;
}

/** What the page's script needs to tell the values under the pointer. */
function probe({ x, y }: LineChart, xAxis: Axis, yAxis: Axis, { left, right, top, bottom }: Area): Markup {
  const unit = x.kind === "number" ? x.unit : "";
  return html`<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" class="probe" data-kind="${x.kind}" data-unit="${unit}" data-x="${xAxis.scale} ${String(xAxis.low)} ${String(xAxis.high)}" data-y="${yAxis.scale} ${String(yAxis.low)} ${String(yAxis.high)}" data-y-unit="${y.unit}"/>`;
}

function notesOf({ series, y }: LineChart): readonly string[] {
  const most = series.reduce((most, { x }) => Math.max(most, x.length), 0);
  const bands = [...new Set(series.flatMap(({ band }) => (band === undefined ? [] : [band.name])))];
  const hidden = y.scale === "log" && series.some(({ y }) => Array.from(y).some((value) => value <= 0));
  return [
    ...bands.length === 0 ? [] : [`Shaded: ${bands.join("; ")}.`],
    ...most > chartWidth ? [`Up to ${amountText(most, "points")} a line: each column of pixels shows the least and the greatest of its points.`] : [],
    ...hidden ? ["Values of zero and below cannot be shown on this scale and stand at its foot."] : [],
  ];
}

/** The same in figures, for those who print, listen or doubt. */
function extremes({ series, x, y }: LineChart): Markup {
  const rows = series.map(({ name, x: at, y: values }) => {
    let [least, most] = [-1, -1];
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      if (least < 0 || value < (values[least] ?? 0)) least = i;
      if (most < 0 || value > (values[most] ?? 0)) most = i;
    }
    const when = (i: number): string => (i < 0 ? "-" : xText(x, at[i] ?? 0));
    return [name, values[least] ?? null, when(least), values[most] ?? null, when(most), values[lastIndex(values)] ?? null];
  });
  const { unit } = y;
  return detailsTable("Least, greatest and last value of each line", [
    { head: "line" }, { head: "least", unit }, { head: "at" }, { head: "greatest", unit }, { head: "at" }, { head: "last", unit },
  ], rows);
}

function point(x: number, y: number): string {
  return `${short(x)} ${short(y)}`;
}

function short(position: number): number {
  return Math.round(position * 10) / 10;
}
