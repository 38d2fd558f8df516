const dayMs = 86_400_000;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Parts of an instant in UTC. */
export interface UtcParts {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
}

export function utcParts(ms: number): UtcParts {
  const date = new Date(ms);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() };
}

export function utcMs(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

/** `3 Nov`. */
export function dayText(ms: number): string {
  const { month, day } = utcParts(ms);
  return `${day} ${monthText(month)}`;
}

export function monthText(month: number): string {
  return months[month] ?? "";
}

/** `14:05`, with seconds where there are any. */
export function clockText(ms: number): string {
  const text = new Date(ms).toISOString().slice(11, 19);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}

/** `3 Nov 2026`. */
export function dateText(ms: number): string {
  return `${dayText(ms)} ${utcParts(ms).year}`;
}

/** `3 Nov 2026 14:05`. */
export function instantText(ms: number): string {
  const whole = Math.round(ms / 1000) * 1000;
  return `${dateText(whole)} ${clockText(whole)}`;
}

const units = [["d", dayMs], ["h", 3_600_000], ["min", 60_000], ["s", 1000]] as const;

/** The two largest units, to the nearest: `3 d 4 h`, `45 s`. */
export function elapsedText(ms: number): string {
  const size = Math.abs(ms);
  const first = units.findIndex(([, unit]) => size >= unit);
  if (first < 0) return size < 1 ? "0" : `${Math.round(ms)} ms`;
  const smallest = units[Math.min(first + 1, units.length - 1)]?.[1] ?? 1000;
  let left = Math.round(size / smallest) * smallest;
  const words: string[] = [];
  for (const [name, unit] of units.slice(Math.max(0, first - 1), first + 2)) {
    const count = Math.floor(left / unit);
    left -= count * unit;
    if (count > 0) words.push(`${count} ${name}`);
  }
  return `${ms < 0 ? "-" : ""}${words.join(" ")}`;
}
