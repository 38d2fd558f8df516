import { html, type Markup } from "./markup.ts";
import { prose } from "./prose.ts";

/** A paragraph. */
export function paragraph(text: string): Markup {
  return html`<p>${prose(text)}</p>`;
}

/** A list with its heading. */
export function notes({ title, items }: { readonly title: string; readonly items: readonly string[] }): Markup {
  return html`<div class="figure"><h3>${title}</h3><ul class="items">${items.map((item) => html`<li>${prose(item)}</li>`)}</ul></div>`;
}
