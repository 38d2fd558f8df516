import type { Plan } from "../../model/plan.ts";
import type { BtrInstance } from "./read.ts";
import type { BtrScenario } from "./scenario.ts";
import { kindOf, lasting, type BtrKind } from "./seconds.ts";

/** One action of a plan in the numbers of the instance. For actions on nodes `vm` is null and `from` the node. */
export interface TimedAction {
  readonly kind: BtrKind;
  readonly vm: number | null;
  readonly from: number | null;
  readonly to: number | null;
  /** Seconds from the start of the plan. */
  readonly start: number;
  readonly end: number;
}

/** The objective minimizeMTTR is the sum of the ends of all actions. */
export interface Span {
  readonly makespan: number;
  readonly sumOfEnds: number;
}

/**
 * The plan in the seconds of the instance: each action starts as soon as those that it waits for have ended. Every such
 * execution of the graph keeps what the plan keeps; the replay looks at this one.
 */
export function timed(plan: Plan, instance: BtrInstance, { nodeOf, vmOf }: BtrScenario): readonly TimedAction[] {
  const asleep = new Set(instance.vms.filter(({ state }) => state === "sleeping").map(({ id }) => id));
  const ends = new Map<string, number>();
  return plan.actions.map(({ id, action, after }) => {
    const vm = "workload" in action ? (vmOf.get(action.workload) ?? null) : null;
    const at = nodeOf.get("host" in action ? action.host : action.from) ?? null;
    const kind = kindOf(action, vm !== null && asleep.has(vm));
    const start = after.reduce((latest, before) => Math.max(latest, ends.get(before) ?? 0), 0);
    const end = start + lasting(instance, kind, vm ?? at ?? -1);
    ends.set(id, end);
    const to = "to" in action ? (nodeOf.get(action.to) ?? null) : null;
    return action.kind === "start" ? { kind, vm, from: null, to: at, start, end } : { kind, vm, from: at, to, start, end };
  });
}

export function spanOf(actions: readonly TimedAction[]): Span {
  return {
    makespan: actions.reduce((last, { end }) => Math.max(last, end), 0),
    sumOfEnds: actions.reduce((sum, { end }) => sum + end, 0),
  };
}

/** The same actions, all started at once: no plan with these actions can be shorter. */
export function allAtOnce(actions: readonly TimedAction[]): Span {
  return spanOf(actions.map((action) => ({ ...action, start: 0, end: action.end - action.start })));
}
