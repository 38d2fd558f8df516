import type { FleetIndex } from "../../model/snapshot.ts";
import { startOrdersOf, type Constraint } from "../../policies/index.ts";
import type { FleetState } from "./fleet-state.ts";
import type { Step } from "./step.ts";

/** In one service, those that hold an application, and those that hold one that it needs. */
interface Need {
  /** Without those that hold both. */
  readonly dependents: readonly number[];
  readonly providers: readonly number[];
  readonly words: string;
}

/** The start order of all services: who waits for whom to run, and who must stop before whom. */
export class StartOrder {
  readonly needs: readonly Need[];
  readonly #asDependent = new Map<number, number[]>();
  readonly #asProvider = new Map<number, number[]>();
  readonly #willRun: (workload: number) => boolean;
  readonly #index: FleetIndex;

  /** `willRun` says of a workload that does not run now whether the plan will start it. */
  constructor(index: FleetIndex, constraints: readonly Constraint[], willRun: (workload: number) => boolean) {
    this.#index = index;
    this.#willRun = willRun;
    this.needs = startOrdersOf(constraints).map(({ constraint, application, needs, holders, needed }): Need => ({
      dependents: [...holders].filter((w) => !needed.includes(w)), providers: [...needed],
      words: `${constraint}: ${application} starts after ${needs} runs, and ${needs} stops after ${application}`,
    }));
    this.needs.forEach(({ dependents, providers }, n) => {
      for (const w of dependents) append(this.#asDependent, w, n);
      for (const w of providers) append(this.#asProvider, w, n);
    });
  }

  /** The first need that keeps a start or a stop waiting; -1 when none does. */
  blocking(step: Step, state: FleetState): number {
    if (step.kind === "start") return (this.#asDependent.get(step.workload) ?? []).find((n) => !this.#provided(n, state)) ?? -1;
    if (step.kind !== "stop") return -1;
    return (this.#asProvider.get(step.workload) ?? []).find((n) => this.#leansOn(n, step.workload, state)) ?? -1;
  }

  /** Needs that a start or stop of a workload is about. */
  touchedBy(step: Step): readonly number[] {
    if (step.kind !== "start" && step.kind !== "stop") return [];
    return [...(this.#asDependent.get(step.workload) ?? []), ...(this.#asProvider.get(step.workload) ?? [])];
  }

  /** Somebody runs that provides it, or nobody ever will. */
  #provided(n: number, state: FleetState): boolean {
    const providers = this.needs[n]?.providers ?? [];
    return providers.some((w) => runs(w, state)) || !providers.some((w) => this.#willRun(w));
  }

  /**
   * Any stop waits for dependents that are just starting; one for good also for those that stop for good, and, when
   * nobody else provides, for those that are still to start.
   */
  #leansOn(n: number, provider: number, state: FleetState): boolean {
    const { dependents = [], providers = [] } = this.needs[n] ?? {};
    const forGood = this.#index.workloads[provider]?.desired !== "running";
    const others = providers.some((w) => w !== provider && (runs(w, state) || this.#willRun(w)));
    return dependents.some((w) => {
      const { activity, host } = state.where(w);
      const wanted = this.#index.workloads[w]?.desired === "running";
      if (activity === "starting") return true;
      if (!forGood) return false;
      return wanted ? !others && activity === "stopped" && this.#willRun(w) : host >= 0 && activity !== "stopped";
    });
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
