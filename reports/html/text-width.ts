/** How wide letters are, in parts of the font's size; taken from a wide font, so that texts fit in narrower ones too. */
const narrow = /[ijl.,:;|'!()[\]tfrI ]/;
const broad = /[mwMWA-Z@%#&—–+=<>…→]/;

/** About how wide a text is at a font size, in the same unit. */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += narrow.test(character) ? 0.4 : character > "\u02FF" && !broad.test(character) ? 1.05 : broad.test(character) ? 0.82 : 0.64;
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
