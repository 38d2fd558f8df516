import type { Action, PlannedAction } from "../../model/plan.ts";
import type { FleetIndex } from "../../model/snapshot.ts";

/** An action of the plan with its names looked up; -1 where a field does not apply. */
export interface DenseAction {
  readonly planned: PlannedAction;
  readonly kind: Action["kind"];
  readonly workload: number;
  readonly source: number;
  /** The host where it takes place, or the one that data leave. */
  readonly from: number;
  readonly to: number;
}

/** Looks up the names of an action; a name that the fleet does not know is a problem in words. */
export function denseAction(index: FleetIndex, planned: PlannedAction): DenseAction | string {
  const { action, id } = planned;
  const from = "host" in action ? action.host : action.from;
  const names = {
    workload: "workload" in action ? index.workloadIndex.get(action.workload) : -1,
    source: action.kind === "copy" ? index.workloadIndex.get(action.source) : -1,
    from: index.hostIndex.get(from),
    to: "to" in action ? index.hostIndex.get(action.to) : -1,
  };
  const { workload, source, from: host, to } = names;
  if (workload === undefined || source === undefined || host === undefined || to === undefined) {
    const unknown = workload === undefined && "workload" in action ? `workload ${action.workload}`
      : source === undefined && action.kind === "copy" ? `workload ${action.source}`
      : host === undefined ? `host ${from}` : `host ${"to" in action ? action.to : ""}`;
    return `${id} (${action.kind}) names ${unknown}, which the fleet does not have`;
  }
  return { planned, kind: action.kind, workload, source, from: host, to };
}

/** The hosts that an action names, each once. */
export function hostsNamed({ from, to }: DenseAction): readonly number[] {
  return to >= 0 && to !== from ? [from, to] : [from];
}
