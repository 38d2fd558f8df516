/** Lengths of the units, longest first, in milliseconds. */
const units = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1000], ["ms", 1]] as const;

const part = /(\d+)(d|h|min|s|ms)/g;

/** A duration as people write it, `1d12h` or `300s`, in milliseconds; its form was checked by the schema. */
export function durationOf(text: string): number {
  return [...text.matchAll(part)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (units.find(([name]) => name === unit)?.[1] ?? 0), 0);
}

/** Milliseconds as people write them; the same again when it is read. */
export function durationText(ms: number): string {
  let left = ms;
  const parts = units.flatMap(([name, length]) => {
    const amount = Math.floor(left / length);
    left -= amount * length;
    return amount > 0 ? [`${amount}${name}`] : [];
  });
  return parts.length === 0 ? "0s" : parts.join("");
}
