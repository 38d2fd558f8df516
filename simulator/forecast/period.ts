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
  const likenessAt = likenessOf(coarse.values);
  const likeness = Array.from({ length: longest + 2 }, (_, lag) => (lag < 2 ? 1 : likenessAt(lag)));
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
  const likenessAt = likenessOf(history.values);
  for (let lag = Math.max(2, slots - within); lag <= slots + within; lag++) {
    const likeness = likenessAt(lag);
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
function likenessOf(values: Float64Array): (lag: number) => number {
  return values.includes(Number.NaN) ? (lag) => selfLikeness(values, lag) : wholeLikeness(values);
}

/** Where nothing is missing the sums of either side are known beforehand. */
function wholeLikeness(values: Float64Array): (lag: number) => number {
  const { length } = values;
  const [sums, squares] = [new Float64Array(length + 1), new Float64Array(length + 1)];
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    sums[i + 1] = (sums[i] as number) + value;
    squares[i + 1] = (squares[i] as number) + value * value;
  }
  return (lag) => correlation(
    Math.max(0, length - lag), between(sums, lag, length), between(sums, 0, length - lag), between(squares, lag, length), between(squares, 0, length - lag), productSum(values, lag),
  );
}

function between(sums: Float64Array, from: number, to: number): number {
  return (sums[to] as number) - (sums[from] as number);
}

/** Four sums side by side: each addition need not wait for the one before. */
function productSum(values: Float64Array, lag: number): number {
  let [a, b, c, d, i] = [0, 0, 0, 0, lag];
  for (; i + 3 < values.length; i += 4) {
    a += (values[i] as number) * (values[i - lag] as number);
    b += (values[i + 1] as number) * (values[i + 1 - lag] as number);
    c += (values[i + 2] as number) * (values[i + 2 - lag] as number);
    d += (values[i + 3] as number) * (values[i + 3 - lag] as number);
  }
  for (; i < values.length; i++) a += (values[i] as number) * (values[i - lag] as number);
  return a + b + (c + d);
}

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
  return correlation(n, a, b, aa, bb, ab);
}

/** Of so many pairs, by their sums, sums of squares and sum of products. */
function correlation(n: number, a: number, b: number, aa: number, bb: number, ab: number): number {
  const spread = Math.sqrt(Math.max(0, aa - (a * a) / n) * Math.max(0, bb - (b * b) / n));
  return n > 2 && spread > 1e-9 ? (ab - (a * b) / n) / spread : 0;
}
