import type { Clock } from "../../model/clock.ts";
import type { WorkloadId } from "../../model/ids.ts";

/** How fast counters of processor time rise, from one look at them to the next. */
export class Rates {
  readonly #clock: Clock;
  readonly #last = new Map<WorkloadId, { readonly cpuMs: number; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Null at the first look, and when the counter has begun anew. */
  millicores(workload: WorkloadId, cpuMs: number): number | null {
    const [last, atMs] = [this.#last.get(workload), this.#clock.nowMs()];
    this.#last.set(workload, { cpuMs, atMs });
    if (last === undefined || cpuMs < last.cpuMs || atMs <= last.atMs) return null;
    return Math.round((1000 * (cpuMs - last.cpuMs)) / (atMs - last.atMs));
  }

  forget(workload: WorkloadId): void {
    this.#last.delete(workload);
  }
}
