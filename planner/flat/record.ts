import type { FlatState } from "./state.ts";

/** Moves remembered between two copies of the best placement; beyond that it is copied whole. */
const journalMax = 4096;

/** The best placement found that keeps every limit. It is copied only when it is about to be left, and only what moved. */
export class Record {
  readonly hostOf: Int32Array;
  /** Of the best placement, also of one that is not copied yet. */
  cost = Infinity;
  readonly #state: FlatState;
  readonly #journal = new Int32Array(journalMax);
  #journalLength = journalMax + 1;
  #isAhead = false;

  constructor(state: FlatState) {
    this.#state = state;
    this.hostOf = state.hostOf.slice();
    this.note();
    this.keep();
  }

  /** The state costs less than the best; it counts when it keeps every limit. */
  note(): void {
    if (!(this.#state.cost < this.cost) || !this.#state.isFeasible) return;
    this.cost = this.#state.cost;
    this.#isAhead = true;
  }

  /** A workload has moved. */
  moved(w: number): void {
    if (this.#journalLength < journalMax) this.#journal[this.#journalLength] = w;
    this.#journalLength++;
  }

  /** Copies what was noted; to be called before the state gets worse, and before the best is read. */
  keep(): void {
    if (!this.#isAhead) return;
    const { hostOf } = this.#state;
    if (this.#journalLength > journalMax) this.hostOf.set(hostOf);
    else for (let i = 0; i < this.#journalLength; i++) this.hostOf[this.#journal[i] as number] = hostOf[this.#journal[i] as number] as number;
    this.#journalLength = 0;
    this.#isAhead = false;
  }

  /** The state was loaded with something else: begins again with what is there now. */
  restart(): void {
    this.#journalLength = journalMax + 1;
    this.#isAhead = false;
    this.cost = Infinity;
    this.note();
    this.keep();
  }
}
