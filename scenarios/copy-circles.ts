import type { Workload } from "../model/fleet.ts";
import { compareIds, type WorkloadId } from "../model/ids.ts";

/** Workloads that would be copies of each other, so that none of them could be first: each circle as the way round, beginning and ending with the smallest id. */
export function copyCircles(workloads: readonly Workload[]): readonly (readonly WorkloadId[])[] {
  const originals = new Map(workloads.map(({ id, copyOf }) => [id, copyOf]));
  const seen = new Set<WorkloadId>();
  const circles: (readonly WorkloadId[])[] = [];
  for (const id of originals.keys()) {
    const way: WorkloadId[] = [];
    let at: WorkloadId | null = id;
    while (at !== null && !seen.has(at)) {
      seen.add(at);
      way.push(at);
      at = originals.get(at) ?? null;
    }
    const begin = at === null ? -1 : way.indexOf(at);
    if (begin >= 0) circles.push(fromSmallest(way.slice(begin)));
  }
  return circles.sort((a, b) => compareIds(a[0] ?? "", b[0] ?? ""));
}

function fromSmallest(circle: readonly WorkloadId[]): readonly WorkloadId[] {
  const smallest = circle.reduce((least, id, i) => (compareIds(id, circle[least] ?? "") < 0 ? i : least), 0);
  return [...circle.slice(smallest), ...circle.slice(0, smallest + 1)];
}
