import type { Plan, PlannedAction } from "../../../model/plan.ts";
import { Random } from "../../../model/random.ts";
import type { FleetIndex } from "../../../model/snapshot.ts";
import type { Constraint } from "../../../policies/index.ts";
import { denseAction, type DenseAction } from "../../../policies/verify/dense-action.ts";
import { obstacle } from "../../../policies/verify/preconditions.ts";
import { Baseline } from "../../../policies/verify/replay.ts";
import { ReplayState } from "../../../policies/verify/replay-state.ts";

/**
 * One execution of a plan with times of its own: at each turn some action whose predecessors have ended starts, or one
 * under way ends, and some never end at all. Returns what went wrong, empty when nothing did.
 */
export function executeAtRandom(index: FleetIndex, constraints: readonly Constraint[], plan: Plan, seed: number): readonly string[] {
  const random = new Random(seed);
  const state = new ReplayState(index);
  const baseline = new Baseline(new ReplayState(index));
  const rules = constraints.filter(({ strength, holds }) => strength === "must" && holds === "continuously");
  const waiting = new Map<string, PlannedAction>(plan.actions.map((action) => [action.id, action]));
  const underWay: DenseAction[] = [];
  const ended = new Set<string>();
  const hanging = random.chance(300) ? random.below(plan.actions.length + 1) : -1;
  for (;;) {
    const ready = [...waiting.values()].filter(({ after }) => after.every((id) => ended.has(id)));
    const mayEnd = underWay.filter(({ planned }) => planned.id !== plan.actions[hanging]?.id);
    if (ready.length === 0 && mayEnd.length === 0) return [];
    const starts = ready.length > 0 && (mayEnd.length === 0 || random.chance(600));
    if (starts) {
      const action = denseAction(index, random.pick(ready));
      if (typeof action === "string") return [action];
      const because = obstacle(action, state);
      if (because !== null) return [`${action.planned.id} cannot start: ${because}`];
      waiting.delete(action.planned.id);
      underWay.push(action);
      state.start(action);
    } else {
      const action = random.pick(mayEnd);
      underWay.splice(underWay.indexOf(action), 1);
      ended.add(action.planned.id);
      state.end(action);
    }
    for (const rule of rules) {
      const [worse] = baseline.worse(rule, state);
      if (worse !== undefined) return [`${rule.id}: ${rule.explain(worse)} with ${underWay.map(({ planned }) => planned.id).join(" ")} under way`];
    }
  }
}
