import type { RunEvent } from "../../executor/event.ts";
import { beginning, chained, Superseded, type Entry, type Journal } from "../../executor/journal.ts";
import type { Random } from "../../model/random.ts";
import type { Timeline } from "./timeline.ts";

/** The one journal that all executors of an execution share, on a disk that takes its time. */
export class SimulatedDisk {
  entries: Entry[] = [];
}

/** One executor's way to it. It may die before its write is kept, after a part of it, or before it hears that it was. */
export class SimulatedJournal implements Journal {
  readonly #disk: SimulatedDisk;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #crashes: () => boolean;
  readonly #crash: () => void;

  constructor(disk: SimulatedDisk, timeline: Timeline, random: Random, crashes: () => boolean, crash: () => void) {
    this.#disk = disk;
    this.#timeline = timeline;
    this.#random = random;
    this.#crashes = crashes;
    this.#crash = crash;
  }

  read(): Promise<readonly Entry[]> {
    return Promise.resolve(Array.from(this.#disk.entries));
  }

  append(after: string, events: readonly RunEvent[]): Promise<readonly Entry[]> {
    const dies = this.#crashes();
    const keeps = dies ? this.#random.below(events.length + 1) : events.length;
    return new Promise((resolve, reject) => {
      this.#timeline.after(this.#random.between(1, 30), () => {
        const last = this.#disk.entries.at(-1);
        if ((last?.hash ?? beginning) !== after) return reject(new Superseded());
        const added = chained(last, events.slice(0, keeps));
        this.#disk.entries.push(...added);
        if (dies) this.#crash();
        else resolve(added);
      });
    });
  }
}
