import { hostIsOnWhen, type FleetIndex, type Instant } from "../model/snapshot.ts";
import type { Constraint } from "../policies/index.ts";

/** A settled placement in which one workload after another can be tried elsewhere; for questions, not for search. */
export interface WhatIf {
  readonly instant: Instant;
  readonly hostOf: Int32Array;
  /** Puts a workload on a host; -1 takes it away. */
  put(workload: number, host: number): void;
}

export function whatIf(index: FleetIndex, placement: ArrayLike<number>): WhatIf {
  const hostOf = Int32Array.from(placement);
  const present: number[][] = index.hosts.map(() => []);
  hostOf.forEach((h, w) => {
    if (h >= 0) present[h]?.push(w);
  });
  return {
    hostOf,
    instant: {
      index,
      where: (w) => ({
        host: hostOf[w] ?? -1, arriving: -1, leaving: -1,
        activity: index.workloads[w]?.desired === "running" ? "running" : "stopped",
      }),
      present: (h) => present[h] ?? [],
      underWay: () => [],
      isOn: (h) => hostIsOnWhen(index.hosts[h], (present[h]?.length ?? 0) > 0),
    },
    put(w, h) {
      const from = hostOf[w] ?? -1;
      if (from >= 0) present[from] = (present[from] ?? []).filter((other) => other !== w);
      if (h >= 0) present[h] = [...(present[h] ?? []), w].sort((a, b) => a - b);
      hostOf[w] = h;
    },
  };
}

/** Which constraints a workload on a host can touch; built once for a fleet and its constraints. */
export interface Touching {
  ofWorkload(workload: number): readonly Constraint[];
  /** Constraints about the host that any workload can touch. */
  ofHost(host: number): readonly Constraint[];
  readonly ofAll: readonly Constraint[];
}

export function touching(index: FleetIndex, constraints: readonly Constraint[]): Touching {
  const byWorkload: Constraint[][] = index.workloads.map(() => []);
  const byHost: Constraint[][] = index.hosts.map(() => []);
  const ofAll: Constraint[] = [];
  for (const constraint of constraints) {
    if (constraint.workloads !== null) for (const w of constraint.workloads) byWorkload[w]?.push(constraint);
    else if (constraint.hosts !== null) for (const h of constraint.hosts) byHost[h]?.push(constraint);
    else ofAll.push(constraint);
  }
  return { ofWorkload: (w) => byWorkload[w] ?? [], ofHost: (h) => byHost[h] ?? [], ofAll };
}
