import type { Axis } from "./axis.ts";
import { html, nothing, together, type Markup } from "./markup.ts";
import { prose } from "./prose.ts";
import { cutText, textWidth } from "./text-width.ts";

/** Every chart is drawn this wide; the page scales it. Letters have this size at full width. */
export const chartWidth = 880;
export const letterSize = 12;
export const lineHeight = 15;
/** More lines or bars than that cannot be told apart. */
export const seriesMax = 8;

/** Where the values of a chart are drawn. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What every figure says about itself. */
export interface Caption {
  readonly title: string;
  /** One or two sentences: what is to be seen, in figures. */
  readonly words: string;
}

/** Words of a page have a tone, and a sign for those who do not see colours; what is quiet stands behind the rest. */
export type Tone = "quiet" | "plain" | "good" | "warning" | "bad";

/** A word in a drawing; a long one is cut to the width, and whole where the pointer rests on it. */
export function word(x: number, y: number, text: string, anchor: "start" | "middle" | "end", style = "", width = Infinity): Markup {
  const cut = cutText(text, letterSize, width);
  const whole = cut === text ? nothing : html`<title>${text}</title>`;
  return html`<text x="${x}" y="${y}" class="${anchor} ${style}">${whole}${cut}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, style: string): Markup {
  return html`<path d="M${x1} ${y1}L${x2} ${y2}" class="${style}"/>`;
}

/** A figure with its caption; `notes` say how it was drawn. */
export function figure({ title, words }: Caption, height: number, drawing: readonly Markup[], notes: readonly string[] = [], details: Markup = nothing): Markup {
  return html`<figure><figcaption><h3>${title}</h3><p>${prose(words)}</p></figcaption>
<div class="scroll" tabindex="0"><svg viewBox="0 0 ${chartWidth} ${Math.ceil(height)}" role="img" aria-label="${title}"><desc>${words}</desc>
${together(drawing)}
</svg></div>${notes.length === 0 ? nothing : html`<p class="note">${prose(notes.join(" "))}</p>`}${details}</figure>
`;
}

/** The axis below an area, with light lines through it. */
export function axisBelow(axis: Axis, { left, right, top, bottom }: Area, label: string): Markup {
  const shown = apart(axis.ticks.map((tick) => ({ ...tick, x: axis.position(tick.at) })));
  const hasUnder = shown.some(({ under }) => under !== undefined);
  return together([
    ...shown.map(({ x }) => line(x, top, x, bottom + 4, "grid")),
    line(left, bottom, right, bottom, "rule"),
    ...shown.map(({ x, words }) => word(x, bottom + lineHeight + 2, words, "middle", "muted")),
    ...apart(shown.filter(({ under }) => under !== undefined)).map(({ x, under }) => word(x, bottom + 2 * lineHeight + 2, under ?? "", "middle", "muted strong")),
    word((left + right) / 2, bottom + (hasUnder ? 3 : 2) * lineHeight + 4, label, "middle", "muted"),
  ]);
}

/** How much room the axis takes below its area. */
export function heightBelow(axis: Axis): number {
  return (axis.ticks.some(({ under }) => under !== undefined) ? 3 : 2) * lineHeight + 10;
}

/** Ticks whose words would touch are left out. */
function apart<T extends { readonly x: number; readonly words: string }>(ticks: readonly T[]): readonly T[] {
  let free = -Infinity;
  return ticks.filter(({ x, words }) => {
    const half = textWidth(words, letterSize) / 2 + 3;
    if (x - half < free) return false;
    free = x + half;
    return true;
  });
}

/** The axis on the left of an area, its unit on top. */
export function axisLeft(axis: Axis, { left, right, top }: Area, unit: string): Markup {
  return together([
    ...axis.ticks.map(({ at }) => line(left, axis.position(at), right, axis.position(at), "grid")),
    ...axis.ticks.map(({ at, words }) => word(left - 6, axis.position(at) + 4, words, "end", "muted")),
    word(4, top - 13, unit, "start", "muted"),
  ]);
}

/** Room for the words of an axis on the left. */
export function widthOfTicks(axis: Axis): number {
  return axis.ticks.reduce((most, { words }) => Math.max(most, textWidth(words, letterSize)), 24) + 10;
}

/** Positions moved apart so that none is nearer than `gap` to another or outside `low` to `high`; in the given order. */
export function spreadOut(positions: readonly number[], gap: number, low: number, high: number): readonly number[] {
  const order = positions.map((_, i) => i).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0) || a - b);
  const placed = [...positions];
  let least = low;
  for (const i of order) {
    placed[i] = Math.max(placed[i] ?? 0, least);
    least = (placed[i] ?? 0) + gap;
  }
  let most = high;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i] ?? 0, most);
    most = (placed[i] ?? 0) - gap;
  }
  return placed;
}
