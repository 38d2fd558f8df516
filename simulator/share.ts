/**
 * Max-min fair shares of a pool, in whole units: nobody gets more than it asks for, what some leave goes to the others in
 * equal parts, and all of the pool is given out while anybody wants more. Whoever asks for no more than the level gets it
 * all, the others get the level; where the last units do not divide, one each goes to the first of the others.
 *
 * Demands are whole numbers below 2^31, as samples are, so that the inner loop needs no branch that a processor could
 * guess wrong. Nothing is allocated for a slot.
 */
export class FairShare {
  #open = new Int32Array(64);
  level = 0;
  /** So many of those above the level get one unit more. */
  extra = 0;

  /** Sets `level` and `extra` for the samples of some rows in one slot, whose sum exceeds `capacity`. */
  settle(samples: Int32Array, slots: number, rows: ArrayLike<number>, slot: number, capacity: number): void {
    let count = rows.length;
    if (this.#open.length < count) this.#open = new Int32Array(2 * count);
    const open = this.#open;
    let left = capacity;
    let level = Math.floor(left / count) | 0;
    let kept = 0;
    let least = 0x7fffffff;
    for (let i = 0; i < count; i++) {
      const demand = samples[(rows[i] as number) * slots + slot] as number;
      // All ones when it wants more than the level, else zero.
      const more = (level - demand) >> 31;
      open[kept] = demand;
      kept -= more;
      left -= demand & ~more;
      least = Math.min(least, demand | ~more & 0x7fffffff);
    }
    while (kept < count && kept > 0) {
      count = kept;
      level = Math.floor(left / count) | 0;
      if (least > level) break;
      kept = 0;
      least = 0x7fffffff;
      for (let i = 0; i < count; i++) {
        const demand = open[i] as number;
        const more = (level - demand) >> 31;
        open[kept] = demand;
        kept -= more;
        left -= demand & ~more;
        least = Math.min(least, demand | ~more & 0x7fffffff);
      }
    }
    this.level = level;
    this.extra = left - level * count;
  }
}

/** The share of each demand, none above its limit; all whole numbers below 2^31. */
export function fairShares(demands: ArrayLike<number>, capacity: number, limits?: ArrayLike<number>): Float64Array {
  const wanted = Int32Array.from(demands, (demand, i) => Math.min(demand, limits?.[i] ?? demand));
  const total = wanted.reduce((sum, demand) => sum + demand, 0);
  if (total <= capacity) return Float64Array.from(wanted);
  const fair = new FairShare();
  fair.settle(wanted, 1, wanted.map((_, i) => i), 0, capacity);
  let { extra } = fair;
  return Float64Array.from(wanted, (demand) => (demand <= fair.level ? demand : fair.level + (extra-- > 0 ? 1 : 0)));
}
