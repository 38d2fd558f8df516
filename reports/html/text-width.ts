/** How wide letters are, in parts of the font's size; taken from a wide font, so that texts fit in narrower ones too. */
const widths: readonly (readonly [letters: RegExp, ems: number])[] = [
  [/[ijl'|]/, 0.28], [/[ .,:;!]/, 0.33], [/[-tfrI()[\]/]/, 0.42], [/[mMW@%…—→]/, 0.98], [/[wGOQ&+<>=#]/, 0.83],
  [/[A-Z]/, 0.71], [/[\u0020-\u024F–]/, 0.64],
];
/** Characters of other scripts, and pictures. */
const widest = 1.05;

/** About how wide a text is at a font size, in the same unit. */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += widths.find(([letters]) => letters.test(character))?.[1] ?? widest;
  return ems * size;
}

/** The text, or its beginning and a sign that there is more. */
export function cutText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (textWidth(`${kept}${character}…`, size) > width) break;
    kept += character;
  }
  return `${kept}…`;
}
