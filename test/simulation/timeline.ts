interface Planned {
  readonly atMs: number;
  readonly sequence: number;
  readonly act: () => void;
}

/** Simulated time: what happens next, in order of (time, sequence). */
export class Timeline {
  nowMs = 0;
  #sequence = 0;
  readonly #heap: Planned[] = [];

  /** Returns a function that cancels it. */
  after(delayMs: number, act: () => void): () => void {
    let wanted = true;
    this.#push({ atMs: this.nowMs + Math.max(0, delayMs), sequence: this.#sequence++, act: () => { if (wanted) act(); } });
    return () => {
      wanted = false;
    };
  }

  /** Does the next thing; false when nothing is left until `untilMs`. */
  step(untilMs: number): boolean {
    const next = this.#heap[0];
    if (next === undefined || next.atMs > untilMs) return false;
    this.#pop();
    this.nowMs = next.atMs;
    next.act();
    return true;
  }

  #push(item: Planned): void {
    this.#heap.push(item);
    for (let i = this.#heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfLess(i, parent)) return;
      i = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      const child = isBefore(heap[right], heap[left]) ? right : left;
      if (child >= heap.length || !this.#swapIfLess(child, i)) return;
      i = child;
    }
  }

  #swapIfLess(i: number, j: number): boolean {
    const [a, b] = [this.#heap[i], this.#heap[j]];
    if (a === undefined || b === undefined || !isBefore(a, b)) return false;
    this.#heap[i] = b;
    this.#heap[j] = a;
    return true;
  }
}

function isBefore(a: Planned | undefined, b: Planned | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}
