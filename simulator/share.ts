/**
 * Max-min fair shares of a pool, in whole units: nobody gets more than it asks for, what some leave goes to the others in
 * equal parts, and all of the pool is given out while anybody wants more. Whoever asks for no more than the level gets it
 * all, the others get the level; where the last units do not divide, one each goes to the first of the others.
 *
 * Demands are whole numbers below 2^31, as samples are, so that the inner loop needs no branch that a processor could
 * guess wrong. Nothing is allocated for a slot.
 */
export class FairShare {
  /** Those that may still want more than the level, in the order of the rows, and which rows they are. */
  #open = new Int32Array(64);
  #openRows = new Int32Array(64);

  /** Adds to `stolen` what each of some rows cannot get in one slot, in which they ask for more than the capacity. */
  steal(samples: Int32Array, slots: number, rows: ArrayLike<number>, slot: number, capacity: number, stolen: Float64Array): void {
    let count = rows.length;
    if (this.#open.length < count) {
      this.#open = new Int32Array(2 * count);
      this.#openRows = new Int32Array(2 * count);
    }
    const [open, openRows] = [this.#open, this.#openRows];
    // The level is below some demand, and so below 2^31.
    let left = capacity;
    let level = (left / count) | 0;
    let kept = 0;
    let given = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const demand = samples[row * slots + slot] as number;
      // All ones when it wants more than the level, else zero.
      const more = (level - demand) >> 31;
      open[kept] = demand;
      openRows[kept] = row;
      kept = (kept - more) | 0;
      given += demand & ~more;
    }
    left -= given;
    while (kept < count && kept > 0) {
      count = kept;
      level = (left / count) | 0;
      kept = 0;
      given = 0;
      for (let i = 0; i < count; i++) {
        const demand = open[i] as number;
        const more = (level - demand) >> 31;
        open[kept] = demand;
        openRows[kept] = openRows[i] as number;
        kept = (kept - more) | 0;
        given += demand & ~more;
      }
      left -= given;
    }
    const extra = left - level * count;
    for (let i = 0; i < extra; i++) {
      const row = openRows[i] as number;
      stolen[row] = (stolen[row] as number) + ((open[i] as number) - level - 1);
    }
    for (let i = extra; i < count; i++) {
      const row = openRows[i] as number;
      stolen[row] = (stolen[row] as number) + ((open[i] as number) - level);
    }
  }
}

/** The share of each demand, none above its limit; all whole numbers below 2^31. With weights, by weight. */
export function fairShares(demands: ArrayLike<number>, capacity: number, limits?: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  const wanted = Int32Array.from(demands, (demand, i) => Math.min(demand, limits?.[i] ?? demand));
  const total = wanted.reduce((sum, demand) => sum + demand, 0);
  if (total <= capacity) return Float64Array.from(wanted);
  const stolen = new Float64Array(wanted.length);
  const rows = wanted.map((_, i) => i);
  if (weights === undefined) new FairShare().steal(wanted, 1, rows, 0, capacity, stolen);
  else stealByWeight(wanted, 1, rows, 0, capacity, weights, stolen);
  return stolen.map((missing, i) => (wanted[i] ?? 0) - missing);
}

/**
 * The same where each row counts as many as its weight says, as when every virtual processor of a machine is a thread of
 * its own: the level is what one of them gets. Units that do not divide go to the first, up to one for each of theirs.
 */
export function stealByWeight(
  samples: Int32Array, slots: number, rows: ArrayLike<number>, slot: number, capacity: number, weights: ArrayLike<number>, stolen: Float64Array,
): void {
  const demandOf = (row: number): number => samples[row * slots + slot] as number;
  const weightOf = (row: number): number => weights[row] as number;
  let open = Array.from(rows);
  let left = capacity;
  let level = 0;
  for (;;) {
    level = Math.floor(left / open.reduce((sum, row) => sum + weightOf(row), 0));
    const unmet = open.filter((row) => demandOf(row) > level * weightOf(row));
    if (unmet.length === open.length) break;
    for (const row of open) if (demandOf(row) <= level * weightOf(row)) left -= demandOf(row);
    open = unmet;
  }
  const given = open.map((row) => level * weightOf(row));
  let extra = left - given.reduce((sum, amount) => sum + amount, 0);
  for (let i = 0; extra > 0; i = (i + 1) % open.length) {
    const row = open[i] as number;
    const more = Math.min(extra, weightOf(row), demandOf(row) - (given[i] as number));
    given[i] = (given[i] as number) + more;
    extra -= more;
  }
  open.forEach((row, i) => {
    stolen[row] = (stolen[row] as number) + demandOf(row) - (given[i] as number);
  });
}
