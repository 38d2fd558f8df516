import type { FleetIndex } from "../../model/snapshot.ts";
import type { FleetState } from "./fleet-state.ts";
import type { Step } from "./step.ts";

/** In one service, an application and one that it needs, as the workloads that hold them. */
interface Need {
  readonly dependents: readonly number[];
  readonly providers: readonly number[];
  readonly words: string;
}

/** The start order of all services: who waits for whom to run, and who must stop before whom. */
export class StartOrder {
  readonly needs: readonly Need[];
  readonly #asDependent = new Map<number, number[]>();
  readonly #asProvider = new Map<number, number[]>();
  readonly #index: FleetIndex;

  constructor(index: FleetIndex) {
    this.#index = index;
    const holders = new Map<string, number[]>();
    index.workloads.forEach(({ applications }, w) => applications.forEach((application) => {
      append(holders, application, w);
    }));
    this.needs = index.fleet.services.flatMap(({ id, startOrder }) => startOrder.map(({ application, needs }): Need => ({
      dependents: holders.get(application) ?? [], providers: holders.get(needs) ?? [],
      words: `${application} needs ${needs} to run first (service ${id})`,
    })));
    this.needs.forEach(({ dependents, providers }, n) => {
      for (const w of dependents) append(this.#asDependent, w, n);
      for (const w of providers) append(this.#asProvider, w, n);
    });
  }

  /** The first need that keeps a start or a stop waiting; -1 when none does. */
  blocking(step: Step, state: FleetState): number {
    if (step.kind === "start") {
      return (this.#asDependent.get(step.workload) ?? []).find((n) => !this.#provided(n, step.workload, state)) ?? -1;
    }
    if (step.kind !== "stop") return -1;
    return (this.#asProvider.get(step.workload) ?? []).find((n) => this.#leansOn(n, step.workload, state)) ?? -1;
  }

  /** Needs whose state changes with a start or stop of a workload. */
  touchedBy(step: Step): readonly number[] {
    if (step.kind !== "start" && step.kind !== "stop") return [];
    return [...new Set([...(this.#asDependent.get(step.workload) ?? []), ...(this.#asProvider.get(step.workload) ?? [])])];
  }

  /** Nobody can provide what nobody is wanted to run: such a need asks nothing. */
  #provided(n: number, dependent: number, state: FleetState): boolean {
    const providers = (this.needs[n]?.providers ?? []).filter((w) => w !== dependent && this.#index.workloads[w]?.desired === "running");
    const runs = (w: number): boolean => state.where(w).activity === "running" && state.hostOf(w) >= 0;
    return providers.length === 0 || this.needs[n]?.providers.includes(dependent) === true || providers.some(runs);
  }

  /** A final stop waits for dependents that stop for good too, any stop for dependents that are just starting. */
  #leansOn(n: number, provider: number, state: FleetState): boolean {
    const forGood = this.#index.workloads[provider]?.desired !== "running";
    return (this.needs[n]?.dependents ?? []).some((w) => {
      const { activity, host } = state.where(w);
      if (w === provider || host < 0) return false;
      return activity === "starting" || (forGood && this.#index.workloads[w]?.desired !== "running" && activity !== "stopped");
    });
  }
}

function append<Key>(lists: Map<Key, number[]>, key: Key, entry: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [entry]);
  else known.push(entry);
}
