import type { FleetIndex } from "../../model/snapshot.ts";
import type { FleetState } from "./fleet-state.ts";

/** For each new workload the one that it is copied from, and for each source how many copies are still to be made. */
export function copiesOf(index: FleetIndex, state: FleetState, target: Int32Array, frozen: ReadonlySet<number>): { source: Int32Array; copiesLeft: Int32Array } {
  const source = new Int32Array(index.workloads.length).fill(-1);
  const copiesLeft = new Int32Array(index.workloads.length);
  index.workloads.forEach(({ copyOf, desired }, w) => {
    const from = copyOf === null ? undefined : index.workloadIndex.get(copyOf);
    if (from === undefined || frozen.has(w) || desired === "removed" || (target[w] ?? -1) < 0 || state.hostOf(w) >= 0 || state.hostOf(from) < 0) return;
    source[w] = from;
    copiesLeft[from] = (copiesLeft[from] ?? 0) + 1;
  });
  return { source, copiesLeft };
}
