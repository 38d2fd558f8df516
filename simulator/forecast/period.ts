import { coarsened, slotsPerDay, type History } from "./history.ts";

const hourMs = 3_600_000;
const leastLikeness = 0.3;
const periodsSeen = 4;

/**
 * A period in which the load repeats that does not fit into a day or a week, such as a job every seven hours: the
 * distance at which the load resembles itself most. Null when there is none.
 */
export function oddPeriod(history: History): number | null {
  const day = slotsPerDay(history);
  const coarse = history.stepMs < hourMs ? coarsened(history, hourMs) : history;
  const each = Math.round(coarse.stepMs / history.stepMs);
  const longest = Math.floor(coarse.values.length / periodsSeen);
  const likeness = Array.from({ length: longest + 2 }, (_, lag) => (lag < 2 ? 1 : selfLikeness(coarse.values, lag)));
  let best = 0;
  for (let lag = 3; lag <= longest; lag++) {
    const at = likeness[lag] ?? 0;
    if (at > (likeness[lag - 1] ?? 0) && at >= (likeness[lag + 1] ?? 0) && at > leastLikeness && at > (likeness[best] ?? 0) * Number(best > 0) + 0.02) best = lag;
  }
  if (best === 0) return null;
  const exact = refined(history, best * each, each);
  return fitsInto(exact, day) || fitsInto(day, exact) ? null : exact;
}

/** The distance near a coarse one at which the load resembles itself most. */
function refined(history: History, slots: number, within: number): number {
  let best = slots;
  let most = Number.NEGATIVE_INFINITY;
  for (let lag = Math.max(2, slots - within); lag <= slots + within; lag++) {
    const likeness = selfLikeness(history.values, lag);
    if (likeness > most) [best, most] = [lag, likeness];
  }
  return best;
}

/** Is the longer one near a whole number of the shorter ones? */
function fitsInto(shorter: number, longer: number): boolean {
  const times = longer / shorter;
  return times >= 0.98 && Math.abs(times - Math.round(times)) < 0.02 * times;
}

/** Correlation of a load with itself some slots earlier, over the slots where both are known. */
function selfLikeness(values: Float64Array, lag: number): number {
  let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let i = lag; i < values.length; i++) {
    const [x, y] = [values[i] ?? Number.NaN, values[i - lag] ?? Number.NaN];
    if (Number.isNaN(x + y)) continue;
    n++;
    a += x;
    b += y;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const spread = Math.sqrt(Math.max(0, aa - (a * a) / n) * Math.max(0, bb - (b * b) / n));
  return n > 2 && spread > 1e-9 ? (ab - (a * b) / n) / spread : 0;
}
