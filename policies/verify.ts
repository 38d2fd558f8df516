import type { ActionId } from "../model/ids.ts";
import type { Plan } from "../model/plan.ts";
import type { FleetIndex, Instant, Whereabouts } from "../model/snapshot.ts";
import type { Constraint, Timeline, Violation } from "./constraint.ts";
import { notArrived } from "./verify/arrived.ts";
import { denseAction, type DenseAction } from "./verify/dense-action.ts";
import { missingOrder } from "./verify/order.ts";
import { Precedence } from "./verify/precedence.ts";
import { Baseline, replay, type Replayed } from "./verify/replay.ts";
import { ReplayState } from "./verify/replay-state.ts";
import { scopesOf } from "./verify/scopes.ts";

/** A must that a plan breaks, or that the fleet breaks already. */
export interface VerifiedViolation {
  readonly constraint: string;
  readonly policy: string;
  readonly title: string;
  readonly atMs: number;
  /** The action that starts or ends then; null at the end of the plan. */
  readonly action: ActionId | null;
  readonly words: string;
  /** True when the fleet breaks it already and the plan does not make it worse; such a one refuses no plan. */
  readonly before: boolean;
}

/** A should or an audit that holds at every instant, that the plan breaks on its way and that holds again at its end. */
export interface OnTheWay {
  readonly strength: "should" | "audit";
  readonly constraint: string;
  readonly policy: string;
  readonly title: string;
  /** When it is broken first, and the action that starts or ends then. */
  readonly atMs: number;
  readonly action: ActionId | null;
  readonly words: string;
}

/** What the replay of a plan found. */
export interface Verification {
  /** True when there is no problem and no new violation. */
  readonly ok: boolean;
  readonly violations: readonly VerifiedViolation[];
  /** Faults of the plan itself: its graph, preconditions, target, cost. */
  readonly problems: readonly string[];
  readonly shoulds: readonly string[];
  readonly audits: readonly string[];
  /** Warnings; none of them refuses a plan. */
  readonly onTheWay: readonly OnTheWay[];
  readonly checkedInstants: number;
}

export interface VerifyInput {
  readonly index: FleetIndex;
  readonly constraints: readonly Constraint[];
  readonly plan: Plan;
  /** Milliseconds since 1970 UTC at which the plan starts; null when nobody says. */
  readonly startsAtMs: number | null;
  /** For a way back: the middle of an execution, where it begins, and the fleet to which it leads. */
  readonly halfWay?: HalfWay;
}

/** The middle of an execution. */
export interface HalfWay {
  /** Where workloads are, by dense index; a fleet cannot describe one that is half-way. */
  readonly where: ReadonlyMap<number, Whereabouts>;
  /** The fleet before the execution: what it broke may be broken again. */
  readonly before: Instant;
}

/**
 * Replays a plan action by action and checks every rule with its `check` alone; nothing of the planner is used. A plan
 * that passes keeps every continuous must in every execution that respects its graph, however long its actions take
 * and whichever of them fails: see `missingOrder`.
 */
export function verifyPlan({ index, constraints, plan, startsAtMs, halfWay }: VerifyInput): Verification {
  const precedence = new Precedence(plan.actions);
  const problems = [...precedence.problems];
  const actions: DenseAction[] = [];
  for (const planned of [...plan.actions].sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1))) {
    const found = denseAction(index, planned);
    if (typeof found === "string") problems.push(found);
    else actions.push(found);
  }
  if (problems.length > 0) return refusedEarly(problems);
  const sorted = new Precedence(actions.map(({ planned }) => planned));
  problems.push(...impossibleTimes(plan, actions));
  const before = new ReplayState(index, halfWay?.where);
  const baseline = new Baseline(before, halfWay?.before);
  const { touched, scopes } = scopesOf(index, constraints, actions);
  const replayed = replay(index, constraints, actions, touched, baseline, halfWay?.where);
  problems.push(...replayed.problems, ...missingOrder(scopes, actions, sorted), ...notArrived(index, plan, replayed.after, halfWay !== undefined));
  const timeline: Timeline = {
    index, before, after: replayed.after, actions: actions.map(({ planned }) => planned), startsAtMs, precedes: (a, b) => sorted.leadsTo(a, b),
  };
  const violations = [...breachesOf(replayed, actions), ...musts(constraints, replayed, baseline, timeline, plan.makespanMs)];
  const broken = (strength: Constraint["strength"]): readonly string[] => constraints.filter((constraint) => constraint.strength === strength)
    .flatMap((constraint) => [...constraint.check(replayed.after), ...constraint.checkPlan(timeline)].map((violation) => inWords(constraint, violation)));
  return {
    ok: problems.length === 0 && violations.every((violation) => violation.before),
    violations, problems, shoulds: broken("should"), audits: broken("audit"), onTheWay: onTheWay(replayed, actions),
    checkedInstants: replayed.checkedInstants,
  };
}

/** A plan whose actions cannot even be read as a graph over this fleet is not replayed. */
function refusedEarly(problems: readonly string[]): Verification {
  return { ok: false, violations: [], problems, shoulds: [], audits: [], onTheWay: [], checkedInstants: 0 };
}

/** An action takes time, and its estimated times respect its own edges; else the replay would show another plan. */
function impossibleTimes(plan: Plan, actions: readonly DenseAction[]): readonly string[] {
  const byId = new Map(plan.actions.map((action) => [action.id, action]));
  const problems = actions.flatMap(({ planned: { id, startMs, endMs, after } }) => [
    ...(endMs > startMs ? [] : [`${id} ends at ${endMs} ms, not after its start at ${startMs} ms`]),
    ...after.filter((before) => (byId.get(before)?.endMs ?? 0) > startMs).map((before) => `${id} starts at ${startMs} ms, before the end of ${before}, which it waits for`),
  ]);
  const last = actions.reduce((max, { planned }) => Math.max(max, planned.endMs), 0);
  return last === plan.makespanMs ? problems : [...problems, `the last action ends at ${last} ms, the plan says ${plan.makespanMs} ms`];
}

function breachesOf({ breaches }: Replayed, actions: readonly DenseAction[]): readonly VerifiedViolation[] {
  return breaches.filter(({ constraint }) => constraint.strength === "must").map(({ constraint, violation, atMs, action }) =>
    found(constraint, violation, { atMs, action: actions[action]?.planned.id ?? null, before: false }));
}

/** What is still broken at the end is told there. */
function onTheWay({ breaches, after }: Replayed, actions: readonly DenseAction[]): readonly OnTheWay[] {
  const atTheEnd = new Map<Constraint, ReadonlySet<string>>();
  const stays = (constraint: Constraint, key: string): boolean => {
    const keys = atTheEnd.get(constraint) ?? new Set(constraint.check(after).map((violation) => violation.key));
    atTheEnd.set(constraint, keys);
    return keys.has(key);
  };
  return breaches.flatMap(({ constraint, violation, atMs, action }): readonly OnTheWay[] => {
    const { id, strength, policy, title } = constraint;
    if (strength === "must" || stays(constraint, violation.key)) return [];
    return [{ strength, constraint: id, policy, title, atMs, action: actions[action]?.planned.id ?? null, words: inWords(constraint, violation) }];
  });
}

/** Musts at the end of the plan, and those about its way. */
function musts(constraints: readonly Constraint[], { after, breaches }: Replayed, baseline: Baseline, timeline: Timeline, atMs: number): readonly VerifiedViolation[] {
  const reported = new Set(breaches.map(({ constraint, violation }) => `${constraint.id} ${violation.key}`));
  const violations: VerifiedViolation[] = [];
  for (const constraint of constraints) {
    if (constraint.strength !== "must") continue;
    for (const violation of constraint.check(after)) {
      if (reported.has(`${constraint.id} ${violation.key}`)) continue;
      const before = violation.amount <= (baseline.amounts(constraint).get(violation.key) ?? 0);
      violations.push(found(constraint, violation, { atMs, action: null, before }));
    }
    for (const violation of constraint.checkPlan(timeline)) violations.push(found(constraint, violation, { atMs, action: null, before: false }));
  }
  return violations;
}

function found(
  constraint: Constraint, violation: Violation, when: Pick<VerifiedViolation, "atMs" | "action" | "before">,
): VerifiedViolation {
  const { id, policy, title } = constraint;
  return { constraint: id, policy, title, atMs: when.atMs, action: when.action, words: inWords(constraint, violation), before: when.before };
}

function inWords(constraint: Constraint, violation: Violation): string {
  return constraint.explain(violation);
}
