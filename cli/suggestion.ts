import { distance } from "fastest-levenshtein";

/** `Did you mean "web-1"?` when a known word is near; the other advice when none is. */
export function suggestion(wrong: string, known: readonly string[], otherwise: string): string {
  let nearest: string | null = null;
  let least = Math.max(2, Math.floor(wrong.length / 3)) + 1;
  for (const word of known) {
    if (Math.abs(word.length - wrong.length) >= least) continue;
    const away = distance(wrong.toLowerCase(), word.toLowerCase());
    if (away < least) [nearest, least] = [word, away];
  }
  return nearest === null ? otherwise : `Did you mean "${nearest}"?`;
}
