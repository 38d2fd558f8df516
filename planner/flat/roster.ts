import type { FlatProblem } from "./problem.ts";

/** Who is on each host, and who is away from home, so that either can be drawn. */
export class Roster {
  readonly #home: Int32Array;
  readonly #onHost: Int32Array[];
  readonly #counts: Int32Array;
  /** Place of each workload in the list of its host. */
  readonly #placeOf: Int32Array;
  readonly #away: Int32Array;
  readonly #awayPlaceOf: Int32Array;
  awayCount = 0;

  constructor({ home, hostCount, workloadCount }: FlatProblem) {
    this.#home = home;
    this.#onHost = Array.from({ length: hostCount }, () => new Int32Array(8));
    this.#counts = new Int32Array(hostCount);
    this.#placeOf = new Int32Array(workloadCount);
    this.#away = new Int32Array(workloadCount);
    this.#awayPlaceOf = new Int32Array(workloadCount);
  }

  load(hostOf: Int32Array): void {
    this.#counts.fill(0);
    this.awayCount = 0;
    for (let w = 0; w < hostOf.length; w++) {
      this.#enter(w, hostOf[w] as number);
      if (hostOf[w] !== this.#home[w]) this.#leaveHome(w);
    }
  }

  countOn(host: number): number {
    return this.#counts[host] as number;
  }

  /** The i-th of those on a host, in no order. */
  on(host: number, i: number): number {
    return (this.#onHost[host] as Int32Array)[i] as number;
  }

  /** The i-th of those away from home, in no order. */
  away(i: number): number {
    return this.#away[i] as number;
  }

  move(w: number, from: number, to: number): void {
    const list = this.#onHost[from] as Int32Array;
    const count = (this.#counts[from] as number) - 1;
    const last = list[count] as number;
    const place = this.#placeOf[w] as number;
    list[place] = last;
    this.#placeOf[last] = place;
    this.#counts[from] = count;
    this.#enter(w, to);
    if (from === this.#home[w]) this.#leaveHome(w);
    else if (to === this.#home[w]) this.#comeHome(w);
  }

  #enter(w: number, host: number): void {
    const count = this.#counts[host] as number;
    let list = this.#onHost[host] as Int32Array;
    if (count === list.length) {
      const longer = new Int32Array(2 * count);
      longer.set(list);
      this.#onHost[host] = longer;
      list = longer;
    }
    list[count] = w;
    this.#placeOf[w] = count;
    this.#counts[host] = count + 1;
  }

  #leaveHome(w: number): void {
    this.#awayPlaceOf[w] = this.awayCount;
    this.#away[this.awayCount++] = w;
  }

  #comeHome(w: number): void {
    const place = this.#awayPlaceOf[w] as number;
    const last = this.#away[--this.awayCount] as number;
    this.#away[place] = last;
    this.#awayPlaceOf[last] = place;
  }
}
