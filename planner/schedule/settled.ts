import type { FleetIndex } from "../../model/snapshot.ts";
import type { Constraint, Violation } from "../../policies/index.ts";
import { FleetState } from "./fleet-state.ts";

/** A must that a placement breaks more than the fleet does now, and everybody whom it is about. */
export interface BreachAtTheEnd {
  readonly rule: Constraint;
  readonly violation: Violation;
  readonly workloads: Iterable<number>;
}

/** What a placement breaks of the musts more than the fleet does now, key by key. */
export function breachesAtTheEnd(index: FleetIndex, constraints: readonly Constraint[], state: FleetState): readonly BreachAtTheEnd[] {
  const initial = new FleetState(index);
  return constraints.flatMap((rule) => {
    if (rule.strength !== "must") return [];
    const after = rule.check(state);
    if (after.length === 0) return [];
    const before = new Map(rule.check(initial).map(({ key, amount }) => [key, amount]));
    return after.filter(({ key, amount }) => amount > (before.get(key) ?? 0))
      .map((violation) => ({ rule, violation, workloads: rule.workloads ?? violation.workloads }));
  });
}

/** Workloads of musts that a placement breaks more than the fleet does now; ascending, each once. */
export function brokenAtTheEnd(index: FleetIndex, constraints: readonly Constraint[], state: FleetState): readonly number[] {
  const found = new Set<number>();
  for (const { workloads } of breachesAtTheEnd(index, constraints, state)) for (const w of workloads) found.add(w);
  return [...found].sort((a, b) => a - b);
}

/** The fleet as it is once everybody is at the target, in the state that is wanted; hosts are on that somebody uses. */
export function arrivedAt(index: FleetIndex, target: Int32Array, frozen: ReadonlySet<number>): FleetState {
  const state = new FleetState(index);
  index.workloads.forEach(({ desired }, w) => {
    if (frozen.has(w)) return;
    const host = desired === "removed" ? -1 : (target[w] ?? -1);
    state.set(w, { host, arriving: -1, leaving: -1, activity: host >= 0 && desired === "running" ? "running" : "stopped" });
  });
  index.hosts.forEach((_, h) => {
    if (state.present(h).length > 0) state.switchHost(h, true);
  });
  return state;
}
