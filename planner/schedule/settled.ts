import type { FleetIndex } from "../../model/snapshot.ts";
import type { Constraint } from "../../policies/index.ts";
import { FleetState } from "./fleet-state.ts";

/** Workloads of musts that a placement breaks more than the fleet does now, key by key; ascending, each once. */
export function brokenAtTheEnd(index: FleetIndex, constraints: readonly Constraint[], state: FleetState): readonly number[] {
  const initial = new FleetState(index);
  const found = new Set<number>();
  for (const rule of constraints) {
    if (rule.strength !== "must") continue;
    const after = rule.check(state);
    if (after.length === 0) continue;
    const before = new Map(rule.check(initial).map(({ key, amount }) => [key, amount]));
    for (const { key, amount, workloads } of after) {
      if (amount > (before.get(key) ?? 0)) for (const w of rule.workloads ?? workloads) found.add(w);
    }
  }
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
