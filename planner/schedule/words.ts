import type { Workload } from "../../model/fleet.ts";
import type { FleetIndex } from "../../model/snapshot.ts";
import { startingHosts } from "./fleet-state.ts";
import type { Taken } from "./course.ts";
import { hostsOf, type Step } from "./step.ts";

/** Says why each step is there and what its failure leaves behind. */
export class Words {
  readonly #index: FleetIndex;
  readonly #target: Int32Array;
  readonly #starting: Int32Array;
  readonly #usersOf = new Map<number, Set<string>>();
  /** For each start, where data of an earlier place still lie then; absent for none. */
  readonly #keptOn = new Map<Step, number>();

  /** `taken` in order of start. */
  constructor(index: FleetIndex, taken: readonly Taken[], target: Int32Array) {
    this.#index = index;
    this.#target = target;
    this.#starting = startingHosts(index);
    const leaving = new Map<number, number>();
    for (const { step } of taken) {
      if (step.workload < 0) continue;
      const kept = leaving.get(step.workload);
      if (step.kind === "start" && kept !== undefined) this.#keptOn.set(step, kept);
      if (step.kind === "transfer") leaving.set(step.workload, step.from);
      if (step.kind === "deleteSource") leaving.delete(step.workload);
      for (const h of hostsOf(step)) {
        const users = this.#usersOf.get(h) ?? new Set<string>();
        this.#usersOf.set(h, users.add(this.#workload(step.workload)));
      }
    }
  }

  reason(step: Step): string {
    const name = this.#workload(step.workload);
    const desired = this.#index.workloads[step.workload]?.desired;
    const target = this.#target[step.workload] ?? -1;
    switch (step.kind) {
      case "bootHost": return `${this.#host(step.from)} is needed by ${shortList([...(this.#usersOf.get(step.from) ?? [])])}`;
      case "shutdownHost": return `nothing is left on ${this.#host(step.from)}`;
      case "migrate": return step.to === target ? `${name} belongs on ${this.#host(step.to)}` : `${name} makes room on ${this.#host(step.from)} meanwhile`;
      case "transfer": return step.to === target
        ? `${name} belongs on ${this.#host(step.to)} and is carried while it is stopped`
        : `${name} makes room on ${this.#host(step.from)} meanwhile`;
      case "stop":
        if (desired === "removed") return `${name} is not wanted any more`;
        if (desired === "stopped") return `${name} is wanted stopped`;
        return target >= 0 && target !== step.from ? `${name} moves to ${this.#host(target)} and must be stopped for it` : `${name} is stopped so that its data can be copied or moved`;
      case "start":
        if ((this.#starting[step.workload] ?? -1) < 0) return `${name} ${whyHomeless(this.#index.workloads[step.workload])}`;
        return step.from === this.#starting[step.workload] ? `${name} is wanted running` : `${name} has arrived on ${this.#host(step.from)}`;
      case "deleteSource": return `${name} has its data on its new host; those on ${this.#host(step.from)} are not needed any more`;
      case "copy": return `${name} is a copy of ${this.#workload(step.source)}`;
      case "remove": return `${name} is not wanted any more`;
    }
  }

  /** `later` are the ids of those that come right after it. */
  ifItFails(step: Step, later: readonly string[]): string {
    const name = this.#workload(step.workload);
    const [from, to] = [this.#host(step.from), this.#host(step.to)];
    const rest = later.length === 0 ? "Nothing waits for it." : `${shortList(later)}, with all that waits for ${later.length === 1 ? "it" : "them"}, cannot start.`;
    switch (step.kind) {
      case "bootHost": return `${from} stays off. ${rest}`;
      case "shutdownHost": return `${from} stays on and empty. ${rest}`;
      case "migrate": return `${name} still runs on ${from}; what reached ${to} is to be deleted. ${rest}`;
      case "stop": return `${name} still runs on ${from}, or hangs while stopping. ${rest}`;
      case "transfer": return `${name} is stopped with its data complete on ${from}; it can be started there again. ${rest}`;
      case "start": {
        const kept = this.#keptOn.get(step);
        if ((this.#starting[step.workload] ?? -1) < 0) return `${name} does not run. ${rest}`;
        return `${name} is stopped on ${from}; its data are there${kept === undefined ? "" : `, and still on ${this.#host(kept)} too`}. ${rest}`;
      }
      case "deleteSource": return `${name} is in its new place; old data stay on ${from}. ${rest}`;
      case "copy": return `${name} does not exist yet; ${this.#workload(step.source)} is unharmed on ${from}. ${rest}`;
      case "remove": return `${name} is stopped, its data stay on ${from}. ${rest}`;
    }
  }

  #host(h: number): string {
    return this.#index.hosts[h]?.id ?? "nowhere";
  }

  #workload(w: number): string {
    return this.#index.workloads[w]?.id ?? "";
  }
}

/** Why one without a place has none: its host failed, or it has never had any. */
function whyHomeless(workload: Workload | undefined): string {
  const lost = workload?.lostFrom ?? workload?.host ?? null;
  return lost === null ? "is new" : `lost its host ${lost}`;
}

function shortList(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
