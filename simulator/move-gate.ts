import type { FleetIndex } from "../model/snapshot.ts";
import { limitsOf, windowsOf, type ActionWindow, type Constraint, type MoveLimit } from "../policies/index.ts";
import type { Step } from "./step.ts";

/** Lets actions begin only while the rules about the way allow it: so many moves at once, and the windows. */
export class MoveGate {
  readonly #index: FleetIndex;
  readonly #limits: readonly MoveLimit[];
  readonly #windows: readonly ActionWindow[];
  readonly #epochMs: number | null;
  readonly #counts = new Map<string, number>();

  /** `epochMs`: the beginning of the simulation as milliseconds since 1970 UTC; null when nobody says, and windows do not count. */
  constructor(index: FleetIndex, constraints: readonly Constraint[], epochMs: number | null) {
    this.#index = index;
    this.#limits = limitsOf(constraints);
    this.#windows = epochMs === null ? [] : windowsOf(constraints);
    this.#epochMs = epochMs;
  }

  /** The first instant from now on at which an action may begin; infinite when there is none. */
  opensMs({ workload, planned }: Step, nowMs: number): number {
    let opens = nowMs;
    if (workload < 0 || this.#epochMs === null) return opens;
    for (const window of this.#windows) {
      if (!window.workloads.includes(workload)) continue;
      const next = window.nextStart(this.#epochMs + opens, planned.endMs - planned.startMs);
      if (next === null) return Infinity;
      opens = Math.max(opens, next - this.#epochMs);
    }
    return opens;
  }

  /** Counts an action that begins; false, and nothing is counted, when a limit is reached. */
  enter(step: Step): boolean {
    const places = this.#places(step);
    if (places.some(({ key, atMost }) => (this.#counts.get(key) ?? 0) >= atMost)) return false;
    for (const { key } of places) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return true;
  }

  leave(step: Step): void {
    for (const { key } of this.#places(step)) this.#counts.set(key, (this.#counts.get(key) ?? 0) - 1);
  }

  #places({ kind, workload, from, to }: Step): readonly { readonly key: string; readonly atMost: number }[] {
    if (kind !== "migrate" && kind !== "transfer" && kind !== "copy") return [];
    return this.#limits.flatMap(({ counts, atMost, workloads, hosts }, n) => {
      if (workloads !== null && workloads[workload] !== 1) return [];
      const counted = (h: number): boolean => hosts === null || hosts[h] === 1;
      const sites = [this.#index.hosts[from]?.site ?? "", this.#index.hosts[to]?.site ?? ""].sort();
      const place = counts === "perHostIn" ? (counted(to) ? `${to}` : null)
        : counts === "perHostOut" ? (counted(from) && kind !== "copy" ? `${from}` : null)
        : !counted(from) && !counted(to) ? null
        : counts === "total" ? "all" : sites[0] === sites[1] ? null : sites.join(" ");
      return place === null ? [] : [{ key: `${n} ${place}`, atMost }];
    });
  }
}
