import { durationUnits, durationWords } from "../../model/duration.ts";

/** The two largest units of a duration that is expected: `3 min 20 s`, `1 d 2 h`, `450 ms`. What is smaller is rounded up: nobody waits less than was said. */
export function formatDuration(ms: number): string {
  return durationWords(ms);
}

/** The same of one that was measured: to the nearest, and to a tenth of a second below ten of them. */
export function formatMeasured(ms: number): string {
  const tenths = Math.round(ms / 100);
  return ms >= 1000 && tenths < 100 ? `${(tenths / 10).toFixed(1)} s` : durationWords(ms, Math.round);
}

/** When something begins, to the second: `1 d 10 h 32 min 38 s`, `450 ms`. Two that are a second apart never read alike. */
export function formatOffset(ms: number): string {
  if (ms < 1000) return formatDuration(ms);
  let left = Math.ceil(ms / 1000) * 1000;
  const words: string[] = [];
  for (const [name, size] of durationUnits) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) words.push(`${count} ${name}`);
  }
  return words.join(" ");
}
