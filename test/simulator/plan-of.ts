import type { ActionId, HostId, WorkloadId } from "../../model/ids.ts";
import type { Action, PlannedAction } from "../../model/plan.ts";

/** Actions a1, a2, ... of a plan, each after those that it names, and each said to take an hour. */
export function planOf(...actions: readonly (readonly [Action, ...string[]])[]): { readonly actions: readonly PlannedAction[] } {
  return {
    actions: actions.map(([action, ...after], n) => ({
      id: `a${n + 1}` as ActionId, action, after: after as ActionId[], startMs: 0, endMs: 3_600_000, reason: "", ifItFails: "", critical: false,
    })),
  };
}

export function migrate(workload: string, from: string, to: string): Action {
  return { kind: "migrate", workload: workload as WorkloadId, from: from as HostId, to: to as HostId };
}

export function on(kind: "start" | "stop" | "deleteSource" | "remove", workload: string, host: string): Action {
  return { kind, workload: workload as WorkloadId, host: host as HostId };
}

export function transfer(workload: string, from: string, to: string): Action {
  return { kind: "transfer", workload: workload as WorkloadId, from: from as HostId, to: to as HostId };
}

export function power(kind: "bootHost" | "shutdownHost", host: string): Action {
  return { kind, host: host as HostId };
}
