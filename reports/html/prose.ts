import { html, type Markup } from "./markup.ts";

/** A date with its time, or a number with its unit. */
const together = /(\b\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?(?: UTC)?\b|(?<![\d,.])[+-]?\d[\d,.]{0,30} (?:%|(?:[A-Z]{3}(?:\/(?:h|month))?|[KMGT]iB|k?Wh?|cores?|days?|h|d|min|s|ms)\b))/;

/** Running text in which lines break neither at the hyphens of a date nor between a number and its unit; copied, it is as it was. */
export function prose(text: string): Markup {
  return html`${text.split(together).map((piece, i) => (i % 2 === 0 ? html`${piece}` : html`<span class="one">${piece}</span>`))}`;
}
