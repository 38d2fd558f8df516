import { compareIds } from "../../model/ids.ts";
import type { MostMovedObjective, ObjectiveContext } from "../objective.ts";

/** The largest number of replicas of one group that move: a plan disturbs many groups a little rather than one a lot. */
export function mostMoved({ index, current }: ObjectiveContext): MostMovedObjective {
  const names = [...new Set(index.workloads.flatMap(({ replicaGroup }) => replicaGroup ?? []))].sort(compareIds);
  const numberOf = new Map(names.map((name, group) => [name, group]));
  return {
    kind: "most-moved", name: "most-moved", unit: "replicas", groupCount: names.length, current,
    groupOf: Int32Array.from(index.workloads, ({ replicaGroup }) => (replicaGroup === null ? -1 : (numberOf.get(replicaGroup) ?? -1))),
  };
}
