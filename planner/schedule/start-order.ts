import type { FleetIndex } from "../../model/snapshot.ts";
import { startOrdersOf, type Constraint } from "../../policies/index.ts";
import { startingHosts, type FleetState } from "./fleet-state.ts";
import type { Next } from "./next-step.ts";
import type { Step } from "./step.ts";

/** In one service, those that hold an application, and those that hold one that it needs. */
interface Need {
  /** Without those that hold both. */
  readonly dependents: readonly number[];
  readonly providers: readonly number[];
  readonly words: string;
}

/** What a plan does with workloads, as far as it decides who starts. */
interface Doings {
  /** Does the plan give it a place, or leave it one, in the state that is wanted? */
  isGiven(workload: number): boolean;
  /** Is it new, and made by a start rather than copied? */
  isMade(workload: number): boolean;
  /** Its next step; null when every step may be next. */
  readonly next: ((workload: number) => Next) | null;
}

/** The start order of all services: who waits for whom to run, and who must stop before whom. */
export class StartOrder {
  readonly needs: readonly Need[];
  /** 1 for each need of which a provider runs at some time: then nobody who needs it starts without one. */
  readonly #isEverProvided: Uint8Array;
  readonly #asDependent = new Map<number, number[]>();
  readonly #asProvider = new Map<number, number[]>();
  readonly #doings: Doings;
  readonly #index: FleetIndex;

  constructor(index: FleetIndex, constraints: readonly Constraint[], doings: Doings) {
    this.#index = index;
    this.#doings = doings;
    this.needs = startOrdersOf(constraints).map(({ constraint, application, needs, holders, needed }): Need => ({
      dependents: [...holders].filter((w) => !needed.includes(w)), providers: [...needed],
      words: `${constraint}: ${application} starts after ${needs} runs, and ${needs} stops after ${application}`,
    }));
    const starting = startingHosts(index);
    const ranBefore = (w: number): boolean => (starting[w] ?? -1) >= 0 && index.workloads[w]?.state === "running";
    this.#isEverProvided = Uint8Array.from(this.needs, ({ providers }) =>
      Number(providers.some((w) => ranBefore(w) || this.#willRun(w) || this.#isMadeToStop(w))));
    this.needs.forEach(({ dependents, providers }, n) => {
      for (const w of dependents) append(this.#asDependent, w, n);
      for (const w of providers) append(this.#asProvider, w, n);
    });
  }

  /** The first need that keeps a start or a stop waiting; -1 when none does. */
  blocking(step: Step, state: FleetState): number {
    if (step.kind === "start") return (this.#asDependent.get(step.workload) ?? []).find((n) => !this.#provided(n, state)) ?? -1;
    if (step.kind !== "stop") return -1;
    return (this.#asProvider.get(step.workload) ?? []).find((n) => this.#leansOn(n, step.workload, state))
      ?? (this.#asDependent.get(step.workload) ?? []).find((n) => this.#couldNotReturn(n, step.workload, state)) ?? -1;
  }

  /** Needs that a start or stop of a workload is about. */
  touchedBy(step: Step): readonly number[] {
    if (step.kind !== "start" && step.kind !== "stop") return [];
    return [...(this.#asDependent.get(step.workload) ?? []), ...(this.#asProvider.get(step.workload) ?? [])];
  }

  /** Somebody runs that provides it, or nobody ever does. */
  #provided(n: number, state: FleetState): boolean {
    return this.#isEverProvided[n] !== 1 || (this.needs[n]?.providers ?? []).some((w) => runs(w, state));
  }

  /**
   * Any stop waits for dependents that are just starting; one for good also for those that stop for good, and, when
   * nobody else provides, for those that are still to start.
   */
  #leansOn(n: number, provider: number, state: FleetState): boolean {
    const { dependents = [], providers = [] } = this.needs[n] ?? {};
    const forGood = !this.#isWanted(provider);
    const others = providers.some((w) => w !== provider && (runs(w, state) || this.#willRun(w)));
    return dependents.some((w) => {
      const { activity, host } = state.where(w);
      if (activity === "starting") return true;
      if (!forGood) return false;
      if (!this.#isWanted(w)) return host >= 0 ? activity !== "stopped" : this.#isMadeToStop(w);
      return !others && (activity === "stopped" ? this.#willRun(w) : activity === "running" && this.#restarts(w));
    });
  }

  /** Would it, once stopped, wait in vain to be started again? */
  #couldNotReturn(n: number, dependent: number, state: FleetState): boolean {
    if (this.#isEverProvided[n] !== 1 || !this.#isWanted(dependent)) return false;
    return !(this.needs[n]?.providers ?? []).some((w) => runs(w, state) || this.#willRun(w));
  }

  /** Does the plan leave it running? */
  #willRun(w: number): boolean {
    return this.#isWanted(w) && this.#doings.isGiven(w);
  }

  /** It is wanted stopped, and runs for a moment, because a start makes it. */
  #isMadeToStop(w: number): boolean {
    return this.#index.workloads[w]?.desired === "stopped" && this.#doings.isGiven(w) && this.#doings.isMade(w);
  }

  /** It runs, and is stopped next to go on its way and to start again there. */
  #restarts(w: number): boolean {
    const next = this.#doings.next?.(w);
    return next?.kind === "step" && next.step.kind === "stop";
  }

  #isWanted(w: number): boolean {
    return this.#index.workloads[w]?.desired === "running";
  }
}

function runs(w: number, state: FleetState): boolean {
  const { host, activity } = state.where(w);
  return host >= 0 && activity === "running";
}

function append<Key>(lists: Map<Key, number[]>, key: Key, entry: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [entry]);
  else known.push(entry);
}
