import { distance } from "fastest-levenshtein";

/** The longest list of names that a misspelt one is compared with: enough for any list that a person types. */
const candidateLimit = 20_000;

/** The name that was probably meant; null when none is near. A name that differs only in case is always near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = word.slice(0, 253).toLowerCase();
  let best: string | null = null;
  let bestDistance = (wanted.length <= 2 ? 1 : Math.max(2, Math.floor(wanted.length / 3))) + 1;
  let looked = 0;
  for (const candidate of candidates) {
    if (looked++ >= candidateLimit) break;
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const found = distance(wanted, candidate.toLowerCase());
    if (found < bestDistance) [best, bestDistance] = [candidate, found];
  }
  return best;
}

/** The start of an advice: `Did you mean memoryMiB?`, or what is known when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const found = nearest(word, known);
  if (found !== null) return `Did you mean ${found}?`;
  if (known.length === 0) return "Remove it.";
  const some = known.slice(0, 12).join(", ");
  return `Known ${known.length === 1 ? "is" : "are"} ${some}${known.length > 12 ? `, and ${known.length - 12} more` : ""}.`;
}
