import type { WorkloadId } from "../../../model/ids.ts";
import type { Found } from "../../protocol.ts";
import type { Changed } from "../driver.ts";
import { folderName } from "../place.ts";
import type { Turns } from "../turns.ts";
import type { PodmanWorld } from "./podman-driver.ts";
import { foundOf, label, settledName, type Podman } from "./podman.ts";

/**
 * Notices what happens to containers by itself. Podman's events only say that it is time to look; what counts is what is
 * seen then, and a look now and then finds what no event has told.
 */
export class Watcher {
  onChange: Changed = () => {};
  readonly #podman: Podman;
  readonly #turns: Turns;
  readonly #world: PodmanWorld;
  readonly #known = new Map<WorkloadId, Found>();
  readonly #closed = new AbortController();
  #looking: Promise<void> | null = null;
  #answers = true;

  constructor(podman: Podman, turns: Turns, world: PodmanWorld) {
    this.#podman = podman;
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
    while (!signal.aborted) {
      const came = await this.#podman.somethingHappens(signal).then(() => true, () => false);
      if (signal.aborted) return;
      if (came) await this.#look(this.onChange);
      // Several things happen at once; and a service that is down is not asked without end.
      await new Promise<void>((resolve) => { this.#world.clock.after(came ? gatherMs : againMs, resolve); });
    }
  }

  #lookLater(): void {
    const { signal } = this.#closed;
    const cancel = this.#world.clock.after(lookEveryMs, () => { void this.#look(this.onChange).then(() => { if (!signal.aborted) this.#lookLater(); }); });
    signal.addEventListener("abort", cancel, { once: true });
  }

  #look(tell: Changed): Promise<void> {
    this.#looking ??= this.#lookNow(tell).finally(() => { this.#looking = null; });
    return this.#looking;
  }

  async #lookNow(tell: Changed): Promise<void> {
    try {
      const seen = new Map<WorkloadId, Found>();
      for (const { name, state, labels } of await this.#podman.containers()) {
        const workload = (labels[label.workload] ?? "") as WorkloadId;
        if (name === settledName(workload)) seen.set(workload, foundOf(state));
      }
      for (const workload of new Set([...seen.keys(), ...this.#known.keys()])) {
        const [before, now] = [this.#known.get(workload) ?? "absent", seen.get(workload) ?? "absent"];
        // Whoever is at work with it says how it ends.
        if (before === now || this.#turns.isTaken(folderName(workload)) || this.#closed.signal.aborted) continue;
        this.#known.set(workload, now);
        tell(workload, now);
      }
      this.#answers = true;
    } catch (error) {
      if (this.#answers && !this.#closed.signal.aborted) this.#world.note(`containers cannot be looked at: ${error instanceof Error ? error.message : String(error)}`);
      this.#answers = false;
    }
  }
}

const lookEveryMs = 10_000;
const gatherMs = 50;
const againMs = 2000;
