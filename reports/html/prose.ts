import { html, type Markup } from "./markup.ts";

/** A date, or a number with its unit. */
const together = /(\b\d{4}-\d\d-\d\d\b|(?<![\d,.:])[+-]?\d[\d,.]{0,30} (?:%|(?:[A-Z]{3}(?:\/(?:h|month))?|[KMGT]iB|k?Wh?|cores?|days?|h|d|min|s|ms)\b))/;

/**
 * Running text in which lines break neither at the hyphens of a date nor between a number and its unit; copied, it is as it
 * was. Only the large figures of narrow cards may break before a unit, though not before a percent sign.
 */
export function prose(text: string): Markup {
  return html`${text.split(together).map((piece, i) => (i % 2 === 0 ? html`${piece}` : html`<span class="${/ [^%]/.test(piece) ? "with-unit" : "one"}">${piece}</span>`))}`;
}
