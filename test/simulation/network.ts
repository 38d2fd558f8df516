import type { Random } from "../../model/random.ts";
import type { Faults } from "./faults.ts";
import type { Timeline } from "./timeline.ts";

/** Between executors and agents: loses, delays, doubles and reorders; and cuts one way while the other works. */
export class Network {
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #cutUntilMs = new Map<string, number>();

  constructor(timeline: Timeline, random: Random, faults: Faults) {
    this.#timeline = timeline;
    this.#random = random;
    this.#faults = faults;
  }

  /** From here to there nothing comes through for a while. */
  cut(from: string, to: string, untilMs: number): void {
    this.#cutUntilMs.set(`${from} ${to}`, untilMs);
  }

  isCut(from: string, to: string): boolean {
    return (this.#cutUntilMs.get(`${from} ${to}`) ?? 0) > this.#timeline.nowMs;
  }

  send(from: string, to: string, deliver: () => void): void {
    const { endMs, loss, duplicates, late } = this.#faults;
    const troubled = this.#timeline.nowMs < endMs;
    for (let copies = troubled && this.#random.chance(duplicates) ? 2 : 1; copies > 0; copies--) {
      if (troubled && this.#random.chance(loss)) continue;
      const delayMs = this.#random.between(1, 100) + (troubled && this.#random.chance(late) ? this.#random.below(120_000) : 0);
      this.#timeline.after(delayMs, () => { if (!this.isCut(from, to)) deliver(); });
    }
  }
}
