/** A host of a tight fleet. */
export interface TightHost {
  readonly id: string;
  readonly site: string;
  readonly rack: string;
}

/** A move that was made. */
export interface RoomMove {
  readonly workload: number;
  readonly from: number;
  readonly to: number;
}

/** Hosts of one size and the workloads on them. It only makes moves that have room and keep twins apart, and writes them down. */
export class TightRoom {
  readonly moves: RoomMove[] = [];
  readonly #capacity: number;
  readonly #used: number[];
  readonly #sizes: number[] = [];
  readonly #hostOf: number[] = [];
  readonly #twins: number[] = [];

  constructor(hosts: number, capacity: number) {
    this.#capacity = capacity;
    this.#used = Array.from({ length: hosts }, () => 0);
  }

  get count(): number {
    return this.#sizes.length;
  }

  add(size: number, host: number): void {
    this.#sizes.push(size);
    this.#hostOf.push(host);
    this.#twins.push(-1);
    this.#used[host] = (this.#used[host] ?? 0) + size;
  }

  makeTwins(a: number, b: number): void {
    this.#twins[a] = b;
    this.#twins[b] = a;
  }

  sizeOf(workload: number): number {
    return this.#sizes[workload] ?? 0;
  }

  hostOf(workload: number): number {
    return this.#hostOf[workload] ?? -1;
  }

  /** The workload that must not be on the same host; -1 for none. */
  twinOf(workload: number): number {
    return this.#twins[workload] ?? -1;
  }

  roomOf(host: number): number {
    return this.#capacity - (this.#used[host] ?? 0);
  }

  /** Workloads on a host, ascending. */
  on(host: number): readonly number[] {
    return this.#hostOf.flatMap((h, w) => (h === host ? [w] : []));
  }

  /** Moves a workload when there is room for it beside all others; false when there is none. */
  move(workload: number, to: number): boolean {
    const from = this.hostOf(workload);
    if (from < 0 || from === to || this.roomOf(to) < this.sizeOf(workload)) return false;
    const twin = this.twinOf(workload);
    if (twin >= 0 && this.hostOf(twin) === to) return false;
    this.#put(workload, to);
    this.moves.push({ workload, from, to });
    return true;
  }

  /** Takes moves back until so many are left. */
  undoTo(count: number): void {
    while (this.moves.length > count) {
      const last = this.moves.pop();
      if (last !== undefined) this.#put(last.workload, last.from);
    }
  }

  /** Is no host overfull, and nobody with its twin? From scratch, for an assertion. */
  isSound(): boolean {
    const used = this.#used.map(() => 0);
    this.#hostOf.forEach((h, w) => { used[h] = (used[h] ?? 0) + this.sizeOf(w); });
    return used.every((amount) => amount <= this.#capacity) && this.#twins.every((twin, w) => twin < 0 || this.hostOf(twin) !== this.hostOf(w));
  }

  #put(workload: number, to: number): void {
    const from = this.hostOf(workload);
    this.#used[from] = (this.#used[from] ?? 0) - this.sizeOf(workload);
    this.#used[to] = (this.#used[to] ?? 0) + this.sizeOf(workload);
    this.#hostOf[workload] = to;
  }
}
