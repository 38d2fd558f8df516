import type { Action } from "../model/plan.ts";
import type { WorkloadId } from "../model/ids.ts";

/** The workload that an action is about; null for actions on hosts alone. */
export function workloadOf(action: Action): WorkloadId | null {
  switch (action.kind) {
    case "bootHost": case "shutdownHost": return null;
    case "migrate": case "stop": case "transfer": case "start": case "deleteSource": case "copy": case "remove": return action.workload;
  }
}

/** Does the action carry a workload, or its data, from one host to another? Copies make new data and move none. */
export function isMove(action: Action): action is Extract<Action, { readonly kind: "migrate" | "transfer" }> {
  return action.kind === "migrate" || action.kind === "transfer";
}
