import { assert } from "../model/assert.ts";
import type { RunEvent } from "./event.ts";
import { placesOf } from "./known-fleet.ts";
import { expectationOf, performerOf, type Addressee, type Attempt, type Command } from "./protocol.ts";
import type { RunState } from "./state.ts";

/** A command and whom it is for. */
export interface Letter {
  readonly to: Addressee;
  readonly command: Command;
}

/** So often the performer is asked before the other side of a move is asked too. */
const asksAlone = 2;

/** What must be sent because of an event that has been kept; `state` is the one after it. */
export function lettersFor(state: RunState, event: RunEvent): readonly Letter[] {
  if (event.kind !== "dispatched" && event.kind !== "overdue" && event.kind !== "asked") return [];
  const { run, epoch, leg, steps, known } = state;
  const n = leg.position.get(event.action) ?? -1;
  const [planned, step] = [leg.actions[n], steps[n]];
  assert(planned !== undefined && step?.kind === "underWay" && run !== null, `${event.kind} of ${event.action}, which is not under way`);
  const to = performerOf(planned.action);
  const attempt: Attempt & { readonly epoch: number } = { epoch, run, action: event.action, attempt: event.attempt };
  switch (event.kind) {
    case "dispatched": {
      const { workload } = placesOf(known.index, planned.action);
      const isNew = step.before.host < 0 && known.index.workloads[workload]?.state === "new";
      const layer = known.index.workloads[workload]?.layer;
      const command: Command = {
        kind: "perform", ...attempt, work: planned.action, expects: expectationOf(planned.action, isNew), deadlineMs: Math.ceil(step.deadlineMs - step.sinceMs),
        ...(layer === undefined ? {} : { layer }),
      };
      return [{ to, command }];
    }
    case "overdue": return [{ to, command: { kind: "abort", ...attempt } }];
    case "asked": {
      const asked: Letter = { to, command: { kind: "settle", ...attempt } };
      if (step.asks <= asksAlone || !("to" in planned.action)) return [asked];
      return [asked, { to: { host: planned.action.to, role: "agent" }, command: { kind: "find", epoch, run, workload: planned.action.workload } }];
    }
  }
}
