/** The events that come next, in a heap of four children a node: few as a rule, any number when they share a time. */
export class NearEvents {
  #size = 0;
  #times = new Float64Array(16);
  #ranks = new Float64Array(16);
  #slots = new Int32Array(16);

  get size(): number {
    return this.#size;
  }

  /** Time of the first; only when there is one. */
  get firstMs(): number {
    return this.#times[0] as number;
  }

  add(time: number, rank: number, slot: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const [times, ranks, slots] = [this.#times, this.#ranks, this.#slots];
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const above = times[parent] as number;
      if (above < time || (above === time && (ranks[parent] as number) < rank)) break;
      times[place] = above;
      ranks[place] = ranks[parent] as number;
      slots[place] = slots[parent] as number;
      place = parent;
    }
    times[place] = time;
    ranks[place] = rank;
    slots[place] = slot;
  }

  /** Takes the slot of the first event; only when there is one. */
  take(): number {
    const first = this.#slots[0] as number;
    const last = --this.#size;
    if (last > 0) this.#sink(last);
    return first;
  }

  /** Puts what is at place `last`, now the size, where the hole at the top comes to rest. */
  #sink(last: number): void {
    const [times, ranks, slots] = [this.#times, this.#ranks, this.#slots];
    const time = times[last] as number;
    const rank = ranks[last] as number;
    let place = 0;
    for (let child = 1; child < last; child = 4 * place + 1) {
      const end = child + 4 < last ? child + 4 : last;
      let least = child;
      let leastTime = times[child] as number;
      for (let other = child + 1; other < end; other++) {
        const otherTime = times[other] as number;
        if (otherTime < leastTime || (otherTime === leastTime && (ranks[other] as number) < (ranks[least] as number))) {
          least = other;
          leastTime = otherTime;
        }
      }
      if (time < leastTime || (time === leastTime && rank < (ranks[least] as number))) break;
      times[place] = leastTime;
      ranks[place] = ranks[least] as number;
      slots[place] = slots[least] as number;
      place = least;
    }
    times[place] = time;
    ranks[place] = rank;
    slots[place] = slots[last] as number;
  }

  #grow(): void {
    const room = this.#times.length * 2;
    this.#times = widened(this.#times, new Float64Array(room));
    this.#ranks = widened(this.#ranks, new Float64Array(room));
    this.#slots = widened(this.#slots, new Int32Array(room));
  }
}

/** The same numbers in a longer array. */
export function widened<Numbers extends Float64Array | Int32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
