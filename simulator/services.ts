import type { FleetIndex } from "../model/snapshot.ts";
import type { ServiceState, Timeline } from "./timeline.ts";
import type { World } from "./world.ts";

/** How long a service was in each state, and how it recovered. */
export interface ServiceRecord {
  readonly operationalMs: number;
  readonly degradedMs: number;
  readonly downMs: number;
  /** Stretches in which it was not operational, ended ones, and the longest of all. */
  readonly interruptions: number;
  readonly recovered: number;
  readonly recoveryMsSum: number;
  readonly recoveryMsMax: number;
}

interface Watched {
  state: ServiceState;
  sinceMs: number;
  brokenSinceMs: number;
  ms: Record<ServiceState, number>;
  interruptions: number;
  recovered: number;
  recoveryMsSum: number;
  recoveryMsMax: number;
}

/**
 * States of services, derived from their workloads: operational when every instance of every application serves that
 * should, down when an application of it has none that serves, degraded between. An instance that was called for counts
 * from when it first serves, until it is let go.
 */
export class Services {
  readonly #world: World;
  readonly #timeline: Timeline;
  readonly #watched: Watched[];
  readonly #expected: Uint8Array;
  /** Services of each workload, and workloads of each application of each service. */
  readonly #servicesOf: readonly (readonly number[])[];
  readonly #instances: readonly (readonly (readonly number[])[])[];

  constructor(world: World, timeline: Timeline) {
    this.#world = world;
    this.#timeline = timeline;
    const { index } = world;
    const byApplication = instancesByApplication(index);
    this.#instances = index.fleet.services.map(({ applications }) => applications.map((id) => byApplication.get(id) ?? []));
    const servicesOf: number[][] = index.workloads.map(() => []);
    this.#instances.forEach((lists, service) => {
      for (const w of new Set(lists.flat())) servicesOf[w]?.push(service);
    });
    this.#servicesOf = servicesOf;
    this.#expected = Uint8Array.from(index.workloads, (_, w) => Number(world.isWanted(w)));
    this.#watched = this.#instances.map((_, service) => ({
      state: this.#stateNow(service), sinceMs: 0, brokenSinceMs: 0, ms: { operational: 0, degraded: 0, down: 0 },
      interruptions: 0, recovered: 0, recoveryMsSum: 0, recoveryMsMax: 0,
    }));
    for (const watched of this.#watched) if (watched.state !== "operational") watched.interruptions = 1;
  }

  stateOf(service: number): ServiceState {
    return this.#watched[service]?.state ?? "operational";
  }

  /** A workload may have changed what its services are. */
  changed(workload: number, nowMs: number): void {
    if (this.#world.serves(workload)) this.#expected[workload] = 1;
    if (!this.#world.isWanted(workload)) this.#expected[workload] = 0;
    for (const service of this.#servicesOf[workload] ?? []) this.#become(service, this.#stateNow(service), nowMs);
  }

  record(service: number, endMs: number): ServiceRecord {
    const watched = this.#watched[service];
    if (watched === undefined) return { operationalMs: endMs, degradedMs: 0, downMs: 0, interruptions: 0, recovered: 0, recoveryMsSum: 0, recoveryMsMax: 0 };
    const { ms, state, sinceMs, interruptions, recovered, recoveryMsSum, recoveryMsMax } = watched;
    const now = (of: ServiceState): number => ms[of] + (of === state ? endMs - sinceMs : 0);
    return { operationalMs: now("operational"), degradedMs: now("degraded"), downMs: now("down"), interruptions, recovered, recoveryMsSum, recoveryMsMax };
  }

  #become(service: number, state: ServiceState, nowMs: number): void {
    const watched = this.#watched[service];
    const id = this.#world.index.fleet.services[service]?.id;
    if (watched === undefined || id === undefined || watched.state === state) return;
    watched.ms[watched.state] += nowMs - watched.sinceMs;
    if (watched.state === "operational") {
      watched.interruptions++;
      watched.brokenSinceMs = nowMs;
    } else if (state === "operational") {
      watched.recovered++;
      watched.recoveryMsSum += nowMs - watched.brokenSinceMs;
      watched.recoveryMsMax = Math.max(watched.recoveryMsMax, nowMs - watched.brokenSinceMs);
    }
    watched.state = state;
    watched.sinceMs = nowMs;
    this.#timeline.add(nowMs, { kind: "service", service: id, state });
  }

  #stateNow(service: number): ServiceState {
    let state: ServiceState = "operational";
    for (const instances of this.#instances[service] ?? []) {
      let expected = 0;
      let missing = 0;
      for (const w of instances) {
        if (this.#expected[w] !== 1) continue;
        expected++;
        if (!this.#world.serves(w)) missing++;
      }
      if (expected > 0 && missing === expected) return "down";
      if (missing > 0) state = "degraded";
    }
    return state;
  }
}

/** The workloads that an application runs in, ascending. */
export function instancesByApplication(index: FleetIndex): ReadonlyMap<string, readonly number[]> {
  const instances = new Map<string, number[]>();
  index.workloads.forEach(({ applications }, w) => {
    for (const id of new Set(applications)) {
      const known = instances.get(id);
      if (known === undefined) instances.set(id, [w]);
      else known.push(w);
    }
  });
  return instances;
}
