import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

/** Columns of a terminal that a text takes: colours take none, wide characters two. */
export function widthOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text);
}

/** Printable ASCII, which is nearly everything: one column each. */
function isPlain(text: string): boolean {
  return /^[\u0020-\u007E]*$/.test(text);
}

/** Cuts a text that would not fit, with a sign that it was cut. For headings; values are wrapped. */
export function fit(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${take(text, Math.max(1, width - 1)).head}…`;
}

/** The same for a path: its end tells more than its beginning. */
export function fitEnd(path: string, width: number): string {
  if (widthOf(path) <= width) return path;
  const characters = charactersOf(path);
  let kept = characters.length;
  let used = 0;
  while (kept > 0 && used + widthOf(characters[kept - 1] ?? "") <= Math.max(1, width - 1)) used += widthOf(characters[--kept] ?? "");
  return `…${characters.slice(kept).join("")}`;
}

/**
 * Breaks a text into lines of at most `width` columns, indent included: at spaces where there are any, inside a word
 * that is longer than a line. `hanging` indents the lines after the first.
 */
export function wrap(text: string, width: number, indent: string, hanging = indent): string {
  return text.split("\n").flatMap((paragraph) => wrapParagraph(paragraph, width, indent, hanging)).join("\n");
}

function wrapParagraph(text: string, width: number, indent: string, hanging: string): readonly string[] {
  if (widthOf(indent) + widthOf(text) <= width) return [`${indent}${text}`];
  const lines: string[] = [];
  const room = (): number => Math.max(1, width - widthOf(lines.length === 0 ? indent : hanging));
  const end = (line: string): void => void lines.push(`${lines.length === 0 ? indent : hanging}${line}`);
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= room()) {
      line = longer;
      continue;
    }
    if (line !== "") end(line);
    line = word;
    while (widthOf(line) > room()) {
      const { head, tail } = atJoint(take(line, room()));
      end(head);
      line = tail;
    }
  }
  end(line);
  return lines;
}

/** Breaks a name behind its last `-`, `/` or `.` rather than anywhere, unless that leaves most of the line empty. */
function atJoint({ head, tail }: { readonly head: string; readonly tail: string }): { readonly head: string; readonly tail: string } {
  const joint = /^.*[-/.](?=[^-/.])/.exec(head)?.[0].length ?? 0;
  return joint * 2 > head.length ? { head: head.slice(0, joint), tail: `${head.slice(joint)}${tail}` } : { head, tail };
}

/** Divides a text after at most `width` columns, but after one character at least; colours stay whole. */
function take(text: string, width: number): { readonly head: string; readonly tail: string } {
  // eslint-disable-next-line no-control-regex -- colours are control sequences
  const parts = text.split(/(\u001B\[[0-9;]*m)/).flatMap((part, i) => (i % 2 === 1 ? [part] : charactersOf(part)));
  let used = 0;
  const end = parts.findIndex((part) => {
    used += widthOf(part);
    return used > width;
  });
  const first = parts.findIndex((part) => stripVTControlCharacters(part) !== "") + 1;
  const cut = end < 0 ? parts.length : Math.max(first, end);
  return { head: parts.slice(0, cut).join(""), tail: parts.slice(cut).join("") };
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a reader takes for one character, however many code points it has. */
function charactersOf(text: string): readonly string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
