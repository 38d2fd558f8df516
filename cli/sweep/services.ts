import type { ServiceId } from "../../model/ids.ts";
import type { FleetIndex } from "../../model/snapshot.ts";

/** Which services a loss stops. */
export interface StoppedServices {
  /** Down until places have been found: every instance of some application was lost. */
  readonly interrupted: readonly ServiceId[];
  /** Down even then: none of those instances found a place. */
  readonly down: readonly ServiceId[];
}

/** Services whose last instance of some application goes with the hosts; `lost` are the rows that find no place. */
export function stoppedServices({ workloads, fleet }: FleetIndex, hosts: readonly string[], lost: readonly number[]): StoppedServices {
  const gone = new Set(hosts);
  const nowhere = new Set(lost);
  const serving = workloads.flatMap((workload, w) => (workload.state === "running" && workload.desired === "running" && workload.host !== null ? [w] : []));
  const without = (isAway: (w: number) => boolean): readonly ServiceId[] => fleet.services.filter(({ applications }) => applications.some((application) => {
    const instances = serving.filter((w) => workloads[w]?.applications.includes(application));
    return instances.length > 0 && instances.every(isAway);
  })).map(({ id }) => id);
  return { interrupted: without((w) => gone.has(workloads[w]?.host ?? "")), down: without((w) => nowhere.has(w)) };
}
