import { distance } from "fastest-levenshtein";

/** The known word nearest to a mistaken one, when it is near enough to be meant; null when none is. */
export function nearestWord(wrong: string, known: Iterable<string>): string | null {
  let nearest: string | null = null;
  let least = Math.max(2, Math.floor(wrong.length / 3)) + 1;
  for (const word of known) {
    if (Math.abs(word.length - wrong.length) >= least) continue;
    const away = word.toLowerCase() === wrong.toLowerCase() ? 0 : distance(wrong, word);
    if (away < least) [nearest, least] = [word, away];
  }
  return nearest;
}

/** `Did you mean "spread"?`, or the known words when none is near and they are few. */
export function adviceFor(wrong: string, known: readonly string[], otherwise: string): string {
  const nearest = nearestWord(wrong, known);
  if (nearest !== null) return `Did you mean "${nearest}"?`;
  return known.length > 0 && known.length <= 30 ? `${otherwise} Known: ${known.join(", ")}.` : otherwise;
}
