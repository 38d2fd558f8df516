/** Rows of samples that share a capacity, and some slots of them. */
export interface SharedSlots {
  readonly samples: Int32Array;
  readonly slots: number;
  readonly rows: ArrayLike<number>;
  readonly capacity: number;
}

/**
 * Max-min fair shares of a pool, in whole units: nobody gets more than it asks for, what some leave goes to the others in
 * equal parts, and all of the pool is given out while anybody wants more. Whoever asks for no more than the level gets it
 * all, the others get the level; where the last units do not divide, one each goes to the first of the others.
 *
 * The level of a slot rises from an equal part for all until nobody more is satisfied. Many slots are looked at side by
 * side, row after row, so that the inner loops have no branch that a processor could guess wrong. Demands are whole
 * numbers below 2^31, as samples are. Nothing is allocated for a slot.
 */
export class FairShare {
  /** The slots beyond capacity, and for each its level and how many want more than that. */
  #crowded = new Int32Array(256);
  #levels = new Int32Array(256);
  #wanting = new Int32Array(256);
  /** Which of them are not settled; for each of these the slot, how many want more than the level, and what the others get. */
  #open = new Int32Array(256);
  #more = new Int32Array(256);
  #given = new Float64Array(256);
  /** For each crowded slot: how many units are left over by the level. */
  #extra = new Int32Array(256);

  /** Adds to `stolen` what each row cannot get in the slots `from` to `to`, whose sums are at the beginning of `sums`. */
  steal(pool: SharedSlots, from: number, to: number, sums: Float64Array, stolen: Float64Array): void {
    const count = this.#findCrowded(pool, from, to, sums);
    if (count === 0) return;
    for (let open = count; open > 0;) {
      this.#ask(pool, open);
      open = this.#raise(pool.capacity, open);
    }
    this.#take(pool, count, stolen);
  }

  #findCrowded({ rows, capacity }: SharedSlots, from: number, to: number, sums: Float64Array): number {
    if (this.#crowded.length < to - from) this.#widen(to - from);
    const [crowded, open] = [this.#crowded, this.#open];
    let count = 0;
    for (let s = 0; s < to - from; s++) {
      crowded[count] = from + s;
      open[count] = count;
      count = (count + Number((sums[s] as number) > capacity)) | 0;
    }
    if (count === 0) return 0;
    // Below some demand, and so below 2^31.
    this.#levels.fill(Math.floor(capacity / rows.length), 0, count);
    this.#wanting.fill(rows.length, 0, count);
    return count;
  }

  /** For each open slot: how many rows want more than its level, and what all others ask for. */
  #ask({ samples, slots, rows }: SharedSlots, openCount: number): void {
    const [crowded, levels, open, more, given] = [this.#crowded, this.#levels, this.#open, this.#more, this.#given];
    more.fill(0, 0, openCount);
    given.fill(0, 0, openCount);
    let i = 0;
    for (; i + 4 < rows.length; i += 5) {
      const a = (rows[i] as number) * slots;
      const b = (rows[i + 1] as number) * slots;
      const c = (rows[i + 2] as number) * slots;
      const d = (rows[i + 3] as number) * slots;
      const e = (rows[i + 4] as number) * slots;
      for (let o = 0; o < openCount; o++) {
        const place = open[o] as number;
        const slot = crowded[place] as number;
        const level = levels[place] as number;
        const [ofA, ofB, ofC, ofD, ofE] = [samples[a + slot] as number, samples[b + slot] as number, samples[c + slot] as number, samples[d + slot] as number, samples[e + slot] as number];
        // All ones when a row wants more than the level, else zero.
        const moreA = (level - ofA) >> 31;
        const moreB = (level - ofB) >> 31;
        const moreC = (level - ofC) >> 31;
        const moreD = (level - ofD) >> 31;
        const moreE = (level - ofE) >> 31;
        more[o] = (more[o] as number) - (moreA + moreB + moreC + moreD + moreE);
        given[o] = (given[o] as number) + ((ofA & ~moreA) + (ofB & ~moreB) + (ofC & ~moreC) + (ofD & ~moreD) + (ofE & ~moreE));
      }
    }
    for (; i < rows.length; i++) {
      const a = (rows[i] as number) * slots;
      for (let o = 0; o < openCount; o++) {
        const place = open[o] as number;
        const ofA = samples[a + (crowded[place] as number)] as number;
        const moreA = ((levels[place] as number) - ofA) >> 31;
        more[o] = (more[o] as number) - moreA;
        given[o] = (given[o] as number) + (ofA & ~moreA);
      }
    }
  }

  /** Raises the levels of the open slots by what the satisfied leave; returns how many have satisfied somebody more. */
  #raise(capacity: number, openCount: number): number {
    const [levels, wanting, extra, open, more, given] = [this.#levels, this.#wanting, this.#extra, this.#open, this.#more, this.#given];
    let still = 0;
    for (let o = 0; o < openCount; o++) {
      const place = open[o] as number;
      const want = more[o] as number;
      const left = capacity - (given[o] as number);
      const level = (left / want) | 0;
      levels[place] = level;
      extra[place] = left - level * want;
      open[still] = place;
      still = (still + Number(want !== wanting[place])) | 0;
      wanting[place] = want;
    }
    return still;
  }

  /** What those who want more than the level of a slot miss; the first of them get one unit more while there are any. */
  #take({ samples, slots, rows }: SharedSlots, count: number, stolen: Float64Array): void {
    const [crowded, levels, extra] = [this.#crowded, this.#levels, this.#extra];
    let i = 0;
    for (; i + 1 < rows.length; i += 2) {
      const [rowA, rowB] = [rows[i] as number, rows[i + 1] as number];
      const a = rowA * slots;
      const b = rowB * slots;
      let missingA = 0;
      let missingB = 0;
      for (let k = 0; k < count; k++) {
        const slot = crowded[k] as number;
        const level = levels[k] as number;
        const left = extra[k] as number;
        const overA = (samples[a + slot] as number) - level;
        const overB = (samples[b + slot] as number) - level;
        // All ones when a row wants more than the level, and when it gets a unit more than that.
        const moreA = -overA >> 31;
        const moreB = -overB >> 31;
        const oneA = moreA & (-left >> 31);
        const oneB = moreB & (-(left + oneA) >> 31);
        extra[k] = left + oneA + oneB;
        missingA += (overA & moreA) + oneA;
        missingB += (overB & moreB) + oneB;
      }
      stolen[rowA] = (stolen[rowA] as number) + missingA;
      stolen[rowB] = (stolen[rowB] as number) + missingB;
    }
    for (; i < rows.length; i++) {
      const row = rows[i] as number;
      const a = row * slots;
      let missing = 0;
      for (let k = 0; k < count; k++) {
        const over = (samples[a + (crowded[k] as number)] as number) - (levels[k] as number);
        const left = extra[k] as number;
        const more = -over >> 31;
        const one = more & (-left >> 31);
        extra[k] = left + one;
        missing += (over & more) + one;
      }
      stolen[row] = (stolen[row] as number) + missing;
    }
  }

  #widen(slots: number): void {
    this.#crowded = new Int32Array(slots);
    this.#levels = new Int32Array(slots);
    this.#wanting = new Int32Array(slots);
    this.#extra = new Int32Array(slots);
    this.#open = new Int32Array(slots);
    this.#more = new Int32Array(slots);
    this.#given = new Float64Array(slots);
  }
}

/** The share of each demand, none above its limit; all whole numbers below 2^31. With weights, by weight. */
export function fairShares(demands: ArrayLike<number>, capacity: number, limits?: ArrayLike<number>, weights?: ArrayLike<number>): Float64Array {
  const wanted = Int32Array.from(demands, (demand, i) => Math.min(demand, limits?.[i] ?? demand));
  const total = wanted.reduce((sum, demand) => sum + demand, 0);
  if (total <= capacity) return Float64Array.from(wanted);
  const stolen = new Float64Array(wanted.length);
  const rows = wanted.map((_, i) => i);
  if (weights === undefined) new FairShare().steal({ samples: wanted, slots: 1, rows, capacity }, 0, 1, Float64Array.of(total), stolen);
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
