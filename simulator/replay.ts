import { FairShare, stealByWeight } from "./share.ts";

/**
 * The kernels of a replay: whole samples in, whole sums out. A block holds rows of samples, one row after the other, each
 * `slots` long; a pool is the rows of one host, their demands cut off at their limits, and the capacity they share.
 */
export interface Pool {
  readonly samples: Int32Array;
  readonly slots: number;
  /** Numbers of the rows that share the pool. */
  readonly rows: ArrayLike<number>;
  /** In fine units; infinite when nothing is ever short. */
  readonly capacity: number;
  /** How many each row counts as when there is not enough for all, by row; one each when null. */
  readonly weights?: ArrayLike<number> | null;
}

/** Totals of each row over some slots, in fine units; what was granted is demand less stolen. */
export interface RowTotals {
  readonly demand: Float64Array;
  readonly stolen: Float64Array;
}

/** Writes the sum of the rows for slots `from` to `to` to the beginning of `sums`. */
export function sumRows({ samples, slots, rows }: Pool, from: number, to: number, sums: Float64Array): void {
  const count = to - from;
  sums.fill(0, 0, count);
  let i = 0;
  for (; i + 4 < rows.length; i += 5) {
    const a = (rows[i] as number) * slots + from;
    const b = (rows[i + 1] as number) * slots + from;
    const c = (rows[i + 2] as number) * slots + from;
    const d = (rows[i + 3] as number) * slots + from;
    const e = (rows[i + 4] as number) * slots + from;
    for (let s = 0; s < count; s++) {
      const both = (samples[a + s] as number) + (samples[b + s] as number);
      sums[s] = (sums[s] as number) + both + ((samples[c + s] as number) + (samples[d + s] as number)) + (samples[e + s] as number);
    }
  }
  for (; i < rows.length; i++) {
    const a = (rows[i] as number) * slots + from;
    for (let s = 0; s < count; s++) sums[s] = (sums[s] as number) + (samples[a + s] as number);
  }
}

/** The same, and adds what each row asked for to its total. */
export function sumRowsAndTotals({ samples, slots, rows }: Pool, from: number, to: number, sums: Float64Array, demand: Float64Array): void {
  const count = to - from;
  sums.fill(0, 0, count);
  let i = 0;
  for (; i + 3 < rows.length; i += 4) {
    const [rowA, rowB, rowC, rowD] = [rows[i] as number, rows[i + 1] as number, rows[i + 2] as number, rows[i + 3] as number];
    const a = rowA * slots + from;
    const b = rowB * slots + from;
    const c = rowC * slots + from;
    const d = rowD * slots + from;
    let ofA = 0;
    let ofB = 0;
    let ofC = 0;
    let ofD = 0;
    for (let s = 0; s < count; s++) {
      const x = samples[a + s] as number;
      const y = samples[b + s] as number;
      const z = samples[c + s] as number;
      const u = samples[d + s] as number;
      ofA += x;
      ofB += y;
      ofC += z;
      ofD += u;
      sums[s] = (sums[s] as number) + (x + y + (z + u));
    }
    demand[rowA] = (demand[rowA] as number) + ofA;
    demand[rowB] = (demand[rowB] as number) + ofB;
    demand[rowC] = (demand[rowC] as number) + ofC;
    demand[rowD] = (demand[rowD] as number) + ofD;
  }
  for (; i + 1 < rows.length; i += 2) {
    const a = (rows[i] as number) * slots + from;
    const b = (rows[i + 1] as number) * slots + from;
    let ofA = 0;
    let ofB = 0;
    for (let s = 0; s < count; s++) {
      const x = samples[a + s] as number;
      const y = samples[b + s] as number;
      ofA += x;
      ofB += y;
      sums[s] = (sums[s] as number) + (x + y);
    }
    demand[rows[i] as number] = (demand[rows[i] as number] as number) + ofA;
    demand[rows[i + 1] as number] = (demand[rows[i + 1] as number] as number) + ofB;
  }
  for (; i < rows.length; i++) {
    const a = (rows[i] as number) * slots + from;
    let ofA = 0;
    for (let s = 0; s < count; s++) {
      const x = samples[a + s] as number;
      ofA += x;
      sums[s] = (sums[s] as number) + x;
    }
    demand[rows[i] as number] = (demand[rows[i] as number] as number) + ofA;
  }
}

const fair = new FairShare();

/** Adds up demand and stolen amounts of each row of a pool; the sums of the slots are left at the beginning of `sums`. */
export function replayPool(pool: Pool, from: number, to: number, sums: Float64Array, totals: RowTotals): void {
  sumRowsAndTotals(pool, from, to, sums, totals.demand);
  const { samples, slots, rows, capacity, weights } = pool;
  if (!weights) {
    fair.steal(pool, from, to, sums, totals.stolen);
    return;
  }
  for (let s = 0; s < to - from; s++) {
    if ((sums[s] as number) > capacity) stealByWeight(samples, slots, rows, from + s, capacity, weights, totals.stolen);
  }
}
