import { hostIsOnWhen, type FleetIndex, type Instant, type Whereabouts } from "../../model/snapshot.ts";

/** Nowhere at all. */
export const nowhere: Whereabouts = { host: -1, arriving: -1, leaving: -1, activity: "stopped" };

/** An instant with anything under way, written down workload by workload. Hosts are on by `hostIsOnWhen`. */
export function instantOf(index: FleetIndex, whereabouts: readonly Whereabouts[]): Instant {
  const where = (w: number): Whereabouts => whereabouts[w] ?? nowhere;
  const present = (h: number): number[] =>
    [...index.workloads.keys()].filter((w) => [where(w).host, where(w).arriving, where(w).leaving].includes(h));
  return {
    index,
    where,
    present,
    underWay: () => [...index.workloads.keys()].filter((w) => where(w).arriving >= 0),
    isOn: (h) => hostIsOnWhen(index.hosts[h], present(h).length > 0),
  };
}
