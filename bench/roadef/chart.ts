import type { Reference } from "./reference.ts";
import type { InstanceResult, Point } from "./result.ts";

const width = 760;
const height = 520;
const margin = { left: 96, right: 150, top: 58, bottom: 48 } as const;
const gapBetween = 44;
const labelHeight = 13;
const panelHeight = (height - margin.top - margin.bottom - gapBetween) / 2;

/** A horizontal line that a curve is compared with. */
interface Level {
  readonly label: string;
  readonly cost: number;
  readonly colour: string;
}

/** Where values stand on the page. */
interface Axis {
  readonly position: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/**
 * Cost over time of one result as an SVG: the cost itself above, and below what is left above the lower bound, where the
 * last digits can be seen. Time is logarithmic: most is gained in the first seconds.
 */
export function chartOf(result: InstanceResult, { winner, bestFinalist }: Reference): string {
  const { name, seed, trace, initial, lowerBound, cost, seconds } = result;
  const levels: readonly Level[] = [
    { label: "initial", cost: initial, colour: "#888" },
    ...(winner === null ? [] : [{ label: "winner", cost: winner, colour: "#c60" }]),
    ...(bestFinalist === null ? [] : [{ label: "best finalist", cost: bestFinalist, colour: "#a0a" }]),
    { label: "lower bound", cost: lowerBound, colour: "#292" },
  ];
  const time = timeAxis(trace[0]?.seconds ?? 0.1, seconds);
  const least = levels.reduce((low, level) => (level.cost > lowerBound ? Math.min(low, level.cost) : low), cost.total);
  const curve: readonly Point[] = [...trace, { seconds, cost: cost.total }];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(margin.left, 22, `${name}, seed ${seed}: cost over time, final ${cost.total.toLocaleString("en-US")}`, "start", "#000", 14),
    panel(margin.top, "cost", curve, levels, time, linearAxis(Math.min(lowerBound, cost.total), initial, margin.top)),
    panel(margin.top + panelHeight + gapBetween, "cost above the lower bound", above(curve, lowerBound), aboveLevels(levels, lowerBound), time,
      logAxis(aboveOf(least, lowerBound), aboveOf(initial, lowerBound), margin.top + panelHeight + gapBetween)),
    text(margin.left + plotWidth() / 2, height - 10, "seconds from the start of the process", "middle"),
    "</svg>", "",
  ].join("\n");
}

function plotWidth(): number {
  return width - margin.left - margin.right;
}

function panel(top: number, title: string, curve: readonly Point[], levels: readonly Level[], time: Axis, costs: Axis): string {
  const right = margin.left + plotWidth();
  const [low, high] = [top, top + panelHeight];
  const inside = (y: number): boolean => y >= low - 0.5 && y <= high + 0.5;
  const shown = levels.map((level) => ({ ...level, y: costs.position(level.cost) })).filter(({ y }) => inside(y));
  return [
    `<rect x="${margin.left}" y="${top}" width="${plotWidth()}" height="${panelHeight}" fill="none" stroke="#000"/>`,
    text(margin.left, top - 6, title, "start", "#444"),
    ...time.ticks.map(({ value, label }) => tick(time.position(value), high, label, true)),
    ...costs.ticks.map(({ value, label }) => tick(margin.left, costs.position(value), label, false)),
    ...shown.map(({ y, colour }) => `<line x1="${margin.left}" x2="${right}" y1="${round(y)}" y2="${round(y)}" stroke="${colour}" stroke-dasharray="5 3"/>`),
    ...spreadOut(shown.map(({ y }) => y), high - 6).map((y, i) => text(right + 6, y + 4, shown[i]?.label ?? "", "start", shown[i]?.colour)),
    `<path d="${pathOf(curve, time, costs)}" fill="none" stroke="#06c" stroke-width="1.6"/>`,
  ].join("\n");
}

/** Steps: a cost stands until a better one is found. */
function pathOf(curve: readonly Point[], time: Axis, costs: Axis): string {
  return curve.map(({ seconds, cost }, i) => {
    const [x, y] = [round(time.position(seconds)), round(costs.position(cost))];
    return i === 0 ? `M${x} ${y}` : `H${x}V${y}`;
  }).join("");
}

function tick(x: number, y: number, label: string, below: boolean): string {
  const line = below ? `x1="${round(x)}" x2="${round(x)}" y1="${y}" y2="${y + 4}"` : `x1="${x - 4}" x2="${x}" y1="${round(y)}" y2="${round(y)}"`;
  return `<line ${line} stroke="#000"/>${below ? text(x, y + 16, label, "middle") : text(x - 7, y + 4, label, "end")}`;
}

function text(x: number, y: number, words: string, anchor: "start" | "middle" | "end", colour = "#000", size = 11): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${colour}" font-size="${size}">${escaped}</text>`;
}

/** Labels that would lie on each other, moved apart and none below `low`; in the given order. */
function spreadOut(positions: readonly number[], low: number): readonly number[] {
  const order = positions.map((_, i) => i).sort((a, b) => (positions[b] ?? 0) - (positions[a] ?? 0));
  const placed = [...positions];
  let lowest = low;
  for (const i of order) {
    placed[i] = Math.min(placed[i] ?? 0, lowest);
    lowest = (placed[i] ?? 0) - labelHeight;
  }
  return placed;
}

function timeAxis(first: number, last: number): Axis {
  const low = Math.log10(Math.max(0.01, Math.min(first, last / 10)));
  const high = Math.log10(Math.max(last, 0.1));
  const candidates = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000];
  return {
    position: (seconds) => margin.left + (plotWidth() * (Math.log10(Math.max(seconds, 0.01)) - low)) / Math.max(1e-9, high - low),
    ticks: candidates.filter((value) => Math.log10(value) >= low - 1e-9 && Math.log10(value) <= high + 1e-9).map((value) => ({ value, label: String(value) })),
  };
}

function linearAxis(low: number, high: number, top: number): Axis {
  const span = Math.max(1, high - low);
  const step = niceStep(span / 4);
  const first = Math.ceil(low / step) * step;
  return {
    position: (value) => top + panelHeight * (1 - (value - low) / span),
    ticks: Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => ({ value: first + i * step, label: short(first + i * step) })),
  };
}

function logAxis(low: number, high: number, top: number): Axis {
  // At least a power of ten is always inside.
  const from = Math.log10(Math.min(low / 1.3, high / 10));
  const span = Math.log10(high * 1.1) - from;
  const powers = Array.from({ length: Math.floor(from + span) - Math.ceil(from) + 1 }, (_, i) => 10 ** (Math.ceil(from) + i));
  return {
    position: (value) => top + panelHeight * (1 - (Math.log10(value) - from) / span),
    ticks: powers.map((value) => ({ value, label: short(value) })),
  };
}

/** At least 1, so that it has a logarithm. */
function aboveOf(cost: number, lowerBound: number): number {
  return Math.max(1, cost - lowerBound);
}

function above(curve: readonly Point[], lowerBound: number): readonly Point[] {
  return curve.map(({ seconds, cost }) => ({ seconds, cost: aboveOf(cost, lowerBound) }));
}

function aboveLevels(levels: readonly Level[], lowerBound: number): readonly Level[] {
  return levels.filter(({ cost }) => cost > lowerBound).map((level) => ({ ...level, cost: aboveOf(level.cost, lowerBound) }));
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

function short(value: number): string {
  const [divisor, unit] = value >= 1e9 ? [1e9, " G"] : value >= 1e6 ? [1e6, " M"] : value >= 1e3 ? [1e3, " k"] : [1, ""];
  return `${Number((value / divisor).toPrecision(6))}${unit}`;
}

function round(position: number): number {
  return Math.round(position * 10) / 10;
}
