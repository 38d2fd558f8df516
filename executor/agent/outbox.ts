import type { Report } from "../protocol.ts";
import type { Alarm } from "../run.ts";

/** A report and its place in the order in which an agent has said things since its start. */
export interface Said {
  readonly sequence: number;
  readonly report: Report;
  /** Its size as it is sent. */
  readonly bytes: number;
}

/** So much is kept at least, or sent at once at most. */
export interface OutboxLimits {
  readonly reports: number;
  readonly bytes: number;
}

const defaultOutboxLimits: OutboxLimits = { reports: 10_000, bytes: 32 * 1024 * 1024 };

/**
 * What an agent has said lately. Readers fetch it and say how far they have come with the next fetch, so what gets lost on
 * the way is fetched again. Who falls too far behind asks for outcomes anew, as after any silence.
 */
export class Outbox {
  readonly #alarm: Alarm;
  readonly #limits: OutboxLimits;
  #said: Said[] = [];
  #bytes = 0;
  #last = 0;
  readonly #readers = new Set<() => void>();

  constructor(alarm: Alarm, limits: OutboxLimits = defaultOutboxLimits) {
    this.#alarm = alarm;
    this.#limits = limits;
  }

  /** The last place that was given. */
  get last(): number {
    return this.#last;
  }

  say(report: Report): void {
    this.#last++;
    const bytes = Buffer.byteLength(JSON.stringify(report));
    this.#said.push({ sequence: this.#last, report, bytes });
    this.#bytes += bytes;
    if (this.#said.length > 2 * this.#limits.reports || this.#bytes > 2 * this.#limits.bytes) this.#forget();
    for (const wake of this.#readers) wake();
  }

  /** What was said after a place, at most `limits` of it but always the next; waits a while when there is nothing yet. */
  async after(sequence: number, limits: OutboxLimits, waitMs: number): Promise<readonly Said[]> {
    if (this.#last <= sequence && waitMs > 0) await this.#somethingNew(waitMs);
    const first = this.#said[0]?.sequence ?? 0;
    const from = Math.max(0, sequence + 1 - first);
    let [until, bytes] = [from, 0];
    for (let next = this.#said[until]; next !== undefined && until - from < limits.reports; next = this.#said[until]) {
      bytes += next.bytes;
      if (bytes > limits.bytes && until > from) break;
      until++;
    }
    return this.#said.slice(from, until);
  }

  /** The newest stay, down to the limits; the last one always. */
  #forget(): void {
    let [from, bytes] = [this.#said.length, 0];
    for (let before = this.#said[from - 1]; before !== undefined && this.#said.length - from < this.#limits.reports; before = this.#said[from - 1]) {
      if (bytes + before.bytes > this.#limits.bytes && bytes > 0) break;
      bytes += before.bytes;
      from--;
    }
    this.#said = this.#said.slice(from);
    this.#bytes = bytes;
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
