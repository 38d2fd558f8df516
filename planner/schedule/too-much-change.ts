import type { ActionId } from "../../model/ids.ts";
import type { PlannedAction } from "../../model/plan.ts";
import type { Constraint } from "../../policies/index.ts";
import type { Course } from "./course.ts";
import { FleetState } from "./fleet-state.ts";
import { actionOf } from "./step.ts";

/**
 * Does a schedule change more than a policy allows? A target keeps such a limit by itself; a detour through another
 * host is a move more, which only the finished way shows.
 */
export function changesTooMuch({ index, state, taken }: Course, constraints: readonly Constraint[], startsAtMs: number | null): boolean {
  const limits = constraints.filter(({ strength, kind }) => strength === "must" && kind === "change-limit");
  if (limits.length === 0) return false;
  const actions = taken.map(({ step, startMs, endMs }, position): PlannedAction => ({
    id: `a${position + 1}` as ActionId, action: actionOf(index, step), after: [], startMs, endMs, reason: "", ifItFails: "", critical: false,
  }));
  const precedes = (a: number, b: number): boolean => (actions[a]?.endMs ?? 0) <= (actions[b]?.startMs ?? 0);
  const timeline = { index, before: new FleetState(index), after: state, actions, startsAtMs, precedes };
  return limits.some((limit) => limit.checkPlan(timeline).length > 0);
}
