import { summaryOf, type RunEvent, type RunState } from "../../executor/index.ts";
import type { RunId } from "../../model/ids.ts";

/** One event of an execution as a line of JSON, for programs. */
export function eventLine(run: RunId, { at, ...event }: RunEvent, state: RunState): string {
  const { done, all, permille, remainsMs, status } = summaryOf(state);
  return JSON.stringify({ format: "stowage/run-event/v1", run, at: new Date(at.utcMs).toISOString(), ...event, status, done, all, permille, remainsMs });
}
