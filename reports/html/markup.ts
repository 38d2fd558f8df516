/** Text that is HTML or SVG already. Only this folder makes it, with `html`, so that nothing from outside gets in as markup. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | readonly Markup[];

/**
 * A piece of a page. Texts put into it are escaped, numbers are coordinates and keep one decimal, and markup stays what
 * it is.
 */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: fixed.map((text, i) => (i < parts.length ? `${text}${written(parts[i] ?? "")}` : text)).join("") };
}

/** Pieces one after the other. */
export function together(pieces: readonly Markup[]): Markup {
  return { markup: pieces.map(({ markup }) => markup).join("") };
}

export const nothing: Markup = { markup: "" };

function written(part: Part): string {
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(Math.round(part * 10) / 10);
  return "markup" in part ? part.markup : together(part).markup;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Safe between tags and in quoted attributes. Control characters and marks that turn the direction of writing are left out. */
function escaped(text: string): string {
  return text
    // eslint-disable-next-line no-control-regex -- these are what must go
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]/g, "")
    .replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
