import type { Action } from "../../model/plan.ts";
import type { BtrInstance, Durations } from "./read.ts";

/**
 * How long an action takes: the whole seconds of the attribute of its name where the instance has one, else one second.
 * That is what BtrPlace itself assumes when nobody registers other estimates.
 */
export function secondsOf(durations: Durations, id: number, action: string): number {
  return durations.get(id)?.get(action) ?? 1;
}

/** The words of the durations, for the help and the results. */
export const durationsInWords =
  "seconds of the attribute migrate, boot, shutdown, suspend, resume, kill of the machine or node, 1 where there is none";

/** An action in BtrPlace's words; `carry` and `clean` move a machine that sleeps, which BtrPlace does as it resumes it. */
export type BtrKind = "migrate" | "boot" | "resume" | "suspend" | "kill" | "bootNode" | "shutdownNode" | "carry" | "clean";

/** Seconds of one action on a machine or node. */
export function lasting(instance: BtrInstance, kind: BtrKind, element: number): number {
  if (kind === "bootNode") return secondsOf(instance.nodeSeconds, element, "boot");
  if (kind === "shutdownNode") return secondsOf(instance.nodeSeconds, element, "shutdown");
  return secondsOf(instance.vmSeconds, element, kind);
}

export function kindOf(action: Action, wasAsleep: boolean): BtrKind {
  switch (action.kind) {
    case "migrate": return "migrate";
    case "start": return wasAsleep ? "resume" : "boot";
    case "stop": return "suspend";
    case "remove": return "kill";
    case "bootHost": return "bootNode";
    case "shutdownHost": return "shutdownNode";
    case "transfer":
    case "copy": return "carry";
    case "deleteSource": return "clean";
  }
}
