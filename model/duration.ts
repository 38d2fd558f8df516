export const durationUnits = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** The two largest units of a duration, for people: `3 min 20 s`, `1 d 2 h`, `450 ms`. What is smaller is rounded up unless somebody rounds otherwise. */
export function durationWords(ms: number, round: (amount: number) => number = Math.ceil): string {
  const first = durationUnits.findIndex(([, size]) => ms >= size);
  if (first < 0) return "0 s";
  const last = Math.min(first + 1, ms >= 1000 ? 3 : 4);
  const smallest = durationUnits[last]?.[1] ?? 1;
  let left = round(ms / smallest) * smallest;
  const words: string[] = [];
  for (const [name, size] of durationUnits.slice(Math.max(0, first - 1), last + 1)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) words.push(`${count} ${name}`);
  }
  return words.join(" ");
}
