const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** The two largest units of a duration: `3 min 20 s`, `1 d 2 h`, `450 ms`. What is smaller is rounded up. */
export function formatDuration(ms: number): string {
  const first = units.findIndex(([, size]) => ms >= size);
  if (first < 0) return "0 s";
  const last = Math.min(first + 1, ms >= 1000 ? 3 : 4);
  const smallest = units[last]?.[1] ?? 1;
  let left = Math.ceil(ms / smallest) * smallest;
  const words: string[] = [];
  for (const [name, size] of units.slice(Math.max(0, first - 1), last + 1)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) words.push(`${count} ${name}`);
  }
  return words.join(" ");
}

/** When something begins, to the second: `1 d 10 h 32 min 38 s`, `450 ms`. Two that are a second apart never read alike. */
export function formatOffset(ms: number): string {
  if (ms < 1000) return formatDuration(ms);
  let left = Math.ceil(ms / 1000) * 1000;
  const words: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) words.push(`${count} ${name}`);
  }
  return words.join(" ");
}
