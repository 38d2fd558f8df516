import { movingCost } from "../cost.ts";
import type { Objective, ObjectiveContext } from "../objective.ts";

/** A boot counts as a GiB moved, so that of two plans that cost the same the one that leaves hosts as they are is taken. */
const bootMiB = 1024;

/** What moves carry, how long what moves does not serve, and hosts to boot; nothing for a workload that stays or is new. */
export function moving({ index, current, hostAt }: ObjectiveContext): Objective {
  const mustBoot = index.hosts.some(({ state }) => state === "off");
  return {
    kind: "linear",
    name: "moving",
    unit: "MiB",
    at(w, h) {
      const [workload, to] = [index.workloads[w], hostAt(h)];
      return workload === undefined || to === null ? 0 : movingCost(workload, hostAt(current[w] ?? -1), to);
    },
    on: (h) => (index.hosts[h]?.state === "off" ? bootMiB : 0),
    ...(mustBoot ? {} : { structure: { perMove: perMove({ index, current, hostAt }), between: null } }),
  };
}

/** The same wherever a workload goes, as long as it leaves. */
function perMove({ index, current, hostAt }: Pick<ObjectiveContext, "index" | "current" | "hostAt">): Float64Array {
  return Float64Array.from(index.workloads, (workload, w) => {
    const [from, elsewhere] = [hostAt(current[w] ?? -1), hostAt(current[w] === 0 ? 1 : 0)];
    return elsewhere === null ? 0 : movingCost(workload, from, elsewhere);
  });
}
