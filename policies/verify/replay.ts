import type { FleetIndex, Instant, Whereabouts } from "../../model/snapshot.ts";
import type { Constraint, Violation } from "../constraint.ts";
import type { DenseAction } from "./dense-action.ts";
import { obstacle } from "./preconditions.ts";
import { ReplayState } from "./replay-state.ts";

/** A rule found broken more than before the plan, and when. */
export interface Breach {
  readonly constraint: Constraint;
  readonly violation: Violation;
  readonly atMs: number;
  /** Position of the action that starts or ends there. */
  readonly action: number;
}

export interface Replayed {
  readonly after: ReplayState;
  readonly breaches: readonly Breach[];
  readonly problems: readonly string[];
  readonly checkedInstants: number;
}

/** What a rule breaks before the plan, by key: so much may stay, and no more. What it broke in `earlier` may come again. */
export class Baseline {
  readonly #before: readonly Instant[];
  readonly #known = new Map<Constraint, ReadonlyMap<string, number>>();

  constructor(before: ReplayState, earlier?: Instant) {
    this.#before = earlier === undefined ? [before] : [before, earlier];
  }

  /** Violations of a rule in a state that are more than they were before the plan. */
  worse(constraint: Constraint, state: ReplayState): readonly Violation[] {
    const found = constraint.check(state);
    return found.length === 0 ? found : found.filter(({ key, amount }) => amount > (this.amounts(constraint).get(key) ?? 0));
  }

  amounts(constraint: Constraint): ReadonlyMap<string, number> {
    const known = this.#known.get(constraint);
    if (known !== undefined) return known;
    const amounts = new Map<string, number>();
    for (const instant of this.#before) {
      const then = new Map<string, number>();
      for (const { key, amount } of constraint.check(instant)) then.set(key, (then.get(key) ?? 0) + amount);
      for (const [key, amount] of then) amounts.set(key, Math.max(amount, amounts.get(key) ?? 0));
    }
    this.#known.set(constraint, amounts);
    return amounts;
  }
}

/** One event: the end of an action comes before starts at the same time. */
interface Event {
  readonly atMs: number;
  readonly kind: "end" | "start";
  readonly action: number;
}

/** Runs the schedule event by event and checks, after each, the rules in whose scope the action is. */
export function replay(
  index: FleetIndex, constraints: readonly Constraint[], actions: readonly DenseAction[], touched: readonly (readonly number[])[], baseline: Baseline,
  begins?: ReadonlyMap<number, Whereabouts>,
): Replayed {
  const state = new ReplayState(index, begins);
  const breaches = new Map<string, Breach>();
  const problems: string[] = [];
  const instants = new Set<number>([0]);
  const failed = new Set<number>();
  for (const { atMs, kind, action: a } of eventsOf(actions)) {
    const action = actions[a];
    if (action === undefined || failed.has(a)) continue;
    if (kind === "start") {
      const because = obstacle(action, state);
      if (because !== null) {
        problems.push(`${action.planned.id} (${action.kind}) cannot start: ${because}`);
        failed.add(a);
        continue;
      }
      state.start(action);
    } else state.end(action);
    instants.add(atMs);
    for (const k of touched[a] ?? []) {
      const constraint = constraints[k];
      if (constraint === undefined) continue;
      for (const violation of baseline.worse(constraint, state)) {
        const key = `${k} ${violation.key}`;
        if (!breaches.has(key)) breaches.set(key, { constraint, violation, atMs, action: a });
      }
    }
  }
  return { after: state, breaches: [...breaches.values()], problems, checkedInstants: instants.size };
}

function eventsOf(actions: readonly DenseAction[]): readonly Event[] {
  const events = actions.flatMap(({ planned }, action): Event[] => [
    { atMs: planned.startMs, kind: "start", action }, { atMs: planned.endMs, kind: "end", action },
  ]);
  return events.sort((x, y) => x.atMs - y.atMs || (x.kind === y.kind ? 0 : x.kind === "end" ? -1 : 1) || x.action - y.action);
}
