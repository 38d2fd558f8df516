import type { Action } from "../model/plan.ts";
import type { FleetIndex } from "../model/snapshot.ts";

/** An action with its names looked up; -1 where a field does not apply. */
export interface Step {
  readonly action: Action;
  readonly kind: Action["kind"];
  readonly workload: number;
  readonly source: number;
  readonly from: number;
  readonly to: number;
}

/** Looks the names of an action up. */
export function stepOf(index: FleetIndex, action: Action): Step {
  return {
    action, kind: action.kind,
    workload: "workload" in action ? (index.workloadIndex.get(action.workload) ?? -1) : -1,
    source: action.kind === "copy" ? (index.workloadIndex.get(action.source) ?? -1) : -1,
    from: index.hostIndex.get("host" in action ? action.host : action.from) ?? -1,
    to: "to" in action ? (index.hostIndex.get(action.to) ?? -1) : -1,
  };
}
