/** Events by time, then in the order in which they were added. */
export class EventQueue<Event> {
  readonly #items: { readonly atMs: number; readonly sequence: number; readonly event: Event }[] = [];
  #sequence = 0;

  get size(): number {
    return this.#items.length;
  }

  get nextMs(): number {
    return this.#items[0]?.atMs ?? Infinity;
  }

  /** The event that comes next. */
  get next(): Event | undefined {
    return this.#items[0]?.event;
  }

  add(atMs: number, event: Event): void {
    const items = this.#items;
    items.push({ atMs, sequence: this.#sequence++, event });
    for (let child = items.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  take(): Event | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first?.event;
    items[0] = last;
    for (let parent = 0; ;) {
      const left = 2 * parent + 1;
      const child = left + 1 < items.length && this.#before(left + 1, left) ? left + 1 : left;
      if (child >= items.length || !this.#before(child, parent)) break;
      this.#swap(child, parent);
      parent = child;
    }
    return first.event;
  }

  #before(a: number, b: number): boolean {
    const x = this.#items[a];
    const y = this.#items[b];
    return x !== undefined && y !== undefined && (x.atMs < y.atMs || (x.atMs === y.atMs && x.sequence < y.sequence));
  }

  #swap(a: number, b: number): void {
    const x = this.#items[a];
    const y = this.#items[b];
    if (x === undefined || y === undefined) return;
    this.#items[a] = y;
    this.#items[b] = x;
  }
}
