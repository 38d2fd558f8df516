import { xText, type Axis, type XAxis } from "./axis.ts";
import { line, word, type Area, type Tone } from "./drawing.ts";
import { html, nothing, type Markup } from "./markup.ts";
import { numberText } from "./numbers.ts";

/** A moment that matters, with its words. */
export interface Mark {
  readonly at: number;
  readonly words: string;
  readonly tone?: Tone;
}

/** Marks that stand together share one flag, in the tone of the worst. */
export interface Flag {
  readonly at: number;
  readonly number: number;
  readonly words: readonly string[];
  readonly tone: Tone;
}

const flagWidth = 22;
const flagsShown = 40;
const wordsShown = 4;
const worstLast: readonly Tone[] = ["quiet", "plain", "good", "warning", "bad"];

/** Flags that do not touch. */
export function flagsOf(marks: readonly Mark[], x: XAxis, axis: Axis): readonly Flag[] {
  const groups: { at: number; words: string[]; tone: Tone }[] = [];
  for (const { at, words, tone = "plain" } of [...marks].sort((a, b) => a.at - b.at)) {
    const text = `${xText(x, at)}: ${words}`;
    const last = groups.at(-1);
    if (last === undefined || axis.position(at) - axis.position(last.at) >= flagWidth) groups.push({ at, words: [text], tone });
    else {
      last.words.push(text);
      if (worstLast.indexOf(tone) > worstLast.indexOf(last.tone)) last.tone = tone;
    }
  }
  return groups.map((group, i) => ({ ...group, number: i + 1 }));
}

/** The flag on top of its line. */
export function flagMark({ at, number, tone }: Flag, xAxis: Axis, { top, bottom }: Area): Markup {
  const x = xAxis.position(at);
  return html`${line(x, top - 8, x, bottom, `mark ${tone}`)}<circle cx="${x}" cy="${top - 16}" r="9" class="flag ${tone}"/>${word(x, top - 12, String(number), "middle", "flag-word")}`;
}

/** What the flags stand for, by number. */
export function flagWords(flags: readonly Flag[]): Markup {
  if (flags.length === 0) return nothing;
  const items = flags.slice(0, flagsShown).map(({ words, tone }) => {
    const more = words.length - wordsShown;
    return html`<li class="${tone}">${words.slice(0, wordsShown).join("; ")}${more > 0 ? `; and ${numberText(more)} more` : ""}</li>`;
  });
  const left = flags.length - items.length;
  return html`<ol class="flags">${items}</ol>${left > 0 ? html`<p class="note">${`${left} more flags are not put into words here.`}</p>` : nothing}`;
}
