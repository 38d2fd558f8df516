import { assert } from "../../model/assert.ts";
import { axisFor, xLabel, xText, type Axis, type TimeAxis } from "./axis.ts";
import { axisBelow, chartWidth, figure, heightBelow, letterSize, line, word, type Area, type Caption, type Tone } from "./drawing.ts";
import { html, together, type Markup } from "./markup.ts";
import { numberText } from "./numbers.ts";
import { textWidth } from "./text-width.ts";

export interface TimelineEvent {
  readonly at: number;
  /** An event that lasts is a bar. */
  readonly until?: number;
  /** Which of the kinds. */
  readonly kind: number;
  readonly words: string;
}

export interface Timeline extends Caption {
  readonly x: TimeAxis;
  readonly from: number;
  readonly to: number;
  readonly kinds: readonly { readonly name: string; readonly tone: Tone }[];
  readonly lanes: readonly { readonly name: string; readonly events: readonly TimelineEvent[] }[];
  /** More are counted, not drawn; 40 unless told. */
  readonly lanesMax?: number;
}

/** Events drawn as one, because they would cover each other. */
interface Cluster {
  readonly kind: number;
  readonly from: number;
  to: number;
  /** One of them lasts; a row of moments is drawn thinner. */
  lasts: boolean;
  readonly words: string[];
  count: number;
}

const laneHeight = 26;
const labelWidthMax = 190;
const legendWidthMax = 120;
const kindsMax = 6;
const nearPixels = 11;
const wordsInTitle = 6;

/** What happened to whom and when: one lane each; events of one kind that stand close together become one with their number. */
export function timeline(chart: Timeline): Markup {
  const { x, from, to, kinds, lanes, lanesMax = 40, title } = chart;
  assert(kinds.length <= kindsMax, `timeline ${title} has ${kinds.length} kinds of events; ${kindsMax} can be told apart`);
  const shown = lanes.slice(0, lanesMax);
  const top = 34;
  const left = Math.min(labelWidthMax, shown.reduce((most, { name }) => Math.max(most, textWidth(name, letterSize)), 30) + 14);
  const area: Area = { left, right: chartWidth - 16, top, bottom: top + laneHeight * shown.length };
  const axis = axisFor(x, { low: from, high: to > from ? to : from + 1, from: area.left + 6, to: area.right }, Math.floor((area.right - left) / 85));
  const drawing = [
    axisBelow(axis, area, xLabel(x)), legend(chart),
    ...shown.map(({ name, events }, l) => {
      const y = top + (l + 0.5) * laneHeight;
      const clusters = clustersOf(chart, events, axis);
      return together([line(left, y, area.right, y, "lane"), word(left - 8, y + 4, name, "end", "", left - 12), ...clusters.map((cluster) => drawnCluster(chart, cluster, y)), ...counts(chart, clusters, y)]);
    }),
  ];
  const outside = shown.reduce((sum, { events }) => sum + events.filter((event) => isOutside(event, chart)).length, 0);
  const leftOut = lanes.length - shown.length;
  return figure(chart, area.bottom + heightBelow(axis), drawing, [
    ...leftOut > 0 ? [`${numberText(leftOut)} more lanes are not drawn.`] : [],
    ...outside > 0 ? [`${numberText(outside)} events lie outside this time and are not drawn.`] : [],
  ]);
}

function isOutside({ at, until = at }: TimelineEvent, { from, to }: Timeline): boolean {
  return until < from || at > to;
}

function clustersOf(chart: Timeline, events: readonly TimelineEvent[], axis: Axis): readonly Cluster[] {
  const clusters: Cluster[] = [];
  const last = new Map<number, Cluster>();
  for (const event of [...events].sort((a, b) => a.at - b.at || a.kind - b.kind)) {
    if (isOutside(event, chart)) continue;
    assert(event.kind >= 0 && event.kind < chart.kinds.length, `event ${event.words} is of no known kind`);
    const from = axis.position(Math.max(event.at, chart.from));
    const to = axis.position(Math.min(event.until ?? event.at, chart.to));
    const words = `${xText(chart.x, event.at)}${event.until === undefined ? "" : ` to ${xText(chart.x, event.until)}`}: ${event.words}`;
    const before = last.get(event.kind);
    if (before !== undefined && from - before.to < nearPixels) {
      before.to = Math.max(before.to, to);
      before.count += 1;
      before.lasts ||= event.until !== undefined;
      if (before.words.length < wordsInTitle) before.words.push(words);
    } else {
      const cluster = { kind: event.kind, from, to, lasts: event.until !== undefined, words: [words], count: 1 };
      clusters.push(cluster);
      last.set(event.kind, cluster);
    }
  }
  // Moments stand in front of what lasts.
  return clusters.sort((a, b) => Number(b.lasts) - Number(a.lasts));
}

function drawnCluster({ kinds }: Timeline, { kind, from, to, lasts, words, count }: Cluster, y: number): Markup {
  const tone = kinds[kind]?.tone ?? "plain";
  const title = words.join("\n") + (count > words.length ? `\nand ${count - words.length} more` : "");
  const sign = to - from > 3
    ? html`<rect x="${from}" y="${y - (lasts ? 7 : 3)}" width="${to - from}" height="${lasts ? 14 : 6}" rx="2" class="event ${tone} k${kind} ${lasts ? "lasts" : ""}"/>`
    : html`<path d="${shapeOf(kind, (from + to) / 2, y)}" class="event ${tone} k${kind}"/>`;
  return html`<g><title>${title}</title>${sign}</g>`;
}

/** How many events a sign stands for, each number in the colour of its kind and none on another. */
function counts({ kinds }: Timeline, clusters: readonly Cluster[], y: number): readonly Markup[] {
  let free = 0;
  return clusters.filter(({ count }) => count > 1).sort((a, b) => a.to - b.to || a.kind - b.kind).map(({ to, count, kind }) => {
    const x = Math.max(to + 5, free);
    const text = String(count);
    free = x + textWidth(text, letterSize) + 4;
    return word(Math.min(x, chartWidth - textWidth(text, letterSize)), y - 3, text, "start", `small ${kinds[kind]?.tone ?? ""}`);
  });
}

/** A shape for each kind: circle, triangle up, triangle down, square, diamond, cross. */
function shapeOf(kind: number, x: number, y: number): string {
  const shapes = [
    "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", "m0 -6l5.5 10h-11z", "m0 6l5.5 -10h-11z", "m-4.5 -4.5h9v9h-9z", "m0 -6l6 6l-6 6l-6 -6z",
    "m-5 -2h3v-3h4v3h3v4h-3v3h-4v-3h-3z",
  ];
  return `M${Math.round(x * 10) / 10} ${y}${shapes[kind] ?? ""}`;
}

function legend({ kinds }: Timeline): Markup {
  let x = 14;
  return together(kinds.map(({ name, tone }, k) => {
    const at = x;
    x += 36 + Math.min(legendWidthMax, textWidth(name, letterSize));
    return html`<path d="${shapeOf(k, at, 14)}" class="event ${tone} k${k}"/>${word(at + 12, 18, name, "start", "", legendWidthMax)}`;
  }));
}
