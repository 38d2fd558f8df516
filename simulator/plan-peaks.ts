import { amountOf } from "../model/resource.ts";
import type { Core } from "./core.ts";
import type { Peaks } from "./meters.ts";

/**
 * The highest load and the highest reservations of every host while plans are carried out: moving workloads reserve at
 * both ends.
 */
export class PlanPeaks {
  readonly #core: Core;
  #before: Peaks | null = null;
  #during: Peaks | null = null;
  /** By resource of the fleet and host. */
  readonly promised: readonly Float64Array[];
  underWayMs = 0;
  #beganMs = 0;

  constructor(core: Core) {
    this.#core = core;
    this.promised = core.index.resourceNames.map(() => new Float64Array(core.index.hosts.length));
  }

  get isOpen(): boolean {
    return this.#before !== null;
  }

  /** What hosts were asked for and gave at most during plans, by resource of the load; null when there was none. */
  get load(): Peaks | null {
    return this.#during;
  }

  begin(): void {
    if (this.#before !== null) return;
    this.#core.settleAll();
    this.#before = this.#core.meters.takePeaks();
    this.#beganMs = this.#core.nowMs;
    this.#core.index.hosts.forEach((_, h) => this.#look(h));
  }

  end(): void {
    if (this.#before === null) return;
    this.#core.settleAll();
    const { meters } = this.#core;
    const during = meters.takePeaks();
    if (this.#during !== null) meters.mergePeaks(this.#during);
    meters.mergePeaks(during);
    this.#during = meters.takePeaks();
    meters.mergePeaks(this.#during);
    meters.mergePeaks(this.#before);
    this.#before = null;
    this.underWayMs += this.#core.nowMs - this.#beganMs;
  }

  /** A workload has changed. */
  touch(w: number): void {
    if (this.#before === null) return;
    const { host, arriving } = this.#core.world.where(w);
    for (const h of [host, arriving]) if (h >= 0) this.#look(h);
  }

  #look(h: number): void {
    const { world, index } = this.#core;
    index.fleet.resources.forEach(({ name, whileStopped, whileMoving }, r) => {
      let sum = 0;
      for (const w of world.present(h)) {
        const { host, arriving, leaving, activity } = world.where(w);
        const stopped = activity === "stopped";
        const counts = host === h ? !stopped || whileStopped : arriving === h ? (stopped ? whileStopped : whileMoving === "both") : leaving === h && whileStopped;
        if (counts) sum += amountOf(index.workloads[w]?.reservation ?? {}, name);
      }
      const peaks = this.promised[r] as Float64Array;
      peaks[h] = Math.max(peaks[h] as number, sum);
    });
  }
}
