import { createHash } from "node:crypto";
import type { Tone } from "./drawing.ts";
import { html, nothing, type Markup } from "./markup.ts";
import { prose } from "./prose.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** A figure that everybody should see first. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly tone?: Tone;
}

export interface Section {
  readonly title: string;
  readonly words?: string;
  readonly content: readonly Markup[];
}

export interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly facts: readonly Fact[];
  readonly sections: readonly Section[];
  /** Where the figures come from: seed, version, files. */
  readonly footer?: string;
}

/** A page that needs nothing else: readable offline, without a script, on paper; the same data gives the same bytes. */
export function page({ title, subtitle, facts, sections, footer }: Page): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${{ markup: style }}</style></head>
<body><header><h1>${title}</h1><p class="subtitle">${prose(subtitle)}</p>${factCards(facts)}${contents(sections)}</header>
<main>${sections.map(({ title, words, content }, i) => html`<section id="part-${i + 1}"><h2>${title}</h2>${words === undefined ? nothing : html`<p>${prose(words)}</p>`}
${content}</section>
`)}</main>
${footer === undefined ? nothing : html`<footer>${prose(footer)}</footer>`}
<script>${{ markup: script }}</script></body></html>
`.markup;
}

/** Nothing may be fetched, sent or run but the style and the script that stand in the page. */
const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function factCards(facts: readonly Fact[]): Markup {
  if (facts.length === 0) return nothing;
  const cards = facts.map(({ label, value, note, tone = "plain" }) => html`<div class="fact ${tone}"><dt>${label}</dt><dd class="${tone}">${prose(value)}</dd>${note === undefined ? nothing : html`<dd class="of">${prose(note)}</dd>`}</div>`);
  return html`<dl class="facts by-${columnsFor(facts.length)}">${cards}</dl>`;
}

/** As many in a row as leave no card alone. */
function columnsFor(count: number): number {
  return count <= 5 ? Math.max(2, count) : [4, 3, 5].find((columns) => count % columns === 0) ?? 4;
}

function contents(sections: readonly Section[]): Markup {
  if (sections.length < 3) return nothing;
  return html`<nav aria-label="Contents"><ol>${sections.map(({ title }, i) => html`<li><a href="#part-${i + 1}">${title}</a></li>`)}</ol></nav>`;
}
