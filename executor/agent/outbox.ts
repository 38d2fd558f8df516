import type { Report } from "../protocol.ts";
import type { Alarm } from "../run.ts";

/** A report and its place in the order in which an agent has said things since its start. */
export interface Said {
  readonly sequence: number;
  readonly report: Report;
}

/**
 * What an agent has said lately. Readers fetch it and say how far they have come with the next fetch, so what gets lost on
 * the way is fetched again. Who falls too far behind asks for outcomes anew, as after any silence.
 */
export class Outbox {
  readonly #alarm: Alarm;
  readonly #max: number;
  #said: Said[] = [];
  #last = 0;
  readonly #readers = new Set<() => void>();

  constructor(alarm: Alarm, max = 10_000) {
    this.#alarm = alarm;
    this.#max = max;
  }

  /** The last place that was given. */
  get last(): number {
    return this.#last;
  }

  say(report: Report): void {
    this.#last++;
    this.#said.push({ sequence: this.#last, report });
    if (this.#said.length > 2 * this.#max) this.#said = this.#said.slice(-this.#max);
    for (const wake of this.#readers) wake();
  }

  /** What was said after a place, at most `count`; waits a while when there is nothing yet. */
  async after(sequence: number, count: number, waitMs: number): Promise<readonly Said[]> {
    if (this.#last <= sequence && waitMs > 0) await this.#somethingNew(waitMs);
    const first = this.#said[0]?.sequence ?? 0;
    const from = Math.max(0, sequence + 1 - first, this.#said.length - this.#max);
    return this.#said.slice(from, from + count);
  }

  #somethingNew(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#readers.delete(wake);
        cancel();
        resolve();
      };
      const cancel = this.#alarm.after(waitMs, wake);
      this.#readers.add(wake);
    });
  }
}
