import { distance } from "fastest-levenshtein";

/** The longest list of names that a misspelt one is compared with: enough for any list that a person types. */
const candidateLimit = 20_000;

/** Ids have at most so many characters, so that a longer word is no misspelt one; comparing it would only take time. */
const lengthLimit = 253;

/** The name that was probably meant; null when none is near. A name that differs only in case is always near. */
export function nearestWord(wrong: string, known: Iterable<string>): string | null {
  const wanted = wrong.slice(0, lengthLimit).toLowerCase();
  let nearest: string | null = null;
  let least = (wanted.length <= 2 ? 1 : Math.max(2, Math.floor(wanted.length / 3))) + 1;
  let looked = 0;
  for (const word of known) {
    if (looked++ >= candidateLimit) break;
    if (Math.abs(word.length - wanted.length) >= least) continue;
    const away = distance(wanted, word.toLowerCase());
    if (away < least) [nearest, least] = [word, away];
  }
  return nearest;
}

/**
 * The advice about a misspelt name: `Did you mean memoryMiB?`; when none is near, the other way out and the names that
 * are known.
 */
export function didYouMean(wrong: string, known: Iterable<string>, otherwise = ""): string {
  const words = [...known];
  const nearest = nearestWord(wrong, words);
  if (nearest !== null) return `Did you mean ${nearest}?`;
  if (words.length === 0) return otherwise === "" ? "Remove it." : otherwise;
  return `${otherwise === "" ? "" : `${otherwise} `}${knownWords(words)}`;
}

/** `Known are a, b, and 7 more.` */
function knownWords(words: readonly string[]): string {
  const some = words.slice(0, 12).join(", ");
  return `Known ${words.length === 1 ? "is" : "are"} ${some}${words.length > 12 ? `, and ${words.length - 12} more` : ""}.`;
}
