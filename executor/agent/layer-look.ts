import type { WallClock } from "../../model/clock.ts";
import type { FoundWorkload, SilentLayer } from "../protocol.ts";
import type { Alarm } from "../run.ts";
import type { Driver } from "./driver.ts";

/** What was seen of a layer: `silent` when it did not answer, and then nothing is known of its workloads. */
export interface LayerSeen {
  /** The one that was seen last; null when none ever was. */
  readonly version: string | null;
  readonly workloads: readonly FoundWorkload[];
  readonly silent: SilentLayer | null;
}

/** Looks at one layer. While a look hangs no other one is begun: whoever asks meanwhile waits for the same one. */
export class LayerLook {
  readonly #driver: Driver;
  readonly #clock: Pick<WallClock, "nowMs" | "utcMs"> & Alarm;
  #underWay: { readonly sinceMs: number; readonly seen: Promise<LayerSeen> } | null = null;
  #version: string | null = null;
  /** UTC of the first look that had no answer; null while the layer answers. */
  #silentSinceMs: number | null = null;

  constructor(driver: Driver, clock: Pick<WallClock, "nowMs" | "utcMs"> & Alarm) {
    this.#driver = driver;
    this.#clock = clock;
  }

  /** Never throws, and does not wait for much longer than it may. */
  look(withinMs: number): Promise<LayerSeen> {
    this.#underWay ??= { sinceMs: this.#clock.nowMs(), seen: this.#lookNow(this.#clock.utcMs()) };
    const { sinceMs, seen } = this.#underWay;
    const leftMs = Math.max(0, sinceMs + withinMs - this.#clock.nowMs());
    return new Promise((resolve) => {
      const cancel = this.#clock.after(leftMs, () => {
        const hangsMs = this.#clock.nowMs() - sinceMs;
        resolve(this.#silence(this.#clock.utcMs() - hangsMs, `it has not answered for ${Math.round(hangsMs / 1000)} s`));
      });
      void seen.finally(cancel).then(resolve);
    });
  }

  async #lookNow(beganMs: number): Promise<LayerSeen> {
    try {
      const [version, workloads] = await Promise.all([this.#driver.version?.() ?? "1", this.#driver.workloads()]);
      this.#version = version;
      this.#silentSinceMs = null;
      return { version, workloads, silent: null };
    } catch (error) {
      return this.#silence(beganMs, error instanceof Error ? error.message : String(error));
    } finally {
      this.#underWay = null;
    }
  }

  #silence(sinceMs: number, because: string): LayerSeen {
    this.#silentSinceMs ??= sinceMs;
    return { version: this.#version, workloads: [], silent: { layer: this.#driver.layer, sinceMs: this.#silentSinceMs, because: because.slice(0, wordsMax) } };
  }
}

const wordsMax = 1000;
