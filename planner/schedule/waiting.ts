/** The place where those wait who lack room on a host; below all other places. */
export function scopeOfRoom(host: number): number {
  return -2 - host;
}

/** Compares two workloads by who goes first; never 0 for two that differ. */
export type Precedence = (a: number, b: number) => number;

/**
 * Who waits for what, and who may try again. At an open place, such as a host, the end of an action wakes everybody who
 * waits there. In a line, such as that of a limit on moves at once, what keeps one keeps all: there the next one tries
 * when something ends, and those behind it only as long as nobody is kept. Thousands may stand in one line.
 */
export class Waiting {
  readonly #before: Precedence;
  readonly #atPlaces = new Map<number, number[]>();
  readonly #lines = new Map<number, Line>();
  readonly #moving = new Set<Line>();
  #ready: number[] = [];

  constructor(before: Precedence) {
    this.#before = before;
  }

  wake(workloads: Iterable<number>): void {
    for (const w of workloads) this.#ready.push(w);
  }

  waitAt(place: number, workload: number): void {
    const list = this.#atPlaces.get(place);
    if (list === undefined) this.#atPlaces.set(place, [workload]);
    else list.push(workload);
  }

  /** Nobody else in the line tries before something ends there. */
  standInLine(line: number, workload: number): void {
    const known = this.#lines.get(line) ?? new Line(this.#before);
    this.#lines.set(line, known);
    known.add(workload);
    this.#moving.delete(known);
  }

  /** Something has ended at a place. */
  freePlace(place: number): void {
    const list = this.#atPlaces.get(place);
    if (list === undefined) return;
    this.#atPlaces.delete(place);
    this.wake(list);
  }

  /** Something has ended that a line waits for. */
  moveLine(line: number): void {
    const known = this.#lines.get(line);
    if (known !== undefined && known.size > 0) this.#moving.add(known);
  }

  /** Lets everybody try who may, one after the other, each once. */
  tryAll(attempt: (workload: number) => void): void {
    const ready = [...new Set(this.#ready)].sort(this.#before);
    this.#ready = [];
    let next = 0;
    let last = -1;
    for (;;) {
      let first = ready[next] ?? -1;
      let from: Line | null = null;
      for (const line of this.#moving) {
        const head = line.first;
        if (head >= 0 && (first < 0 || this.#before(head, first) < 0)) [first, from] = [head, line];
      }
      if (first < 0) break;
      if (from === null) next++;
      else from.take();
      if (first !== last) attempt(first);
      last = first;
    }
    this.#moving.clear();
  }

  /** Forgets everybody. */
  clear(): void {
    this.#atPlaces.clear();
    this.#lines.clear();
    this.#moving.clear();
    this.#ready = [];
  }
}

/** Workloads in order, as a heap. */
class Line {
  readonly #before: Precedence;
  readonly #heap: number[] = [];

  constructor(before: Precedence) {
    this.#before = before;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** -1 when nobody stands here. */
  get first(): number {
    return this.#heap[0] ?? -1;
  }

  add(workload: number): void {
    const heap = this.#heap;
    let child = heap.push(workload) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.#compare(child, parent) >= 0) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  take(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let parent = 0; ;) {
      const left = 2 * parent + 1;
      const child = left + 1 < heap.length && this.#compare(left + 1, left) < 0 ? left + 1 : left;
      if (child >= heap.length || this.#compare(child, parent) >= 0) return;
      this.#swap(child, parent);
      parent = child;
    }
  }

  #compare(a: number, b: number): number {
    return this.#before(this.#heap[a] ?? -1, this.#heap[b] ?? -1);
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a] ?? -1, this.#heap[b] ?? -1];
    this.#heap[a] = y;
    this.#heap[b] = x;
  }
}
