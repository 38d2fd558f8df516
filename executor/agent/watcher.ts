import type { Clock } from "../../model/clock.ts";
import type { WorkloadId } from "../../model/ids.ts";
import type { Found } from "../protocol.ts";
import type { Alarm } from "../run.ts";
import type { Changed } from "./driver.ts";
import { folderName } from "./place.ts";
import type { Turns } from "./turns.ts";

/** What is watched. */
export interface Watched {
  readonly noun: string;
  readonly everyMs: number;
  /** Every workload that is here, as it is now. */
  look(): Promise<ReadonlyMap<WorkloadId, Found>>;
  /** Ends when it is time to look again before long. */
  somethingHappens?(signal: AbortSignal): Promise<void>;
}

/**
 * Notices what happens to workloads by itself. Events only say that it is time to look; what counts is what is seen then,
 * and a look now and then finds what no event has told.
 */
export class Watcher {
  onChange: Changed = () => {};
  readonly #watched: Watched;
  readonly #turns: Turns;
  readonly #world: { readonly clock: Clock & Alarm; readonly note: (words: string) => void };
  readonly #known = new Map<WorkloadId, Found>();
  readonly #closed = new AbortController();
  #looking: Promise<void> | null = null;
  #answers = true;

  constructor(watched: Watched, turns: Turns, world: { readonly clock: Clock & Alarm; readonly note: (words: string) => void }) {
    this.#watched = watched;
    this.#turns = turns;
    this.#world = world;
  }

  /** What is there now is no news. */
  async begin(): Promise<void> {
    await this.#look(() => {});
    void this.#listen();
    this.#lookLater();
  }

  /** A task has just brought a workload into this state: nobody needs to be told. */
  known(workload: WorkloadId, found: Found): void {
    this.#known.set(workload, found);
  }

  close(): void {
    this.#closed.abort();
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closed;
    while (this.#watched.somethingHappens !== undefined && !signal.aborted) {
      const came = await this.#watched.somethingHappens(signal).then(() => true, () => false);
      // Several things happen at once; and what does not answer is not asked without end.
      await new Promise<void>((resolve) => { this.#world.clock.after(came ? gatherMs : againMs, resolve); });
      if (came && !this.#closed.signal.aborted) await this.#look(this.onChange);
    }
  }

  #lookLater(): void {
    const { signal } = this.#closed;
    if (signal.aborted) return;
    const later = new AbortController();
    const cancel = this.#world.clock.after(this.#watched.everyMs, () => {
      later.abort();
      void this.#look(this.onChange).then(() => this.#lookLater());
    });
    signal.addEventListener("abort", cancel, { once: true, signal: later.signal });
  }

  #look(tell: Changed): Promise<void> {
    this.#looking ??= this.#lookNow(tell).finally(() => { this.#looking = null; });
    return this.#looking;
  }

  async #lookNow(tell: Changed): Promise<void> {
    try {
      const seen = await this.#watched.look();
      for (const workload of new Set([...seen.keys(), ...this.#known.keys()])) {
        const [before, now] = [this.#known.get(workload) ?? "absent", seen.get(workload) ?? "absent"];
        // Whoever is at work with it says how it ends.
        if (before === now || this.#turns.isTaken(folderName(workload)) || this.#closed.signal.aborted) continue;
        this.#known.set(workload, now);
        tell(workload, now);
      }
      this.#answers = true;
    } catch (error) {
      if (this.#answers && !this.#closed.signal.aborted) this.#world.note(`${this.#watched.noun} cannot be looked at: ${error instanceof Error ? error.message : String(error)}`);
      this.#answers = false;
    }
  }
}

const gatherMs = 50;
const againMs = 2000;
